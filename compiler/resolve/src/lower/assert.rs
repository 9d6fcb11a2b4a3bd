//! `assert(…)`: the parts of the condition hold their values, so that a failure can show them; and `assert_receive` with patterns.

use super::build::{call, function, local};
use super::{Lowerer, expr};
use crate::hir::{
    After, Arg, Arm, BinaryOp, Block, Expr, ExprKind, FnId, Lit, LocalId, Pat, PatKind, ReceiveArm,
    Stmt, UnaryOp,
};
use mesh_report::Span;
use mesh_syntax::SyntaxNode;

/// A piece of the source: what parts of an expression are called by.
pub(super) struct Written {
    text: String,
    start: u32,
}

impl Written {
    pub(super) fn of(node: &SyntaxNode) -> Written {
        Written {
            text: node.text().to_string(),
            start: node.text_range().start().into(),
        }
    }

    /// What stands at `span`, in one line.
    fn at(&self, span: Span) -> String {
        let from = span.start.saturating_sub(self.start) as usize;
        let to = span.end.saturating_sub(self.start) as usize;
        let lines = self.text.get(from..to).unwrap_or_default().lines();
        lines.map(str::trim).collect::<Vec<_>>().join(" ")
    }
}

/// The functions of std that a condition with parts is made of.
#[derive(Clone, Copy)]
pub(super) struct Forms {
    failed: FnId,
    shown: FnId,
}

/// A part of a condition that holds its value.
struct Part {
    local: LocalId,
    span: Span,
}

