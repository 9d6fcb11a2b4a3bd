//! Expressions, one arm for each kind of node.

use super::body::{Control, Kind};
use super::pat::{Bindings, int};
use super::{Lowerer, expr};
use crate::diagnostics::{
    BadLiteral, DuplicateDefinition, LoopControlOutside, ReturnOutside, UnmarkedSignal,
};
use crate::hir::{
    After, Arm, BinaryOp, CtorRef, Expr, ExprKind, FieldInit, FieldPat, InterpPart, Lit, Pat,
    PatKind, ReceiveArm, Ty, TyKind, UnaryOp,
};
use crate::layout;
use crate::names::Word;
use mesh_report::Span;
use mesh_syntax::ast::{self, AstNode, BinOp, LiteralKind, PrefixOp, StringPart};
use smol_str::SmolStr;
use std::sync::Arc;

/// Recursion goes on in a new stack segment when less than this is left.
pub(super) const RED_ZONE: usize = 128 * 1024;
/// Size of such a segment.
pub(super) const SEGMENT: usize = 4 * 1024 * 1024;

impl Lowerer<'_> {
    /// An expression that the grammar demands; recovery may have left it out.
    pub(super) fn expr_opt(&mut self, it: Option<ast::Expr>, span: Span) -> Expr {
        match it {
            Some(it) => self.expr(&it),
            None => expr(ExprKind::Error, span),
        }
    }

    fn boxed(&mut self, it: Option<ast::Expr>, span: Span) -> Box<Expr> {
        Box::new(self.expr_opt(it, span))
    }

    pub(super) fn expr(&mut self, it: &ast::Expr) -> Expr {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.expr_inner(it))
    }

    fn expr_inner(&mut self, it: &ast::Expr) -> Expr {
        let span = self.at(it);
        let kind = match it {
            ast::Expr::Literal(literal) => self.literal(literal, false, span),
            ast::Expr::StringLit(text) if text.is_html() => return self.html(text, span),
            ast::Expr::StringLit(text) => self.string(text, span),
            ast::Expr::RegexLit(regex) => self.regex(regex, span),
            ast::Expr::PathExpr(path) => {
                let words = path.path().map(|path| layout::path(self.file, &path));
                return self.path_expr(&words.unwrap_or_default(), span);
            }
            ast::Expr::ParenExpr(paren) => return self.expr_opt(paren.expr(), span),
            ast::Expr::TupleExpr(tuple) => {
                let mut all: Vec<Expr> = tuple.elements().map(|it| self.expr(&it)).collect();
                match all.len() {
                    0 => ExprKind::Lit(Lit::Unit),
                    1 => return all.remove(0),
                    _ => ExprKind::Tuple(all),
                }
            }
            ast::Expr::AscribeExpr(it) => ExprKind::Ascribe {
                value: self.boxed(it.expr(), span),
                ty: self.ty_or_error(it.ty(), span),
            },
            ast::Expr::ListExpr(list) => ExprKind::List {
                items: list.elements().map(|it| self.expr(&it)).collect(),
                tail: list.tail().map(|tail| self.boxed(tail.expr(), span)),
            },
            ast::Expr::MapExpr(map) => {
                self.mention_form("map_from_list");
                let entry = |entry: ast::MapEntry| {
                    let key = self.expr_opt(entry.key(), span);
                    (key, self.expr_opt(entry.value(), span))
                };
                ExprKind::Map(map.entries().map(entry).collect())
            }
            ast::Expr::StructExpr(it) => return self.struct_expr(it, span),
            ast::Expr::JsonExpr(json) => match json.json_object() {
                Some(object) => return self.json_object(&object, span),
                None => ExprKind::Error,
            },
            ast::Expr::JsonObject(object) => return self.json_object(object, span),
            ast::Expr::CallExpr(call) => return self.call(call, span),
            ast::Expr::MethodCallExpr(call) => return self.method_call(call, span),
            ast::Expr::FieldExpr(field) => {
                let base = self.boxed(field.receiver(), span);
                match layout::name_ref(self.file, field.name_ref()) {
                    Some(name) => ExprKind::Field {
                        base,
                        name: name.text,
                        name_span: name.span,
                    },
                    None => ExprKind::Error,
                }
            }
            ast::Expr::IndexExpr(index) => ExprKind::Index {
                base: self.boxed(index.base(), span),
                index: self.boxed(index.index(), span),
            },
            ast::Expr::TryExpr(it) => {
                self.needs_function(span);
                ExprKind::Try(self.boxed(it.expr(), span))
            }
            ast::Expr::PrefixExpr(it) => self.prefix(it, span),
            ast::Expr::BinExpr(it) => return self.binary(it),
            ast::Expr::RangeExpr(range) => {
                self.mention_form("range");
                ExprKind::Range {
                    low: self.boxed(range.start(), span),
                    high: self.boxed(range.end(), span),
                    inclusive: range.op().is_some_and(|(inclusive, _)| inclusive),
                }
            }
            ast::Expr::PipeExpr(pipe) => return self.pipe(pipe),
            _ => return self.control(it, span),
        };
        expr(kind, span)
    }

    /// Blocks, branches, loops, jumps, closures.
    fn control(&mut self, it: &ast::Expr, span: Span) -> Expr {
        let kind = match it {
            ast::Expr::BlockExpr(block) => return self.block(block),
            ast::Expr::IfExpr(it) => return self.if_(it, span),
            ast::Expr::MatchExpr(it) => ExprKind::Match {
                scrutinee: self.boxed(it.scrutinee(), span),
                arms: it.arms().map(|arm| self.arm(&arm)).collect(),
            },
            ast::Expr::ReceiveExpr(it) => self.receive(it, span),
            ast::Expr::ForExpr(it) => self.for_(it, span),
            ast::Expr::WhileExpr(it) => {
                let cond = self.boxed(it.cond(), span);
                ExprKind::While {
                    cond,
                    body: Box::new(self.loop_body(it.body(), span)),
                }
            }
            ast::Expr::ReturnExpr(it) => {
                self.needs_function(span);
                ExprKind::Return(it.expr().map(|value| Box::new(self.expr(&value))))
            }
            ast::Expr::BreakExpr(_) => self.jump("break", ExprKind::Break, span),
            ast::Expr::ContinueExpr(_) => self.jump("continue", ExprKind::Continue, span),
            ast::Expr::ClosureExpr(closure) => self.closure(closure, span),
            _ => ExprKind::Error,
        };
        expr(kind, span)
    }

    fn string(&mut self, text: &ast::StringLit, span: Span) -> ExprKind {
        let mut parts = Vec::new();
        for part in text.parts() {
            parts.push(match part {
                StringPart::Text(text) => InterpPart::Text(Arc::from(text)),
                StringPart::Interpolation(it) => InterpPart::Value(self.expr_opt(it.expr(), span)),
            });
        }
        match parts.as_slice() {
            [] => ExprKind::Lit(Lit::Str(Arc::from(""))),
            [InterpPart::Text(text)] => ExprKind::Lit(Lit::Str(text.clone())),
            _ => ExprKind::Interpolation(parts),
        }
    }

    fn literal(&mut self, literal: &ast::Literal, negative: bool, span: Span) -> ExprKind {
        match literal.kind() {
            Some(LiteralKind::Float(value)) if value.is_infinite() => {
                self.float_out_of_range(literal.syntax().text(), span);
                ExprKind::Error
            }
            _ => literal_expr(literal, negative),
        }
    }

    /// A literal that would be an infinity.
    pub(super) fn float_out_of_range(&mut self, literal: impl std::fmt::Display, span: Span) {
        self.report(BadLiteral {
            message: format!("`{literal}` does not fit a `Float`"),
            span,
            help: Some(
                "the largest is `Float.max_value`; `Float.infinity` is more than any other".into(),
            ),
        });
    }

    fn regex(&mut self, regex: &ast::RegexLit, span: Span) -> ExprKind {
        let Some((pattern, flags)) = regex.pattern_and_flags() else {
            return ExprKind::Error;
        };
        if let Some(message) = crate::regex::problem(&pattern, &flags) {
            self.report(BadLiteral {
                message,
                span,
                help: None,
            });
            return ExprKind::Error;
        }
        self.mention_form("regex");
        ExprKind::Regex {
            pattern: Arc::from(pattern),
            flags: SmolStr::from(flags),
        }
    }

    fn prefix(&mut self, it: &ast::PrefixExpr, span: Span) -> ExprKind {
        let op = match it.op() {
            Some((PrefixOp::Neg, _)) => UnaryOp::Neg,
            Some((PrefixOp::Not, _)) => UnaryOp::Not,
            None => return ExprKind::Error,
        };
        if op == UnaryOp::Neg
            && let Some(ast::Expr::Literal(literal)) = it.operand()
            && matches!(
                literal.kind(),
                Some(LiteralKind::Int(_) | LiteralKind::Float(_))
            )
        {
            return self.literal(&literal, true, span);
        }
        ExprKind::Unary {
            op,
            operand: self.boxed(it.operand(), span),
        }
    }

    /// Operators of one row nest to the left, as deep as the row is long: walked without recursion.
    fn binary(&mut self, it: &ast::BinExpr) -> Expr {
        let mut spine = vec![it.clone()];
        let mut leftmost = it.lhs();
        while let Some(ast::Expr::BinExpr(inner)) = leftmost {
            leftmost = inner.lhs();
            spine.push(inner);
        }
        let start = self.at(spine.last().unwrap_or(it));
        let mut left = self.expr_opt(leftmost, start);
        for node in spine.into_iter().rev() {
            let span = self.at(&node);
            let right = self.expr_opt(node.rhs(), span);
            left = self.join(&node, left, right, span);
        }
        left
    }

    fn join(&mut self, node: &ast::BinExpr, left: Expr, right: Expr, span: Span) -> Expr {
        let Some((op, token)) = node.op() else {
            return expr(ExprKind::Error, span);
        };
        let op = match op {
            BinOp::Cons => {
                return expr(
                    ExprKind::List {
                        items: vec![left],
                        tail: Some(Box::new(right)),
                    },
                    span,
                );
            }
            BinOp::Mul => BinaryOp::Mul,
            BinOp::Div => BinaryOp::Div,
            BinOp::Rem => BinaryOp::Rem,
            BinOp::Add => BinaryOp::Add,
            BinOp::Sub => BinaryOp::Sub,
            BinOp::Join => BinaryOp::Join,
            BinOp::Concat => {
                self.mention_form("list_concat");
                BinaryOp::Concat
            }
            BinOp::Eq => BinaryOp::Eq,
            BinOp::Ne => BinaryOp::Ne,
            BinOp::Lt => BinaryOp::Lt,
            BinOp::Gt => BinaryOp::Gt,
            BinOp::Le => BinaryOp::Le,
            BinOp::Ge => BinaryOp::Ge,
            BinOp::And => BinaryOp::And,
            BinOp::Or => BinaryOp::Or,
        };
        let kind = ExprKind::Binary {
            op,
            op_span: ast::token_span(self.file, &token),
            left: Box::new(left),
            right: Box::new(right),
        };
        expr(kind, span)
    }

    fn struct_expr(&mut self, it: &ast::StructExpr, span: Span) -> Expr {
        let ty = it.path().and_then(|path| {
            let words = layout::path(self.file, &path);
            let at = self.at(&path);
            self.struct_type(&words, at)
        });
        let base = it.base().and_then(|base| base.exprs().next());
        let base = base.map(|base| Box::new(self.expr(&base)));
        let mut fields = Vec::new();
        for field in it.fields() {
            let Some(name) = layout::name_ref(self.file, field.name_ref()) else {
                continue;
            };
            let value = match field.value() {
                Some(value) => self.expr(&value),
                None => self.value_name(&name),
            };
            let first = fields.iter().find(|one: &&FieldInit| one.name == name.text);
            if let Some(first) = first.map(|one| one.name_span) {
                self.given_twice(&name, first);
                continue;
            }
            fields.push(FieldInit {
                name: name.text,
                name_span: name.span,
                value,
            });
        }
        let Some((ty, alias)) = ty else {
            return expr(ExprKind::Error, span);
        };
        let literal = expr(ExprKind::Struct { ty, base, fields }, span);
        let Some(alias) = alias else {
            return literal;
        };
        let ty = Ty {
            kind: TyKind::Named(alias, Vec::new()),
            span,
        };
        let value = Box::new(literal);
        expr(ExprKind::Ascribe { value, ty }, span)
    }

    /// A field that a literal or a pattern has twice.
    pub(super) fn given_twice(&mut self, name: &Word, first: Span) {
        self.report(DuplicateDefinition {
            name: &name.text,
            what: "field",
            span: name.span,
            first,
        });
    }

    fn if_(&mut self, it: &ast::IfExpr, span: Span) -> Expr {
        let mut branches = vec![(
            self.boxed(it.cond(), span),
            self.branch(it.then(), span),
            span,
        )];
        for other in it.else_ifs() {
            let at = self.at(&other);
            let cond = self.boxed(other.cond(), at);
            let body = self.branch(other.body(), at);
            branches.push((cond, body, at));
        }
        let end = branches.last().map_or(span, |(_, body, _)| body.span);
        let mut else_ = it.else_branch().map(|it| self.branch(it.body(), span));
        let mut end = else_.as_ref().map_or(end, |body| body.span);
        while let Some((cond, then, at)) = branches.pop() {
            let at = if branches.is_empty() {
                span
            } else {
                at.join(end)
            };
            end = at;
            let kind = ExprKind::If {
                cond,
                then,
                else_: else_.take(),
            };
            else_ = Some(Box::new(expr(kind, at)));
        }
        else_.map_or(expr(ExprKind::Error, span), |it| *it)
    }

    fn branch(&mut self, block: Option<ast::BlockExpr>, span: Span) -> Box<Expr> {
        Box::new(match block {
            Some(block) => self.block(&block),
            None => expr(ExprKind::Error, span),
        })
    }

    pub(super) fn arm(&mut self, it: &ast::MatchArm) -> Arm {
        let span = self.at(it);
        let mark = self.body.enter();
        let pat = self.pat_opt(it.pat(), &mut Bindings::new(Kind::Variable), span);
        let guard = it.guard().map(|guard| self.expr_opt(guard.expr(), span));
        let body = self.expr_opt(it.body(), span);
        self.body.leave(mark);
        Arm {
            pat,
            guard,
            body,
            span,
        }
    }

    fn receive(&mut self, it: &ast::ReceiveExpr, span: Span) -> ExprKind {
        let mut arms = Vec::new();
        for arm in it.arms() {
            let signal = arm.signal_token().is_some();
            let mut arm = self.arm(&arm);
            match signal {
                true => arm.pat = self.signal_pat(arm.pat),
                false => self.unmarked_signal(&arm.pat),
            }
            arms.push(ReceiveArm { signal, arm });
        }
        let after = it.after().map(|after| {
            let timeout = self.expr_opt(after.timeout(), span);
            let body = self.expr_opt(after.body(), span);
            Box::new(After { timeout, body })
        });
        ExprKind::Receive { arms, after }
    }

    /// A constructor of signals without the word: messages are no signals.
    fn unmarked_signal(&mut self, pat: &Pat) {
        let signal = self.names.lang.types.get("signal");
        if let PatKind::Ctor { ctors, .. } = &pat.kind
            && let [ctor] = ctors.as_slice()
            && Some(&ctor.ty) == signal
            && let Some(name) = self.ctor_name(*ctor)
        {
            let (name, span) = (name.to_string(), pat.span);
            self.report(UnmarkedSignal { name, span });
        }
    }

    /// `Down(m, reason)` leaves out the pid in the middle.
    pub(super) fn signal_pat(&self, mut pat: Pat) -> Pat {
        let signal = self.names.lang.types.get("signal");
        if let PatKind::Ctor { ctors, fields, .. } = &mut pat.kind
            && let [ctor] = ctors.as_slice()
            && Some(&ctor.ty) == signal
            && fields.len() == 2
            && self.ctor_name(*ctor) == Some("Down")
        {
            let pid = Pat {
                kind: PatKind::Wild,
                span: pat.span,
            };
            fields.insert(
                1,
                FieldPat {
                    name: None,
                    pat: pid,
                },
            );
        }
        pat
    }

    fn ctor_name(&self, ctor: CtorRef) -> Option<&str> {
        let facts = self.names.declarations(ctor.ty.module).type_of(ctor.ty)?;
        facts
            .ctors
            .get(ctor.variant as usize)
            .map(|name| name.text.as_str())
    }

    fn for_(&mut self, it: &ast::ForExpr, span: Span) -> ExprKind {
        let iterable = self.boxed(it.iterable(), span);
        let mark = self.body.enter();
        let pat = self.pat_opt(it.pat(), &mut Bindings::new(Kind::Variable), span);
        let guard = it.guard().map(|guard| self.boxed(guard.expr(), span));
        let body = self.loop_body(it.body(), span);
        self.body.leave(mark);
        ExprKind::For {
            pat,
            iterable,
            guard,
            body: Box::new(body),
        }
    }

    fn loop_body(&mut self, body: Option<ast::BlockExpr>, span: Span) -> Expr {
        self.body.control.push(Control::Loop);
        let body = *self.branch(body, span);
        self.body.control.pop();
        body
    }

    /// `break` and `continue` act on a loop of the same function.
    fn jump(&mut self, word: &str, kind: ExprKind, span: Span) -> ExprKind {
        let (closure, trailing) = match self.body.control.last() {
            Some(Control::Loop) => return kind,
            Some(Control::Closure { span, trailing }) => (Some(*span), *trailing),
            None => (None, false),
        };
        self.report(LoopControlOutside {
            word,
            span,
            closure,
            trailing,
        });
        ExprKind::Error
    }

    /// Reports `return` and `?` in what is no function, such as a constant.
    fn needs_function(&mut self, span: Span) {
        let closure = |control: &Control| matches!(control, Control::Closure { .. });
        if let Some(place) = self.body.place
            && !self.body.control.iter().any(closure)
        {
            self.report(ReturnOutside { span, place });
        }
    }
}

fn literal_expr(literal: &ast::Literal, negative: bool) -> ExprKind {
    match literal.kind() {
        Some(LiteralKind::Int(value)) => match int(value, negative) {
            Some(value) => ExprKind::Lit(Lit::Int(value)),
            None => {
                let sign = if negative { "-" } else { "" };
                ExprKind::IntOutOfRange(SmolStr::from(format!("{sign}{}", literal.syntax().text())))
            }
        },
        Some(LiteralKind::Float(value)) => {
            ExprKind::Lit(Lit::Float(if negative { -value } else { value }))
        }
        Some(LiteralKind::Bool(value)) => ExprKind::Lit(Lit::Bool(value)),
        Some(LiteralKind::Atom(name)) => ExprKind::Lit(Lit::Atom(name.into())),
        None => ExprKind::Error,
    }
}
