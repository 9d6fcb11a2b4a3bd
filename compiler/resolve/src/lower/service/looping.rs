//! The loop of a service: an arm for every section.

use super::{Handler, HandlerKind, Inside, Service, block, let_};
use crate::hir::{
    After, Arm, CtorRef, Expr, ExprKind, FieldPat, FnId, Gives, LocalId, Pat, PatKind, ReceiveArm,
    Stmt, TypeId,
};
use crate::lower::body::Kind;
use crate::lower::build::{bind, call, function, local, param};
use crate::lower::pat::Bindings;
use crate::lower::{Lowerer, expr};
use mesh_report::Span;
use mesh_syntax::ast;

impl Lowerer<'_> {
    /// `fn Store.loop(state)`: receives, handles, goes on with the new state.
    pub(super) fn looping(&mut self, service: &Service, inside: &Inside) {
        let generics = self.service_body(service);
        let span = service.name.span;
        let mut made = self.service_made(service, inside.looping, "loop", span, generics);
        made.params.push(param("state", None, span));
        made.state = self.state_of(Gives::Other);
        let state = self.fresh("_state", span);
        let mut arms = Vec::new();
        for (handler, id) in service.handlers.iter().zip(&inside.handlers) {
            let arm = self.loop_arm(service, inside, handler, *id, state);
            arms.push(ReceiveArm { signal: false, arm });
        }
        let stop = Arm {
            pat: variant_pat(service.msg, service.handlers.len() as u32, Vec::new(), span),
            guard: None,
            body: expr(ExprKind::Lit(crate::hir::Lit::Unit), span),
            span,
        };
        arms.push(ReceiveArm {
            signal: false,
            arm: stop,
        });
        let mut after = None;
        for member in service.def.members() {
            match member {
                ast::ServiceMember::SignalDef(it) => {
                    let arm = self.signal_arm(&it, inside, state);
                    arms.push(ReceiveArm { signal: true, arm });
                }
                ast::ServiceMember::TimeoutDef(it) => {
                    let at = self.at(&it);
                    let timeout = self.expr_opt(it.duration(), at);
                    let body = self.section(it.body(), inside, state, at);
                    after = Some(Box::new(After { timeout, body }));
                }
                _ => {}
            }
        }
        let body = expr(ExprKind::Receive { arms, after }, span);
        self.made(made, vec![bind(state, span)], body);
    }

    fn loop_arm(
        &mut self,
        service: &Service,
        inside: &Inside,
        handler: &Handler,
        id: FnId,
        state: LocalId,
    ) -> Arm {
        let span = handler.name.span;
        let count = handler
            .params
            .as_ref()
            .map_or(0, |list| list.params().count());
        let mut locals: Vec<LocalId> = (0..count).map(|_| self.fresh("_param", span)).collect();
        if handler.kind.is_call() {
            locals.push(self.fresh("_caller", span));
        }
        let mut args = vec![local(state, span)];
        args.extend(locals.iter().map(|id| local(*id, span)));
        let handled = call(function(id, span), args, span);
        let again = |state: Expr| call(function(inside.looping, span), vec![state], span);
        let body = match (&handler.kind, locals.last()) {
            (
                HandlerKind::Call {
                    deferred: false, ..
                },
                Some(&caller),
            ) => {
                let (next, value) = (self.fresh("_next", span), self.fresh("_value", span));
                let pair = Pat {
                    kind: PatKind::Tuple(vec![bind(next, span), bind(value, span)]),
                    span,
                };
                let answer = self.lang_fn("reply_send", "`service`", span);
                let answer = answer.map(|id| {
                    let args = vec![local(caller, span), local(value, span)];
                    Stmt::Expr(call(function(id, span), args, span))
                });
                let mut stmts = vec![let_(pair, handled, span)];
                stmts.extend(answer);
                block(stmts, again(local(next, span)), span)
            }
            _ => again(handled),
        };
        let fields = locals.iter().map(|id| bind(*id, span)).collect();
        Arm {
            pat: variant_pat(service.msg, handler.variant, fields, span),
            guard: None,
            body,
            span,
        }
    }

    fn signal_arm(&mut self, it: &ast::SignalDef, inside: &Inside, state: LocalId) -> Arm {
        let span = self.at(it);
        let mark = self.body.enter();
        let pat = self.pat_opt(it.pat(), &mut Bindings::new(Kind::Variable), span);
        let pat = self.signal_pat(pat);
        let guard = it.guard().map(|guard| self.expr_opt(guard.expr(), span));
        let body = self.section(it.body(), inside, state, span);
        self.body.leave(mark);
        Arm {
            pat,
            guard,
            body,
            span,
        }
    }

    /// `loop(fn state -> … end(state))`: a closure, so that `return` leaves the section.
    fn section(
        &mut self,
        body: Option<ast::BlockExpr>,
        inside: &Inside,
        state: LocalId,
        span: Span,
    ) -> Expr {
        let params = body.as_ref().and_then(|block| block.block_params());
        let params = params.iter().flat_map(|params| params.params()).take(1);
        let params: Vec<ast::Param> = params.collect();
        let takes = !params.is_empty();
        let section = self.closure_of(params, span, false, |lowerer| {
            (
                None,
                match body {
                    Some(body) => lowerer.block(&body),
                    None => expr(ExprKind::Error, span),
                },
            )
        });
        let section = expr(ExprKind::Closure(section), span);
        let args = if takes {
            vec![local(state, span)]
        } else {
            Vec::new()
        };
        let next = call(section, args, span);
        call(function(inside.looping, span), vec![next], span)
    }
}

fn variant_pat(ty: TypeId, variant: u32, fields: Vec<Pat>, span: Span) -> Pat {
    let fields = fields.into_iter().map(|pat| FieldPat { name: None, pat });
    Pat {
        kind: PatKind::Ctor {
            ctors: vec![CtorRef { ty, variant }],
            fields: fields.collect(),
            rest: false,
        },
        span,
    }
}