impl Lowerer<'_> {
    /// The functions for showing parts, if `callee` is the one whose calls do that.
    pub(super) fn assert_forms(&self, callee: &Expr, args: &[Arg]) -> Option<Forms> {
        let ExprKind::Fn(id) = callee.kind else {
            return None;
        };
        let plain = matches!(args.len(), 1 | 2) && args.iter().all(|arg| arg.label.is_none());
        let is_assert = self.names.lang.functions.get("assert") == Some(&id);
        (plain && is_assert).then(|| self.forms()).flatten()
    }

    fn forms(&self) -> Option<Forms> {
        let functions = &self.names.lang.functions;
        let forms = Forms {
            failed: *functions.get("assert_failed")?,
            shown: *functions.get("shown")?,
        };
        Some(forms)
    }

    /// `assert(condition, message)`: of conditions joined by `and` each by itself.
    pub(super) fn assertion(
        &mut self,
        forms: Forms,
        args: Vec<Arg>,
        written: &Written,
        span: Span,
    ) -> Expr {
        self.mention(forms.failed.module);
        self.mention(forms.shown.module);
        let mut args = args.into_iter().map(|arg| arg.value);
        let mut conditions = Vec::new();
        args.next()
            .into_iter()
            .for_each(|condition| split(condition, BinaryOp::And, &mut conditions));
        let mut stmts = Vec::new();
        let message = args.next().map(|value| {
            let held = self.fresh("message", span);
            stmts.push(let_(held, value));
            held
        });
        let mut checks: Vec<Expr> = Vec::new();
        for condition in conditions {
            checks.push(self.one_assertion(forms, condition, message, written));
        }
        match (stmts.is_empty(), checks.len()) {
            (true, 1) => checks.remove(0),
            _ => {
                let value = checks.pop().map(Box::new);
                stmts.extend(checks.into_iter().map(Stmt::Expr));
                expr(ExprKind::Block(Block { stmts, value }), span)
            }
        }
    }

    /// Of alternatives one must hold; all show their parts.
    fn one_assertion(
        &mut self,
        forms: Forms,
        condition: Expr,
        message: Option<LocalId>,
        written: &Written,
    ) -> Expr {
        let span = condition.span;
        let (mut alternatives, mut parts) = (Vec::new(), Vec::new());
        split(condition, BinaryOp::Or, &mut alternatives);
        for alternative in &mut alternatives {
            self.hold_parts(alternative, &mut parts);
        }
        let mut made = failure(forms, span, &parts, message, written);
        for cond in alternatives.into_iter().rev() {
            made = expr(
                ExprKind::If {
                    cond: Box::new(cond),
                    then: Box::new(expr(ExprKind::Lit(Lit::Unit), span)),
                    else_: Some(Box::new(made)),
                },
                span,
            );
        }
        made
    }

    /// The function that says what was missing, where `callee` waits for a message and the first argument is a closure: its
    /// patterns say which message.
    pub(super) fn awaits_pattern(&self, callee: &Expr, args: &[Arg]) -> Option<FnId> {
        let functions = &self.names.lang.functions;
        let (ExprKind::Fn(id), [first, ..]) = (&callee.kind, args) else {
            return None;
        };
        let ExprKind::Closure(closure) = &first.value.kind else {
            return None;
        };
        let one_each = closure.clauses.iter().all(|it| it.params.len() == 1);
        let awaits = functions.get("assert_receive") == Some(id) && args.len() <= 2 && one_each;
        let failed = functions.get("assert_receive_failed").copied();
        failed.filter(|_| awaits)
    }

    /// `assert_receive(fn pattern -> body | …, timeout)`: a `receive` with these arms.
    pub(super) fn awaited(
        &mut self,
        failed: FnId,
        args: Vec<Arg>,
        written: &Written,
        span: Span,
    ) -> Expr {
        self.mention(failed.module);
        let mut args = args.into_iter().map(|arg| arg.value);
        let clauses = match args.next().map(|first| first.kind) {
            Some(ExprKind::Closure(closure)) => closure.clauses,
            _ => Vec::new(),
        };
        let timeout = args.next();
        let timeout = timeout.unwrap_or_else(|| expr(ExprKind::Lit(Lit::Int(100)), span));
        let (mut arms, mut texts) = (Vec::new(), Vec::new());
        for mut clause in clauses {
            let Some(pat) = clause.params.pop() else {
                continue;
            };
            texts.push(written.at(pat.span));
            let arm = Arm {
                pat,
                guard: clause.guard,
                body: clause.body,
                span: clause.span,
            };
            arms.push(ReceiveArm { signal: false, arm });
        }
        let held = self.fresh("timeout", span);
        let wanted = literal(&texts.join(" | "), span);
        let said = call(
            function(failed, span),
            vec![wanted, local(held, span)],
            span,
        );
        let after = Some(Box::new(After {
            timeout: local(held, span),
            body: said,
        }));
        let block = Block {
            stmts: vec![let_(held, timeout)],
            value: Some(Box::new(expr(ExprKind::Receive { arms, after }, span))),
        };
        expr(ExprKind::Block(block), span)
    }

    /// A statement of an example: its value, whatever its type, must not be `false`.
    pub(super) fn example_statement(&mut self, mut value: Expr, written: &Written) -> Expr {
        let Some(forms) = self.forms() else {
            return value;
        };
        self.mention(forms.failed.module);
        self.mention(forms.shown.module);
        let span = value.span;
        let mut parts = Vec::new();
        self.hold_parts(&mut value, &mut parts);
        let held = self.fresh("example", span);
        let text = call(function(forms.shown, span), vec![local(held, span)], span);
        let is_false = ExprKind::Binary {
            op: BinaryOp::Eq,
            op_span: span,
            left: Box::new(text),
            right: Box::new(literal("false", span)),
        };
        let check = ExprKind::If {
            cond: Box::new(expr(is_false, span)),
            then: Box::new(failure(forms, span, &parts, None, written)),
            else_: Some(Box::new(expr(ExprKind::Lit(Lit::Unit), span))),
        };
        let block = Block {
            stmts: vec![let_(held, value)],
            value: Some(Box::new(expr(check, span))),
        };
        expr(ExprKind::Block(block), span)
    }

    /// Makes the operands of a comparison and the arguments of a call hold their values.
    fn hold_parts(&mut self, condition: &mut Expr, parts: &mut Vec<Part>) {
        match &mut condition.kind {
            ExprKind::Binary {
                op:
                    BinaryOp::Eq
                    | BinaryOp::Ne
                    | BinaryOp::Lt
                    | BinaryOp::Le
                    | BinaryOp::Gt
                    | BinaryOp::Ge,
                left,
                right,
                ..
            } => {
                self.hold(left, parts);
                self.hold(right, parts);
            }
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => self.hold_parts(operand, parts),
            ExprKind::Call { args, .. } => self.hold_all(args, parts),
            ExprKind::MethodCall { receiver, args, .. } => {
                self.hold(receiver, parts);
                self.hold_all(args, parts);
            }
            _ => {}
        }
    }

    fn hold_all(&mut self, args: &mut [Arg], parts: &mut Vec<Part>) {
        for arg in args {
            self.hold(&mut arg.value, parts);
        }
    }

    /// Makes `part` hold its value, unless its text says what it is.
    fn hold(&mut self, part: &mut Expr, parts: &mut Vec<Part>) {
        if says_itself(part) {
            return;
        }
        let span = part.span;
        let held = self.fresh("part", span);
        let value = std::mem::replace(part, expr(ExprKind::Error, span));
        part.kind = ExprKind::Held {
            local: held,
            value: Box::new(value),
        };
        parts.push(Part { local: held, span });
    }
}

