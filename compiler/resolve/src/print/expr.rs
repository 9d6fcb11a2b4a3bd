//! Expressions and patterns as text.

use super::Printer;
use crate::hir::{
    Arg, Arm, BinaryOp, Block, Expr, ExprKind, FieldPat, InterpPart, Lit, Pat, PatKind, PathBase,
    Stmt, UnaryOp,
};

pub(super) const RED_ZONE: usize = 128 * 1024;
pub(super) const SEGMENT: usize = 4 * 1024 * 1024;

fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::Join => "<>",
        BinaryOp::Concat => "++",
        BinaryOp::Cons => "::",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
    }
}

impl<'a> Printer<'a> {
    pub(super) fn expr(&mut self, expr: &'a Expr) {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.expr_inner(expr));
    }

    fn expr_inner(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Error => self.put("<error>"),
            ExprKind::Lit(lit) => self.lit(lit),
            ExprKind::IntOutOfRange(text) => self.put(&format!("<out of range {text}>")),
            ExprKind::Interpolation(parts) => self.interpolation(parts),
            ExprKind::Regex { pattern, flags } => self.put(&format!("~r/{pattern}/{flags}")),
            ExprKind::Local(id) => self.local(*id),
            ExprKind::Fn(id) => self.fn_name(*id),
            ExprKind::Const(id) => self.const_name(*id),
            ExprKind::Ctor(ctors) => self.ctors(ctors),
            ExprKind::TypeItem { base, name, .. } => {
                match base {
                    PathBase::Type(ty) => self.ty(ty),
                    PathBase::Interface(id) => self.interface_name(*id),
                }
                self.put(&format!("::{name}"));
            }
            ExprKind::Field { base, name, .. } => {
                self.expr(base);
                self.put(&format!(".{name}"));
            }
            ExprKind::MethodCall {
                receiver,
                name,
                args,
                trailing,
                ..
            } => {
                self.expr(receiver);
                self.put(&format!(".{name}"));
                self.args(args, *trailing);
            }
            ExprKind::Call {
                callee,
                args,
                trailing,
            } => {
                self.expr(callee);
                self.args(args, *trailing);
            }
            ExprKind::Index { base, index } => {
                self.expr(base);
                self.put("[");
                self.expr(index);
                self.put("]");
            }
            ExprKind::Try(inner) => {
                self.expr(inner);
                self.put("?");
            }
            ExprKind::Unary { op, operand } => {
                self.put(match op {
                    UnaryOp::Neg => "-",
                    UnaryOp::Not => "not ",
                });
                self.expr(operand);
            }
            ExprKind::Binary {
                op, left, right, ..
            } => {
                self.put("(");
                self.expr(left);
                self.put(&format!(" {} ", operator(*op)));
                self.expr(right);
                self.put(")");
            }
            ExprKind::Range {
                low,
                high,
                inclusive,
            } => {
                self.expr(low);
                self.put(if *inclusive { "..=" } else { ".." });
                self.expr(high);
            }
            _ => self.compound(expr),
        }
    }

    fn compound(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Tuple(items) => {
                self.put("(");
                self.list(items, Self::expr);
                self.put(")");
            }
            ExprKind::List { items, tail } => {
                self.put("[");
                self.list(items, Self::expr);
                if let Some(tail) = tail {
                    self.put(" | ");
                    self.expr(tail);
                }
                self.put("]");
            }
            ExprKind::Map(entries) => {
                self.put("%{");
                self.list(entries, |this, (key, value)| {
                    this.expr(key);
                    this.put(" => ");
                    this.expr(value);
                });
                self.put("}");
            }
            ExprKind::Struct { ty, base, fields } => {
                self.type_name(*ty);
                self.put(" { ");
                if let Some(base) = base {
                    self.put("..");
                    self.expr(base);
                    self.put(if fields.is_empty() { "" } else { ", " });
                }
                self.list(fields, |this, field| {
                    this.put(&format!("{}: ", field.name));
                    this.expr(&field.value);
                });
                self.put(" }");
            }
            ExprKind::Closure(closure) => {
                self.put(if closure.trailing { "do " } else { "fn " });
                match closure.clauses.as_slice() {
                    [one] => self.typed_clause(one, &closure.param_types),
                    several => self.clauses(several),
                }
                self.put(" end");
            }
            ExprKind::Ascribe { value, ty } => {
                self.put("(");
                self.expr(value);
                self.put(": ");
                self.ty(ty);
                self.put(")");
            }
            ExprKind::Spawn { callee, args, link } => {
                self.put(if *link { "spawn_link " } else { "spawn " });
                self.expr(callee);
                self.put("(");
                self.list(args, Self::expr);
                self.put(")");
            }
            ExprKind::SelfPid => self.put("self()"),
            ExprKind::Break => self.put("break"),
            ExprKind::Continue => self.put("continue"),
            ExprKind::Return(value) => {
                self.put("return");
                if let Some(value) = value {
                    self.put(" ");
                    self.expr(value);
                }
            }
            _ => self.structured(expr),
        }
    }

    /// What takes several lines.
    fn structured(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Block(block) => self.block(block),
            ExprKind::Held { local, value } => {
                self.put("(");
                self.local(*local);
                self.put(" := ");
                self.expr(value);
                self.put(")");
            }
            ExprKind::If { cond, then, else_ } => {
                self.put("if ");
                self.expr(cond);
                self.put(" then ");
                self.expr(then);
                if let Some(else_) = else_ {
                    self.put(" else ");
                    self.expr(else_);
                }
                self.put(" end");
            }
            ExprKind::Match { scrutinee, arms } => {
                self.put("match ");
                self.expr(scrutinee);
                self.indented(|this| arms.iter().for_each(|arm| this.arm(arm, "")));
                self.line();
                self.put("end");
            }
            ExprKind::For {
                pat,
                iterable,
                guard,
                body,
            } => {
                self.put("for ");
                self.pat(pat);
                self.put(" in ");
                self.expr(iterable);
                if let Some(guard) = guard {
                    self.put(" when ");
                    self.expr(guard);
                }
                self.put(" do ");
                self.expr(body);
                self.put(" end");
            }
            ExprKind::While { cond, body } => {
                self.put("while ");
                self.expr(cond);
                self.put(" do ");
                self.expr(body);
                self.put(" end");
            }
            ExprKind::Receive { arms, after } => {
                self.put("receive");
                self.indented(|this| {
                    for one in arms {
                        this.arm(&one.arm, if one.signal { "signal " } else { "" });
                    }
                    if let Some(after) = after {
                        this.line();
                        this.put("after ");
                        this.expr(&after.timeout);
                        this.put(" -> ");
                        this.expr(&after.body);
                    }
                });
                self.line();
                self.put("end");
            }
            _ => {}
        }
    }

    fn arm(&mut self, arm: &'a Arm, mark: &str) {
        self.line();
        self.put(mark);
        self.pat(&arm.pat);
        if let Some(guard) = &arm.guard {
            self.put(" when ");
            self.expr(guard);
        }
        self.put(" -> ");
        self.expr(&arm.body);
    }

    fn args(&mut self, args: &'a [Arg], trailing: bool) {
        self.put("(");
        self.list(args, |this, arg| {
            if let Some((label, _)) = &arg.label {
                this.put(&format!("{label}: "));
            }
            this.expr(&arg.value);
        });
        self.put(if trailing { ")!" } else { ")" });
    }

    fn lit(&mut self, lit: &Lit) {
        let text = match lit {
            Lit::Int(value) => value.to_string(),
            Lit::Float(value) => format!("{value:?}"),
            Lit::Bool(value) => value.to_string(),
            Lit::Str(text) => format!("{text:?}"),
            Lit::Atom(name) => format!(":{name}"),
            Lit::Unit => "()".to_string(),
        };
        self.put(&text);
    }

    fn interpolation(&mut self, parts: &'a [InterpPart]) {
        self.put("\"");
        for part in parts {
            match part {
                InterpPart::Text(text) => self.put(&text.escape_debug().to_string()),
                InterpPart::Value(value) => {
                    self.put("${");
                    self.expr(value);
                    self.put("}");
                }
            }
        }
        self.put("\"");
    }

    fn block(&mut self, block: &'a Block) {
        self.put("do");
        self.indented(|this| {
            for stmt in &block.stmts {
                this.line();
                this.stmt(stmt);
            }
            if let Some(value) = &block.value {
                this.line();
                this.expr(value);
            }
        });
        self.line();
        self.put("end");
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Let {
                pat,
                ty,
                value,
                else_,
                ..
            } => {
                self.put("let ");
                self.pat(pat);
                if let Some(ty) = ty {
                    self.put(": ");
                    self.ty(ty);
                }
                self.put(" = ");
                self.expr(value);
                if let Some(else_) = else_ {
                    self.put(" else ");
                    self.expr(else_);
                }
            }
            Stmt::Expr(value) => {
                self.put("_ = ");
                self.expr(value);
            }
            Stmt::LocalFns(functions) => {
                for (at, function) in functions.iter().enumerate() {
                    if at > 0 {
                        self.line();
                    }
                    let generics = &function.generics;
                    let names = generics
                        .iter()
                        .map(|param| (param.id, param.name.to_string()));
                    self.generics.extend(names);
                    self.put("fn ");
                    self.local(function.local);
                    self.generics(generics);
                    self.signature(
                        &function.params,
                        function.result.as_ref(),
                        &function.process,
                    );
                    self.clauses(&function.clauses);
                }
            }
        }
    }

    pub(super) fn pat(&mut self, pat: &'a Pat) {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.pat_inner(pat));
    }

    fn pat_inner(&mut self, pat: &'a Pat) {
        match &pat.kind {
            PatKind::Error => self.put("<error>"),
            PatKind::Wild => self.put("_"),
            PatKind::Bind(id) => self.local(*id),
            PatKind::Lit(lit) => self.lit(lit),
            PatKind::IntOutOfRange(text) => self.put(&format!("<out of range {text}>")),
            PatKind::Ctor {
                ctors,
                fields,
                rest,
            } => {
                self.ctors(ctors);
                if !fields.is_empty() || *rest {
                    self.put("(");
                    self.list(fields, Self::field_pat);
                    self.put(if *rest { ", ..)" } else { ")" });
                }
            }
            PatKind::Struct { ty, fields } => {
                self.type_name(*ty);
                self.put(" { ");
                self.list(fields, Self::field_pat);
                self.put(" }");
            }
            PatKind::Tuple(items) => {
                self.put("(");
                self.list(items, Self::pat);
                self.put(")");
            }
            PatKind::List { items, rest } => {
                self.put("[");
                self.list(items, Self::pat);
                if let Some(rest) = rest {
                    self.put(" | ");
                    self.pat(rest);
                }
                self.put("]");
            }
            PatKind::Prefix { prefix, rest } => {
                self.put(&format!("{prefix:?} <> "));
                self.pat(rest);
            }
            PatKind::Range {
                low,
                high,
                inclusive,
            } => {
                self.lit(low);
                self.put(if *inclusive { "..=" } else { ".." });
                self.lit(high);
            }
            PatKind::Or(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.put(if at > 0 { " | " } else { "" });
                    self.pat(item);
                }
            }
            PatKind::As { pat, local } => {
                self.pat(pat);
                self.put(" as ");
                self.local(*local);
            }
            PatKind::Ascribe { pat, ty } => {
                self.pat(pat);
                self.put(": ");
                self.ty(ty);
            }
        }
    }

    fn field_pat(&mut self, field: &'a FieldPat) {
        if let Some((name, _)) = &field.name {
            self.put(&format!("{name}: "));
        }
        self.pat(&field.pat);
    }
}
