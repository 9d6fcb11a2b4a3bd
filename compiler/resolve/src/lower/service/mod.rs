//! `service`: a message type, a loop that receives it, a function for every handler, and the functions that callers use.
//!
//! `call Put(value: Int) -> Int do |old| … end` in `service Store` makes the variant `Store.Msg.Put(Int, Reply<Int>)`, a handler
//! function over the state, the parameters and the `Reply`, an arm of the loop, and `Store.put` and `Store.try_put`, which ask.

mod clients;
mod looping;

use super::body::{Body, Kind};
use super::build::{Made, bind, call, closure, for_effect, function, local, param, with_own_args};
use super::pat::Bindings;
use super::{Lowerer, expr};
use crate::diagnostics::BadSection;
use crate::hir::{
    Block, Expr, ExprKind, FieldDef, FnId, FnKind, GenericParam, Gives, LocalId, Param, Pat,
    PatKind, StateOf, Stmt, Ty, TyKind, TypeDef, TypeDefKind, TypeId, VariantDef,
};
use crate::layout::{self, FnGroup};
use crate::names::Word;
use mesh_report::Span;
use mesh_syntax::ast::{self, HasDocs};
use smol_str::SmolStr;

/// A service with the ids of what it makes.
pub(super) struct Service {
    def: ast::ServiceDef,
    name: Word,
    is_pub: bool,
    pid: TypeId,
    msg: TypeId,
    start: FnId,
    stop: FnId,
    handlers: Vec<Handler>,
}

/// A `call` or `cast` section.
struct Handler {
    name: Word,
    /// Its variant of the message type.
    variant: u32,
    params: Option<ast::ParamList>,
    body: Option<ast::BlockExpr>,
    kind: HandlerKind,
    client: FnId,
    docs: Option<SmolStr>,
}

enum HandlerKind {
    Call {
        result: Option<ast::Type>,
        deferred: bool,
        /// The `try_` form.
        fallible: FnId,
    },
    Cast,
}

impl HandlerKind {
    fn is_call(&self) -> bool {
        matches!(self, HandlerKind::Call { .. })
    }
}

/// What the handlers' functions and the loop need of each other.
struct Inside {
    init: FnId,
    run: FnId,
    looping: FnId,
    handlers: Vec<FnId>,
}

