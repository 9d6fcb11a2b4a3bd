//! Calls and their arguments.

use super::assert::Written;
use super::body::Control;
use super::{Lowerer, build, expr};
use crate::diagnostics::BadSection;
use crate::hir::{Arg, Closure, Expr, ExprKind};
use crate::layout;
use crate::lookup::{self, Found};
use crate::names::ValueRef;
use mesh_report::Span;
use mesh_syntax::ast::{self, AstNode};

/// What a call's callee is, where that is decided by its name.
pub(super) enum Form {
    /// `self()`
    SelfPid,
    /// `spawn(…)`, `spawn_link(…)`
    Spawn {
        link: bool,
    },
    /// `caller()`, which in a handler of a service is a local.
    Caller,
    Ordinary,
}

impl Lowerer<'_> {
    pub(super) fn call(&mut self, call: &ast::CallExpr, span: Span) -> Expr {
        let form = self.form(call.callee());
        if let Form::SelfPid = form
            && call
                .arg_list()
                .is_none_or(|list| list.args().next().is_none())
            && call.trailing().is_none()
        {
            return expr(ExprKind::SelfPid, span);
        }
        if let (Form::Caller, Some(caller)) = (&form, self.caller)
            && call
                .arg_list()
                .is_none_or(|list| list.args().next().is_none())
        {
            return expr(ExprKind::Local(caller), span);
        }
        if let Form::Spawn { link } = form {
            if let Some(started) = self.spawn_supervisor(call, link, span) {
                return started;
            }
            let args = self.args(call.arg_list(), call.trailing());
            return self.spawn(args, link, span);
        }
        let callee = self.expr_opt(call.callee(), span);
        let args = self.args(call.arg_list(), call.trailing());
        if self.replies_in_section(&callee) {
            return expr(ExprKind::Error, span);
        }
        if call.trailing().is_none()
            && let Some(forms) = self.assert_forms(&callee, &args)
        {
            return self.assertion(forms, args, &Written::of(call.syntax()), span);
        }
        if let Some(failed) = self.awaits_pattern(&callee, &args) {
            return self.awaited(failed, args, &Written::of(call.syntax()), span);
        }
        self.finish_call(callee, args, call.trailing().is_some(), span)
    }

    /// A call of an expression; of a constructor's method if the path before the parentheses was one.
    pub(super) fn finish_call(
        &mut self,
        callee: Expr,
        mut args: Vec<Arg>,
        trailing: bool,
        span: Span,
    ) -> Expr {
        self.local_defaults(&callee, &mut args, trailing, span);
        let kind = match callee.kind {
            ExprKind::Field {
                base,
                name,
                name_span,
            } if matches!(base.kind, ExprKind::Ctor(_)) => {
                self.mention_method(&name);
                ExprKind::MethodCall {
                    receiver: base,
                    name,
                    name_span,
                    args,
                    trailing,
                }
            }
            _ => ExprKind::Call {
                callee: Box::new(callee),
                args,
                trailing,
            },
        };
        expr(kind, span)
    }

    /// A local function is known here, so its defaults are put in here.
    pub(super) fn local_defaults(
        &mut self,
        callee: &Expr,
        args: &mut Vec<Arg>,
        trailing: bool,
        span: Span,
    ) {
        let ExprKind::Local(id) = callee.kind else {
            return;
        };
        let Some(defaults) = self.body.defaults.get(&id) else {
            return;
        };
        // A closure after parameters with defaults fills the last one, as a trailing block does.
        let closes = defaults.last().is_some_and(Option::is_none) && args.len() < defaults.len();
        let last = if trailing || closes { args.pop() } else { None };
        let end = defaults.len() - usize::from(last.is_some()).min(defaults.len());
        let missing = defaults.get(args.len()..end).unwrap_or(&[]).to_vec();
        for default in missing.into_iter().map_while(|default| default) {
            let value = build::call(build::function(default, span), Vec::new(), span);
            args.push(Arg { label: None, value });
        }
        args.extend(last);
    }

    /// A method call may mean the function of that name in this module.
    pub(super) fn mention_method(&mut self, name: &str) {
        let value = self.names.declarations(self.id).values.get(name);
        if let Some(ValueRef::Fn(id)) = value.map(|value| value.what) {
            self.uses.push((self.owner, id));
        }
    }

    /// Reports a `reply` in a service's handler, which gives its reply as its value.
    fn replies_in_section(&mut self, callee: &Expr) -> bool {
        let reply = self.names.lang.functions.get("reply");
        let elsewhere = self.body.control.iter().any(Control::is_closure);
        let ExprKind::Fn(id) = &callee.kind else {
            return false;
        };
        if !self.in_section || elsewhere || reply != Some(id) {
            return false;
        }
        self.report(BadSection {
            message: "a service's handler does not call `reply`".to_string(),
            span: callee.span,
            help: "a `call` gives the new state and the reply, `(state, reply)`; a `deferred` one answers by `Reply.send(caller(), …)`",
        });
        true
    }

    /// Whether a callee is one of the forms that are no functions.
    pub(super) fn form(&self, callee: Option<ast::Expr>) -> Form {
        let Some(ast::Expr::PathExpr(path)) = callee else {
            return Form::Ordinary;
        };
        let Some(path) = path.path() else {
            return Form::Ordinary;
        };
        let mut segments = path.segments();
        let (Some(name), None) = (segments.next(), segments.next()) else {
            return Form::Ordinary;
        };
        let link = match name.text() {
            "self" => return Form::SelfPid,
            "caller" if self.body.lookup("caller").is_none() => return Form::Caller,
            "spawn" => false,
            "spawn_link" => true,
            _ => return Form::Ordinary,
        };
        let taken = self.body.lookup(name.text()).is_some()
            || !matches!(
                lookup::value(self.names, self.id, name.text()),
                Found::Nothing
            );
        match taken {
            true => Form::Ordinary,
            false => Form::Spawn { link },
        }
    }

    /// `spawn(f, a, b)`; without an argument there is nothing to run, which the checker's count of arguments says.
    pub(super) fn spawn(&mut self, args: Vec<Arg>, link: bool, span: Span) -> Expr {
        let mut args = args.into_iter().map(|arg| arg.value);
        let Some(callee) = args.next() else {
            self.report(crate::diagnostics::SpawnWithoutFunction { span });
            return expr(ExprKind::Error, span);
        };
        let kind = ExprKind::Spawn {
            callee: Box::new(callee),
            args: args.collect(),
            link,
        };
        expr(kind, span)
    }

    pub(super) fn method_call(&mut self, call: &ast::MethodCallExpr, span: Span) -> Expr {
        let receiver = self.expr_opt(call.receiver(), span);
        let args = self.args(call.arg_list(), call.trailing());
        let Some(name) = layout::name_ref(self.file, call.name_ref()) else {
            return expr(ExprKind::Error, span);
        };
        self.mention_method(&name.text);
        let kind = ExprKind::MethodCall {
            receiver: Box::new(receiver),
            name: name.text,
            name_span: name.span,
            args,
            trailing: call.trailing().is_some(),
        };
        expr(kind, span)
    }

    /// The arguments in parentheses, and the trailing block as the last one.
    pub(super) fn args(
        &mut self,
        list: Option<ast::ArgList>,
        trailing: Option<ast::BlockExpr>,
    ) -> Vec<Arg> {
        let mut args = Vec::new();
        for arg in list.iter().flat_map(|list| list.args()) {
            let span = self.at(&arg);
            let label = layout::name_ref(self.file, arg.name_ref());
            let value = arg.expr();
            self.is_labelled = label.is_some() && matches!(value, Some(ast::Expr::PathExpr(_)));
            args.push(Arg {
                label: label.map(|label| (label.text, label.span)),
                value: self.expr_opt(value, span),
            });
            self.is_labelled = false;
        }
        if let Some(block) = trailing {
            let closure = self.block_closure(&block);
            let span = self.at(&block);
            args.push(Arg {
                label: None,
                value: expr(ExprKind::Closure(closure), span),
            });
        }
        args
    }

    fn block_closure(&mut self, block: &ast::BlockExpr) -> Closure {
        let params = block.block_params();
        let params = params.iter().flat_map(|params| params.params()).collect();
        let span = self.at(block);
        self.closure_of(params, span, true, |lowerer| (None, lowerer.block(block)))
    }
}
