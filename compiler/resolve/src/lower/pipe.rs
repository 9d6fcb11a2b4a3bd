//! Pipes: `x |> f(a)` is `f(x, a)`, `x |2> f(a)` is `f(a, x)`; what stands further left is evaluated first.

use super::body::Kind;
use super::call::Form;
use super::{Lowerer, expr};
use crate::hir::{Arg, Block, Expr, ExprKind, Pat, PatKind, Stmt};
use crate::layout;
use mesh_report::Span;
use mesh_syntax::ast::{self, PipeOp};

impl Lowerer<'_> {
    /// Pipes nest to the left, as deep as the chain is long: walked without recursion.
    pub(super) fn pipe(&mut self, it: &ast::PipeExpr) -> Expr {
        let mut spine = vec![it.clone()];
        let mut leftmost = it.lhs();
        while let Some(ast::Expr::PipeExpr(inner)) = leftmost {
            leftmost = inner.lhs();
            spine.push(inner);
        }
        let start = self.at(spine.last().unwrap_or(it));
        let mut value = self.expr_opt(leftmost, start);
        for node in spine.into_iter().rev() {
            let span = self.at(&node);
            let (Some(stage), Some((op, _))) = (node.stage(), node.op()) else {
                return expr(ExprKind::Error, span);
            };
            value = self.stage(value, op, &stage, span);
        }
        value
    }

    fn stage(&mut self, value: Expr, op: PipeOp, stage: &ast::Expr, span: Span) -> Expr {
        match stage {
            ast::Expr::TryExpr(it) => {
                let inner = match it.expr() {
                    Some(inner) => self.stage(value, op, &inner, span),
                    None => value,
                };
                expr(ExprKind::Try(Box::new(inner)), span)
            }
            ast::Expr::CallExpr(call) => match self.form(call.callee()) {
                Form::Spawn { link } => {
                    let mut args = self.args(call.arg_list(), call.trailing());
                    insert(&mut args, value, op);
                    self.spawn(args, link, span)
                }
                _ => {
                    let callee = self.expr_opt(call.callee(), span);
                    let args = self.args(call.arg_list(), call.trailing());
                    let trailing = call.trailing().is_some();
                    self.place(value, op, span, callee, args, trailing, |callee, args| {
                        ExprKind::Call {
                            callee: Box::new(callee),
                            args,
                            trailing,
                        }
                    })
                }
            },
            ast::Expr::MethodCallExpr(call) => {
                let receiver = self.expr_opt(call.receiver(), span);
                let args = self.args(call.arg_list(), call.trailing());
                self.method_stage(
                    value,
                    op,
                    span,
                    receiver,
                    call.name_ref(),
                    args,
                    call.trailing().is_some(),
                )
            }
            ast::Expr::FieldExpr(field) => {
                let receiver = self.expr_opt(field.receiver(), span);
                self.method_stage(
                    value,
                    op,
                    span,
                    receiver,
                    field.name_ref(),
                    Vec::new(),
                    false,
                )
            }
            other => {
                let callee = self.expr(other);
                self.place(
                    value,
                    op,
                    span,
                    callee,
                    Vec::new(),
                    false,
                    |callee, args| ExprKind::Call {
                        callee: Box::new(callee),
                        args,
                        trailing: false,
                    },
                )
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one call")]
    fn method_stage(
        &mut self,
        value: Expr,
        op: PipeOp,
        span: Span,
        receiver: Expr,
        name: Option<ast::NameRef>,
        args: Vec<Arg>,
        trailing: bool,
    ) -> Expr {
        let Some(name) = layout::name_ref(self.file, name) else {
            return expr(ExprKind::Error, span);
        };
        self.mention_method(&name.text);
        self.place(
            value,
            op,
            span,
            receiver,
            args,
            trailing,
            |receiver, args| ExprKind::MethodCall {
                receiver: Box::new(receiver),
                name: name.text,
                name_span: name.span,
                args,
                trailing,
            },
        )
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one call")]
    /// Puts the piped value among the arguments. If something would then be evaluated before it, the value gets a name first.
    fn place(
        &mut self,
        value: Expr,
        op: PipeOp,
        span: Span,
        callee: Expr,
        mut args: Vec<Arg>,
        trailing: bool,
        call: impl FnOnce(Expr, Vec<Arg>) -> ExprKind,
    ) -> Expr {
        let before = match op {
            PipeOp::First => None,
            PipeOp::Second => args.first(),
        };
        let in_order = is_still(&value)
            || (is_still(&callee) && before.is_none_or(|arg| is_still(&arg.value)));
        if in_order {
            insert(&mut args, value, op);
            self.local_defaults(&callee, &mut args, trailing, span);
            return expr(call(callee, args), span);
        }
        let at = value.span;
        let local = self.body.local("_piped".into(), at, Kind::Quiet);
        let binding = Stmt::Let {
            pat: Pat {
                kind: PatKind::Bind(local),
                span: at,
            },
            ty: None,
            value,
            else_: None,
            span: at,
        };
        insert(&mut args, expr(ExprKind::Local(local), at), op);
        self.local_defaults(&callee, &mut args, trailing, span);
        let block = Block {
            stmts: vec![binding],
            value: Some(Box::new(expr(call(callee, args), span))),
        };
        expr(ExprKind::Block(block), span)
    }
}

fn insert(args: &mut Vec<Arg>, value: Expr, op: PipeOp) {
    let at = match op {
        PipeOp::First => 0,
        PipeOp::Second => 1.min(args.len()),
    };
    args.insert(at, Arg { label: None, value });
}

/// Whether evaluating it does nothing that could be seen, so that it may stand before or after anything.
fn is_still(it: &Expr) -> bool {
    matches!(
        it.kind,
        ExprKind::Local(_)
            | ExprKind::Lit(_)
            | ExprKind::Fn(_)
            | ExprKind::Ctor(_)
            | ExprKind::TypeItem { .. }
            | ExprKind::Closure(_)
            | ExprKind::SelfPid
            | ExprKind::Error
    )
}