impl Lowerer<'_> {
    /// A service whose types and functions have the ids from `types` and `functions` on.
    pub(super) fn service_parts(
        &self,
        def: &ast::ServiceDef,
        types: u32,
        functions: u32,
    ) -> Option<Service> {
        let name = layout::name(self.file, def.name())?;
        let ty = |index| TypeId {
            module: self.id,
            index,
        };
        let mut next = functions;
        let mut take = || {
            next += 1;
            FnId {
                module: self.id,
                index: next - 1,
            }
        };
        let (start, stop) = (take(), take());
        let mut handlers: Vec<Handler> = Vec::new();
        for member in def.members() {
            let variant = handlers.len() as u32;
            let handler = match member {
                ast::ServiceMember::CallDef(it) => {
                    let Some(name) = layout::name(self.file, it.name()) else {
                        continue;
                    };
                    let client = take();
                    let kind = HandlerKind::Call {
                        result: it.ret_type().and_then(|ret| ret.ty()),
                        deferred: it.deferred_token().is_some(),
                        fallible: take(),
                    };
                    let (params, body) = (it.param_list(), it.body());
                    let docs = it.docs().map(SmolStr::from);
                    Handler {
                        name,
                        variant,
                        params,
                        body,
                        kind,
                        client,
                        docs,
                    }
                }
                ast::ServiceMember::CastDef(it) => {
                    let Some(name) = layout::name(self.file, it.name()) else {
                        continue;
                    };
                    let (params, body) = (it.param_list(), it.body());
                    let docs = it.docs().map(SmolStr::from);
                    let (kind, client) = (HandlerKind::Cast, take());
                    Handler {
                        name,
                        variant,
                        params,
                        body,
                        kind,
                        client,
                        docs,
                    }
                }
                _ => continue,
            };
            handlers.push(handler);
        }
        Some(Service {
            def: def.clone(),
            name,
            is_pub: def.pub_token().is_some(),
            pid: ty(types),
            msg: ty(types + 1),
            start,
            stop,
            handlers,
        })
    }

    /// `Store.Pid` and `Store.Msg`.
    pub(super) fn service_types(&mut self, service: &Service) {
        let span = service.name.span;
        self.body = Body::default();
        let generics = self.generics(service.def.generic_param_list());
        let message = with_own_args(service.msg, &generics, span);
        let never = self.lang_ty("never", "`service`", Vec::new(), span);
        let pid = self.lang_ty("pid", "`service`", vec![message, never], span);
        let mut variants = Vec::new();
        for handler in &service.handlers {
            let at = handler.name.span;
            let mut fields = Vec::new();
            for ty in self.message_types(handler, true) {
                fields.push(payload(ty, at));
            }
            if let HandlerKind::Call { result, .. } = &handler.kind {
                let result = self.declared_result(handler, result.as_ref(), true);
                let reply = self.lang_ty("reply", "`service`", vec![result], at);
                fields.push(payload(reply, at));
            }
            variants.push(VariantDef {
                name: handler.name.text.clone(),
                fields,
                span: at,
                docs: None,
            });
        }
        variants.push(VariantDef {
            name: SmolStr::new_static("stop"),
            fields: Vec::new(),
            span,
            docs: None,
        });
        let kinds = [
            (service.pid, "Pid", TypeDefKind::Alias(pid)),
            (service.msg, "Msg", TypeDefKind::Sum(variants)),
        ];
        for (id, name, kind) in kinds {
            self.types.push(TypeDef {
                id,
                name: SmolStr::from(format!("{}.{name}", service.name.text)),
                name_span: span,
                span,
                is_pub: service.is_pub,
                is_opaque: false,
                generics: generics.clone(),
                kind,
                deriving: None,
                lang: None,
                docs: None,
            });
        }
    }

    /// The declared types of a handler's parameters; `report`: say which lack one.
    fn message_types(&mut self, handler: &Handler, report: bool) -> Vec<Ty> {
        let mut types = Vec::new();
        for param in handler.params.iter().flat_map(|list| list.params()) {
            let span = self.at(&param);
            if param.ty().is_none() && report {
                self.report(BadSection {
                    message: "a parameter of a service's handler needs a type".to_string(),
                    span,
                    help: "it travels in a message, whose type is declared: write `name: Type`",
                });
            }
            types.push(self.ty_or_error(param.ty(), span));
        }
        types
    }

    fn declared_result(&mut self, handler: &Handler, ty: Option<&ast::Type>, report: bool) -> Ty {
        if ty.is_none() && report {
            self.report(BadSection {
                message: format!(
                    "the call `{}` needs the type of its reply",
                    handler.name.text
                ),
                span: handler.name.span,
                help: "write it after the parameters: `call Get() -> Int do |state|`",
            });
        }
        self.ty_or_error(ty.cloned(), handler.name.span)
    }

    /// All functions of a service.
    pub(super) fn service(&mut self, service: &Service) {
        let Some(init) = self.service_fns(service) else {
            self.report(BadSection {
                message: format!("the service `{}` has no `fn init`", service.name.text),
                span: service.name.span,
                help: "it takes what `start` is given, and gives the first state",
            });
            return;
        };
        let inside = Inside {
            init,
            run: self.reserve(),
            looping: self.reserve(),
            handlers: service.handlers.iter().map(|_| self.reserve()).collect(),
        };
        for (handler, id) in service.handlers.iter().zip(&inside.handlers) {
            self.handler(service, handler, *id);
        }
        self.looping(service, &inside);
        self.run(service, &inside);
        self.start(service, &inside);
        self.clients(service);
        self.space.clear();
    }

    /// The functions written in the service, which its sections can name; gives `init`.
    fn service_fns(&mut self, service: &Service) -> Option<FnId> {
        let members = service.def.members().enumerate();
        let functions = members.filter_map(|(at, member)| match member {
            ast::ServiceMember::FnDef(def) => Some((at, def)),
            _ => None,
        });
        let (groups, diagnostics) = layout::group(self.file, functions.collect());
        self.diagnostics.extend(diagnostics);
        self.space.clear();
        let ids: Vec<FnId> = groups.iter().map(|_| self.reserve()).collect();
        for (group, id) in groups.iter().zip(&ids) {
            self.space.insert(group.name.text.clone(), *id);
        }
        for (group, id) in groups.into_iter().zip(ids) {
            self.body = Body::default();
            let generics = self.generics(service.def.generic_param_list());
            let name = format!("{}.{}", service.name.text, group.name.text);
            let group = FnGroup {
                name: Word {
                    text: SmolStr::from(name),
                    span: group.name.span,
                },
                clauses: group.clauses,
                overloaded: group.overloaded,
            };
            self.owner = Some(id);
            self.function(id, &group, &generics, |_| FnKind::Item);
            self.owner = None;
        }
        let init = self.space.get("init").copied()?;
        self.uses.push((None, init));
        Some(init)
    }

    /// A body in which the service's type parameters are declared.
    fn service_body(&mut self, service: &Service) -> Vec<GenericParam> {
        self.body = Body::default();
        self.generics(service.def.generic_param_list())
    }

    fn service_made(
        &self,
        service: &Service,
        id: FnId,
        name: &str,
        span: Span,
        generics: Vec<GenericParam>,
    ) -> Made {
        Made {
            id,
            name: SmolStr::from(format!("{}.{name}", service.name.text)),
            span,
            is_pub: false,
            kind: FnKind::Generated,
            generics,
            params: Vec::new(),
            result: None,
            docs: None,
            state: None,
        }
    }

    /// `fn Store.Put(state, value: Int, reply: Reply<Int>) -> (_, Int)`
    fn handler(&mut self, service: &Service, handler: &Handler, id: FnId) {
        let generics = self.service_body(service);
        let span = handler.name.span;
        let mut made = self.service_made(service, id, &handler.name.text, span, generics);
        let mut binds = Bindings::new(Kind::Parameter);
        let block = handler.body.as_ref();
        let (mut state, pat) = self.state(block, &mut binds, span);
        // What `init` is declared to give is what every section takes and gives, so that a mistake in one stays there.
        let init = self.space.get("init").map(|id| id.index as usize);
        let declared = init.and_then(|at| self.functions[at].as_ref()?.result.clone());
        state.ty = state.ty.or_else(|| declared.clone());
        made.params.push(state);
        let mut pats = vec![pat];
        made.result = declared.clone();
        let types = self.message_types(handler, false);
        let list = handler.params.iter().flat_map(|list| list.params());
        for (written, ty) in list.zip(types) {
            let at = self.at(&written);
            pats.push(self.pat_opt(written.pat(), &mut binds, at));
            made.params.push(param("_", Some(ty), at));
        }
        let mut gives = Gives::State;
        if let HandlerKind::Call {
            result, deferred, ..
        } = &handler.kind
        {
            let result = self.declared_result(handler, result.as_ref(), false);
            let reply = self.lang_ty("reply", "`service`", vec![result.clone()], span);
            let caller = self.fresh("_caller", span);
            pats.push(bind(caller, span));
            made.params.push(param("_caller", Some(reply), span));
            self.caller = Some(caller);
            if !deferred {
                gives = Gives::StateAndReply;
                let state = declared.unwrap_or(Ty {
                    kind: TyKind::Infer,
                    span,
                });
                made.result = Some(Ty {
                    span: result.span,
                    kind: TyKind::Tuple(vec![state, result]),
                });
            }
        }
        made.state = self.state_of(gives);
        self.in_section = true;
        let body = match block {
            Some(block) => self.block(block),
            None => expr(ExprKind::Error, span),
        };
        self.in_section = false;
        self.caller = None;
        self.made(made, pats, body);
    }

    /// A function's part in the service at hand.
    fn state_of(&self, gives: Gives) -> Option<StateOf> {
        let init = self.space.get("init").copied()?;
        Some(StateOf { init, gives })
    }

    /// The state that a section's block takes: `do |state|`.
    fn state(
        &mut self,
        block: Option<&ast::BlockExpr>,
        binds: &mut Bindings,
        span: Span,
    ) -> (Param, Pat) {
        let params = block.and_then(|block| block.block_params());
        let mut params = params.iter().flat_map(|params| params.params());
        let first = params.next();
        if let Some(second) = params.next() {
            let span = self.at(&second);
            // Its name is in scope, so that the body has no further error.
            self.pat_opt(second.pat(), &mut Bindings::new(Kind::Quiet), span);
            self.report(BadSection {
                message: "a service's section takes its state alone".to_string(),
                span,
                help: "what the message carries stands in the parentheses of the section",
            });
        }
        match first {
            Some(first) => {
                let at = self.at(&first);
                let ty = self.ty_opt(first.ty());
                let pat = self.pat_opt(first.pat(), binds, at);
                (param("state", ty, at), pat)
            }
            None => {
                let pat = Pat {
                    kind: PatKind::Wild,
                    span,
                };
                (param("state", None, span), pat)
            }
        }
    }

    /// The parameters of `init`, as those of another function: the types and defaults of the one, fresh names.
    fn init_params(&mut self, init: FnId) -> (Vec<Param>, Vec<LocalId>) {
        let known = self.functions[init.index as usize].as_ref();
        let params: Vec<Param> = known.map_or(Vec::new(), |function| {
            let copy = function.params.iter().map(|param| Param {
                name: param.name.clone(),
                span: param.span,
                ty: param.ty.clone(),
                default: param.default,
                spawned: false,
            });
            copy.collect()
        });
        let spans: Vec<Span> = params.iter().map(|param| param.span).collect();
        let locals = spans.into_iter().map(|span| self.fresh("_param", span));
        (params, locals.collect())
    }

    /// `fn Store.run(start: Int) = Store.loop(Store.init(start))`, with the `terminate` section registered first.
    fn run(&mut self, service: &Service, inside: &Inside) {
        let generics = self.service_body(service);
        let span = service.name.span;
        let mut made = self.service_made(service, inside.run, "run", span, generics);
        let (params, locals) = self.init_params(inside.init);
        made.params = params;
        let args = locals.iter().map(|id| local(*id, span)).collect();
        let first = call(function(inside.init, span), args, span);
        let mut body = call(function(inside.looping, span), vec![first], span);
        let mut terminate = service.def.members().filter_map(|member| match member {
            ast::ServiceMember::TerminateDef(it) => Some(it),
            _ => None,
        });
        if let Some(it) = terminate.next() {
            let at = self.at(&it);
            self.takes_nothing(&it);
            let section = self.terminate_section(service, &it, &locals, at);
            if let Some(id) = self.lang_fn("on_terminate", "`terminate`", at) {
                let register = call(function(id, at), vec![section], at);
                body = block(vec![Stmt::Expr(register)], body, span);
            }
        }
        let pats = locals.iter().map(|id| bind(*id, span)).collect();
        self.made(made, pats, body);
    }

    /// Sees the parameters of `init` by the names they have there.
    fn terminate_section(
        &mut self,
        service: &Service,
        it: &ast::TerminateDef,
        locals: &[LocalId],
        span: Span,
    ) -> Expr {
        let mark = self.body.enter();
        let init = service.def.members().find_map(|member| match member {
            ast::ServiceMember::FnDef(def) => {
                let name = layout::name(self.file, def.name());
                name.filter(|name| name.text == "init").map(|_| def)
            }
            _ => None,
        });
        let list = init.and_then(|def| def.param_list());
        let mut stmts = Vec::new();
        let params = list.iter().flat_map(|list| list.params());
        let mut binds = Bindings::new(Kind::Quiet);
        for (written, id) in params.zip(locals) {
            let at = self.at(&written);
            let pat = self.pat_opt(written.pat(), &mut binds, at);
            stmts.push(let_(pat, local(*id, at), at));
        }
        let body = match it.body() {
            Some(body) => self.block(&body),
            None => expr(ExprKind::Error, span),
        };
        self.body.leave(mark);
        closure(Vec::new(), block(stmts, for_effect(body), span), span)
    }
}

fn payload(ty: Ty, span: Span) -> FieldDef {
    FieldDef {
        name: SmolStr::default(),
        ty,
        default: None,
        span,
    }
}

fn let_(pat: Pat, value: Expr, span: Span) -> Stmt {
    Stmt::Let {
        pat,
        ty: None,
        value,
        else_: None,
        span,
    }
}

fn block(stmts: Vec<Stmt>, value: Expr, span: Span) -> Expr {
    let value = Some(Box::new(value));
    expr(ExprKind::Block(Block { stmts, value }), span)
}
