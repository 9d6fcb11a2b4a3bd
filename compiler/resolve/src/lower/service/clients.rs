//! What callers of a service use: `start`, `stop`, and a function for every call and cast.

use super::{Handler, HandlerKind, Inside, Service};
use crate::hir::{Expr, ExprKind, FnId, LocalId};
use crate::layout;
use crate::lower::build::{
    Made, bind, call, closure, construct, function, local, param, with_own_args,
};
use crate::lower::{Lowerer, expr};
use mesh_report::Span;
use mesh_syntax::ast::HasDocs;
use smol_str::SmolStr;

impl Lowerer<'_> {
    /// `fn Store.start(start: Int) -> Store.Pid = spawn(Store.run, start)`
    pub(super) fn start(&mut self, service: &Service, inside: &Inside) {
        let generics = self.service_body(service);
        let span = service.name.span;
        let result = with_own_args(service.pid, &generics, span);
        let mut made = self.service_made(service, service.start, "start", span, generics);
        let (params, locals) = self.init_params(inside.init);
        made.params = params;
        made.result = Some(result);
        made.is_pub = service.is_pub;
        made.docs = service.def.docs().map(SmolStr::from);
        let kind = ExprKind::Spawn {
            callee: Box::new(function(inside.run, span)),
            args: locals.iter().map(|id| local(*id, span)).collect(),
            link: false,
        };
        let pats = locals.iter().map(|id| bind(*id, span)).collect();
        self.made(made, pats, expr(kind, span));
    }

    pub(super) fn clients(&mut self, service: &Service) {
        let span = service.name.span;
        let stop = service.handlers.len() as u32;
        self.sender(service, service.stop, "stop", stop, None, span);
        for handler in &service.handlers {
            let span = handler.name.span;
            let name = layout::snake_case(&handler.name.text);
            match &handler.kind {
                HandlerKind::Cast => {
                    let variant = handler.variant;
                    self.sender(service, handler.client, &name, variant, Some(handler), span);
                }
                HandlerKind::Call { fallible, .. } => {
                    self.asker(service, handler, handler.client, &name, "ask");
                    let name = format!("try_{name}");
                    self.asker(service, handler, *fallible, &name, "try_ask");
                }
            }
        }
    }

    /// The parameters of a client function: the pid, then the handler's own.
    fn client(
        &mut self,
        service: &Service,
        id: FnId,
        name: &str,
        handler: Option<&Handler>,
        span: Span,
    ) -> (Made, LocalId, Vec<LocalId>) {
        let generics = self.service_body(service);
        let pid = with_own_args(service.pid, &generics, span);
        let mut made = self.service_made(service, id, name, span, generics);
        made.is_pub = service.is_pub;
        made.docs = handler.and_then(|handler| handler.docs.clone());
        made.params.push(param("pid", Some(pid), span));
        let to = self.fresh("_pid", span);
        let mut locals = Vec::new();
        if let Some(handler) = handler {
            for ty in self.message_types(handler, false) {
                let at = ty.span;
                made.params.push(param("_", Some(ty), at));
                locals.push(self.fresh("_param", at));
            }
        }
        (made, to, locals)
    }

    /// `fn Store.clear(pid: Store.Pid) = send(pid, Clear)`
    fn sender(
        &mut self,
        service: &Service,
        id: FnId,
        name: &str,
        variant: u32,
        handler: Option<&Handler>,
        span: Span,
    ) {
        let (made, to, locals) = self.client(service, id, name, handler, span);
        let args = locals.iter().map(|id| local(*id, span)).collect();
        let message = construct(service.msg, variant, args, span);
        let body = match self.lang_fn("send", "`service`", span) {
            Some(id) => call(function(id, span), vec![local(to, span), message], span),
            None => expr(ExprKind::Error, span),
        };
        let pats = std::iter::once(&to).chain(&locals);
        let pats = pats.map(|id| bind(*id, span)).collect();
        self.made(made, pats, body);
    }

    /// `fn Store.put(pid: Store.Pid, value: Int) -> Int = ask(pid, fn r -> Put(value, r) end)`
    fn asker(&mut self, service: &Service, handler: &Handler, id: FnId, name: &str, lang: &str) {
        let span = handler.name.span;
        let (mut made, to, locals) = self.client(service, id, name, Some(handler), span);
        if let (HandlerKind::Call { result, .. }, "ask") = (&handler.kind, lang) {
            made.result = Some(self.declared_result(handler, result.as_ref(), false));
        }
        let reply = self.fresh("_reply", span);
        let mut args: Vec<Expr> = locals.iter().map(|id| local(*id, span)).collect();
        args.push(local(reply, span));
        let message = construct(service.msg, handler.variant, args, span);
        let make = closure(vec![bind(reply, span)], message, span);
        let body = match self.lang_fn(lang, "`service`", span) {
            Some(id) => call(function(id, span), vec![local(to, span), make], span),
            None => expr(ExprKind::Error, span),
        };
        let pats = std::iter::once(&to).chain(&locals);
        let pats = pats.map(|id| bind(*id, span)).collect();
        self.made(made, pats, body);
    }
}
