//! Functions: signatures, clauses, defaults.

use super::body::{Body, Kind};
use super::pat::Bindings;
use super::{Lowerer, expr, ty};
use crate::diagnostics::{BadSection, MainShape, MissingBody, NoMain, ParameterOrder};
use crate::hir::{
    Clause, Expr, ExprKind, FnId, FnKind, Function, GenericParam, Param, ProcessClause, Ty, TyKind,
};
use crate::layout::{self, FnGroup};
use crate::names::Word;
use crate::suggest;
use mesh_report::Span;
use mesh_syntax::ast::{self, HasDocs};
use smol_str::SmolStr;

/// What a function declares of itself.
pub(super) struct Signature {
    pub generics: Vec<GenericParam>,
    pub params: Vec<Param>,
    pub result: Option<Ty>,
    pub process: ProcessClause,
    pub has_self: bool,
}

/// A default that is lowered after the parameters are known.
struct PendingDefault {
    param: usize,
    value: ast::Expr,
}

impl Lowerer<'_> {
    /// A function item or method. `outer`: the type parameters of the interface or impl around it, which are in `self.body` already.
    pub(super) fn function(
        &mut self,
        id: FnId,
        group: &FnGroup,
        outer: &[GenericParam],
        kind: impl FnOnce(bool) -> FnKind,
    ) {
        let first = &group.clauses[0];
        let attributes = layout::attributes(self.file, first.attrs());
        let lang = layout::lang(&attributes);
        let signature = self.signature(group, Some((id, outer)));
        let kind = match kind(signature.has_self) {
            FnKind::Item if first.extern_token().is_some() => {
                match attributes.iter().any(|(name, _)| name.text == "intrinsic") {
                    true => FnKind::Intrinsic,
                    false => FnKind::Native,
                }
            }
            kind => kind,
        };
        let may_lack = matches!(
            kind,
            FnKind::Native | FnKind::Intrinsic | FnKind::InterfaceMethod { .. }
        );
        let clauses = match first.body() {
            None if may_lack => Vec::new(),
            body => {
                if body.is_none() {
                    self.report(MissingBody {
                        name: &group.name.text,
                        span: group.name.span,
                    });
                }
                self.clauses(group)
            }
        };
        let is_pub = group.clauses.iter().any(|def| def.pub_token().is_some());
        let mut generics = outer.to_vec();
        generics.extend(signature.generics);
        let function = Function {
            id,
            name: group.name.text.clone(),
            name_span: group.name.span,
            span: self.group_span(group),
            is_pub,
            kind,
            generics,
            params: signature.params,
            result: signature.result,
            process: signature.process,
            clauses,
            locals: self.end_body(),
            lang,
            attributes: others(attributes),
            docs: first.docs().map(SmolStr::from),
            state: None,
            overloaded: group.overloaded,
        };
        self.fill(function);
    }

    fn group_span(&self, group: &FnGroup) -> Span {
        let first = layout::span(self.file, &group.clauses[0]);
        match group.clauses.last() {
            Some(last) if group.clauses.len() > 1 => first.join(layout::span(self.file, last)),
            _ => first,
        }
    }

    /// The locals of the body at hand, which is over; what nothing uses is reported.
    pub(super) fn end_body(&mut self) -> Vec<crate::hir::Local> {
        let body = std::mem::take(&mut self.body);
        self.unused_locals(&body);
        body.locals
    }

    /// The signature of a function; its type parameters stay in scope. `item`: its id and the type parameters around it, unless it
    /// is local.
    pub(super) fn signature(
        &mut self,
        group: &FnGroup,
        item: Option<(FnId, &[GenericParam])>,
    ) -> Signature {
        let lists = group
            .clauses
            .iter()
            .filter_map(|def| def.generic_param_list());
        let mut generics = self.generics(lists.into_iter().next());
        let mut params: Vec<Param> = Vec::new();
        let mut defaults: Vec<PendingDefault> = Vec::new();
        for (clause, def) in group.clauses.iter().enumerate() {
            let list = def.param_list();
            for (at, param) in list.iter().flat_map(|list| list.params()).enumerate() {
                let ty = self.ty_opt(param.ty());
                if clause == 0 {
                    params.push(self.param(&param, ty));
                } else if let Some(known) = params.get_mut(at)
                    && known.ty.is_none()
                {
                    known.ty = ty;
                }
                if let Some(value) = param.default()
                    && !defaults.iter().any(|known| known.param == at)
                {
                    defaults.push(PendingDefault { param: at, value });
                }
            }
        }
        let has_self = params.first().is_some_and(|param| param.name == "self");
        if has_self && params[0].ty.is_none() && self.self_ty != super::SelfTy::None {
            params[0].ty = Some(self.own_type(params[0].span));
        }
        self.check_order(&params, &defaults);
        let results = group.clauses.iter().filter_map(|def| def.ret_type()?.ty());
        let mut result = results.into_iter().next().map(|ty| self.ty(&ty));
        self.blur_signature(&mut generics, &mut params, &mut result);
        let specs = group.clauses.iter().filter_map(|def| def.process_spec());
        let process = self.process(specs.into_iter().next());
        self.defaults(item, &generics, &mut params, defaults);
        Signature {
            generics,
            params,
            result,
            process,
            has_self,
        }
    }

    /// After an error in a signature nothing is known of its type parameters: a call could not decide them.
    fn blur_signature(
        &mut self,
        generics: &mut [GenericParam],
        params: &mut [Param],
        result: &mut Option<Ty>,
    ) {
        let declared = params.iter().filter_map(|param| param.ty.as_ref());
        let wrong = declared.chain(result.iter()).any(ty::has_error);
        if wrong {
            self.bad_params
                .extend(generics.iter().map(|param| param.id));
        }
        if self.bad_params.is_empty() {
            return;
        }
        for param in generics {
            if self.bad_params.contains(&param.id) {
                param.bounds.clear();
            }
        }
        let declared = params.iter_mut().filter_map(|param| param.ty.as_mut());
        for ty in declared.chain(result.iter_mut()) {
            ty::blur(ty, &self.bad_params);
        }
    }

    /// The type of `self`.
    fn own_type(&self, span: Span) -> Ty {
        let kind = match self.self_ty {
            super::SelfTy::Interface => TyKind::Param(crate::hir::ParamId(0)),
            _ => TyKind::SelfTy,
        };
        Ty { kind, span }
    }

    fn param(&mut self, param: &ast::Param, ty: Option<Ty>) -> Param {
        let span = self.at(param);
        let name = match param.pat() {
            Some(ast::Pat::NamePat(name)) => layout::name(self.file, name.name()),
            _ => None,
        };
        Param {
            name: name.map_or(SmolStr::new_static("_"), |name| name.text),
            span,
            ty,
            default: None,
            spawned: param.spawned_token().is_some(),
        }
    }

    /// Defaults fill the end of the list; one closure may follow.
    fn check_order(&mut self, params: &[Param], defaults: &[PendingDefault]) {
        let has = |at: usize| defaults.iter().any(|default| default.param == at);
        let Some(first) = (0..params.len()).find(|at| has(*at)) else {
            return;
        };
        for (at, param) in params.iter().enumerate().skip(first) {
            let may_be_closure = match &param.ty {
                None => true,
                Some(ty) => matches!(ty.kind, TyKind::Fn(..) | TyKind::Error | TyKind::Infer),
            };
            let fits = has(at) || (at + 1 == params.len() && may_be_closure);
            if !fits {
                self.report(ParameterOrder {
                    name: &param.name,
                    span: param.span,
                    default: params[first].span,
                });
                return;
            }
        }
    }

    fn process(&mut self, spec: Option<ast::ProcessSpec>) -> ProcessClause {
        let Some(spec) = spec else {
            return ProcessClause::Unspecified;
        };
        let span = self.at(&spec);
        let receives = spec.receives();
        if receives.as_ref().is_some_and(|receives| receives.is_none()) {
            return ProcessClause::None;
        }
        let receives = receives.and_then(|receives| receives.ty());
        let replies = spec.replies().and_then(|replies| replies.ty());
        ProcessClause::Process {
            receives: self.ty_opt(receives),
            replies: self.ty_opt(replies),
            span,
        }
    }

    fn defaults(
        &mut self,
        item: Option<(FnId, &[GenericParam])>,
        own: &[GenericParam],
        params: &mut [Param],
        defaults: Vec<PendingDefault>,
    ) {
        if defaults.is_empty() {
            return;
        }
        let mut generics = item.map_or(Vec::new(), |(_, outer)| outer.to_vec());
        generics.extend(own.iter().cloned());
        let hidden: Vec<(SmolStr, Span)> = params
            .iter()
            .map(|param| (param.name.clone(), param.span))
            .collect();
        for default in defaults {
            let Some(param) = params.get_mut(default.param) else {
                continue;
            };
            let id = self.reserve();
            let of = item.map_or(id, |(of, _)| of);
            let kind = FnKind::Default {
                of,
                param: default.param as u32,
            };
            let name = Word {
                text: param.name.clone(),
                span: param.span,
            };
            let ty = param.ty.clone();
            param.default = Some(id);
            self.value_function(
                id,
                kind,
                name,
                &generics,
                ty,
                "a default",
                hidden.clone(),
                &default.value,
            );
        }
    }

    /// A function without parameters that gives the value of an expression: a default, a constant.
    #[allow(clippy::too_many_arguments, reason = "the parts of one function")]
    pub(super) fn value_function(
        &mut self,
        id: FnId,
        kind: FnKind,
        name: Word,
        generics: &[GenericParam],
        result: Option<Ty>,
        place: &'static str,
        hidden: Vec<(SmolStr, Span)>,
        value: &ast::Expr,
    ) {
        let inner = Body {
            generics: self.body.generics.clone(),
            next_param: self.body.next_param,
            hidden,
            place: Some(place),
            ..Body::default()
        };
        let outer = std::mem::replace(&mut self.body, inner);
        let body = self.expr(value);
        let locals = self.end_body();
        self.body = outer;
        let span = body.span;
        self.fill(Function {
            id,
            name: name.text,
            name_span: name.span,
            span,
            is_pub: false,
            kind,
            generics: generics.to_vec(),
            params: Vec::new(),
            result,
            process: ProcessClause::Unspecified,
            clauses: vec![clause(Vec::new(), body, span)],
            locals,
            lang: None,
            attributes: Vec::new(),
            docs: None,
            state: None,
            overloaded: false,
        });
    }

    /// The root module has a `main` that takes nothing; one of tests alone needs none, nor does one that is tested.
    pub(super) fn check_main(&mut self, is_tested: bool) {
        let main = self.functions.iter().flatten();
        let main = main
            .filter(|function| function.kind == FnKind::Item && function.name == "main")
            .map(|function| function.params.first().map(|param| param.span));
        match main.into_iter().next() {
            Some(Some(span)) => self.report(MainShape { span }),
            Some(None) => {}
            None => {
                self.lacks_main = true;
                if self.tests.is_empty() && !is_tested {
                    let functions = self.functions.iter().flatten();
                    let names = functions.map(|function| (&function.name, function.name_span));
                    let similar = names
                        .filter(|(name, _)| suggest::nearest("main", [name.as_str()]).is_some())
                        .map(|(_, span)| span)
                        .next();
                    let span = Span::new(self.file, 0, 0);
                    self.report(NoMain { span, similar });
                }
            }
        }
    }

    /// The clauses of a function with bodies.
    pub(super) fn clauses(&mut self, group: &FnGroup) -> Vec<Clause> {
        group.clauses.iter().map(|def| self.clause(def)).collect()
    }

    fn clause(&mut self, def: &ast::FnDef) -> Clause {
        let span = layout::span(self.file, def);
        let mark = self.body.enter();
        let params = self.param_pats(def.param_list());
        let guard = def.guard().map(|guard| self.expr_opt(guard.expr(), span));
        let body = self.expr_opt(def.body(), span);
        self.body.leave(mark);
        Clause {
            params,
            guard,
            body,
            span,
        }
    }

    /// The patterns of a list of parameters; their names are in scope afterwards.
    pub(super) fn param_pats(&mut self, list: Option<ast::ParamList>) -> Vec<crate::hir::Pat> {
        let mut binds = Bindings::new(Kind::Parameter);
        let mut pats = Vec::new();
        for param in list.iter().flat_map(|list| list.params()) {
            let at = self.at(&param);
            pats.push(self.pat_opt(param.pat(), &mut binds, at));
        }
        pats
    }

    /// `actor name(params) do … terminate do … end end`
    pub(super) fn actor(&mut self, id: FnId, def: &ast::ActorDef) {
        let Some(name) = layout::name(self.file, def.name()) else {
            return;
        };
        let span = layout::span(self.file, def);
        let generics = self.generics(def.generic_param_list());
        let list = def.param_list();
        let mut params = Vec::new();
        for param in list.iter().flat_map(|list| list.params()) {
            let ty = self.ty_opt(param.ty());
            params.push(self.param(&param, ty));
        }
        let result = def.ret_type().and_then(|ret| ret.ty());
        let result = self.ty_opt(result);
        let process = self.process(def.process_spec());
        let pats = self.param_pats(list);
        let body = self.actor_body(def, span);
        let attributes = layout::attributes(self.file, def.attrs());
        let function = Function {
            id,
            name: name.text,
            name_span: name.span,
            span,
            is_pub: def.pub_token().is_some(),
            kind: FnKind::Item,
            generics,
            params,
            result,
            process,
            clauses: vec![clause(pats, body, span)],
            locals: self.end_body(),
            lang: None,
            attributes: others(attributes),
            docs: def.docs().map(SmolStr::from),
            state: None,
            overloaded: false,
        };
        self.fill(function);
    }

    /// Reports parameters of a `terminate` section; their names are in scope, so that its body has no further error.
    pub(super) fn takes_nothing(&mut self, section: &ast::TerminateDef) {
        let params = section.body().and_then(|block| block.block_params());
        for param in params.iter().flat_map(|params| params.params()) {
            let span = self.at(&param);
            self.pat_opt(param.pat(), &mut Bindings::new(Kind::Quiet), span);
            self.report(BadSection {
                message: "a `terminate` section takes nothing".to_string(),
                span,
                help: "it sees what the actor was started with, by the names that this has there",
            });
        }
    }

    /// With a `terminate` section the body first registers it: a closure over the parameters, which the runtime runs at the end.
    fn actor_body(&mut self, def: &ast::ActorDef, span: Span) -> Expr {
        let Some(block) = def.body() else {
            return expr(ExprKind::Error, span);
        };
        let Some(terminate) = block.terminate_def() else {
            return self.block(&block);
        };
        let at = self.at(&terminate);
        self.takes_nothing(&terminate);
        let body = terminate.body();
        let closure = self.closure_of(Vec::new(), at, false, |lowerer| {
            let body = match body {
                Some(body) => lowerer.block(&body),
                None => expr(ExprKind::Error, at),
            };
            (None, super::build::for_effect(body))
        });
        let closure = expr(ExprKind::Closure(closure), at);
        let body = self.block(&block);
        let Some(id) = self.lang_fn("on_terminate", "`terminate`", at) else {
            return body;
        };
        let register = super::build::call(expr(ExprKind::Fn(id), at), vec![closure], at);
        let block = crate::hir::Block {
            stmts: vec![crate::hir::Stmt::Expr(register)],
            value: Some(Box::new(body)),
        };
        expr(ExprKind::Block(block), span)
    }
}

/// A clause without a guard.
pub(super) fn clause(params: Vec<crate::hir::Pat>, body: Expr, span: Span) -> Clause {
    Clause {
        params,
        guard: None,
        body,
        span,
    }
}

/// The attributes that have no field of their own.
pub(super) fn others(attributes: Vec<(Word, Option<SmolStr>)>) -> Vec<(SmolStr, Option<SmolStr>)> {
    let others = attributes
        .into_iter()
        .filter(|(name, _)| name.text != "lang" && name.text != "intrinsic");
    others
        .map(|(name, argument)| (name.text, argument))
        .collect()
}