/// The conditions that `op` joins.
fn split(condition: Expr, op: BinaryOp, out: &mut Vec<Expr>) {
    match condition.kind {
        ExprKind::Binary {
            op: found,
            left,
            right,
            ..
        } if found == op => {
            split(*left, op, out);
            split(*right, op, out);
        }
        _ => out.push(condition),
    }
}

/// The call that ends the actor: the condition's text, the parts with their values, the message.
fn failure(
    forms: Forms,
    span: Span,
    parts: &[Part],
    message: Option<LocalId>,
    written: &Written,
) -> Expr {
    let pair = |part: &Part| {
        let held = local(part.local, part.span);
        let value = call(function(forms.shown, part.span), vec![held], part.span);
        let name = literal(&written.at(part.span), part.span);
        expr(ExprKind::Tuple(vec![name, value]), part.span)
    };
    let pairs = ExprKind::List {
        items: parts.iter().map(pair).collect(),
        tail: None,
    };
    let message = match message {
        Some(held) => local(held, span),
        None => literal("", span),
    };
    let args = vec![literal(&written.at(span), span), expr(pairs, span), message];
    call(function(forms.failed, span), args, span)
}

fn let_(held: LocalId, value: Expr) -> Stmt {
    let span = value.span;
    Stmt::Let {
        pat: Pat {
            kind: PatKind::Bind(held),
            span,
        },
        ty: None,
        value,
        else_: None,
        span,
    }
}

fn literal(text: &str, span: Span) -> Expr {
    expr(ExprKind::Lit(Lit::Str(text.into())), span)
}

/// Whether an expression's text shows its value; functions have none to show.
fn says_itself(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Error
        | ExprKind::Lit(_)
        | ExprKind::IntOutOfRange(_)
        | ExprKind::Fn(_)
        | ExprKind::Ctor(_)
        | ExprKind::TypeItem { .. }
        | ExprKind::Closure(_)
        | ExprKind::Regex { .. } => true,
        ExprKind::Unary { operand: one, .. } | ExprKind::Ascribe { value: one, .. } => {
            says_itself(one)
        }
        ExprKind::Tuple(items) => items.iter().all(says_itself),
        ExprKind::List { items, tail } => {
            items.iter().all(says_itself) && tail.as_ref().is_none_or(|tail| says_itself(tail))
        }
        ExprKind::Map(entries) => entries
            .iter()
            .all(|(key, value)| says_itself(key) && says_itself(value)),
        ExprKind::Range { low, high, .. } => says_itself(low) && says_itself(high),
        ExprKind::Struct { base, fields, .. } => {
            base.is_none() && fields.iter().all(|field| says_itself(&field.value))
        }
        ExprKind::Call { callee, args, .. } => {
            matches!(callee.kind, ExprKind::Ctor(_))
                && args.iter().all(|arg| says_itself(&arg.value))
        }
        _ => false,
    }
}
