//! `deriving(Default)`: an impl item; and what all derived impls have in common.

use super::body::Body;
use super::build::{Made, call, with_own_args};
use super::{Lowerer, expr};
use crate::diagnostics::{MissingLangItem, NotDerivable};
use crate::hir::{
    Bound, Expr, ExprKind, FieldInit, FnKind, GenericParam, Impl, ImplId, InterfaceId, Param, Pat,
    PathBase, Ty, TyKind, TypeDef, TypeDefKind,
};
use mesh_report::Span;
use mesh_syntax::ast;
use smol_str::SmolStr;

impl Lowerer<'_> {
    /// The impls of a type's clause that are code.
    pub(super) fn derive(&mut self, def: &TypeDef, clause: Option<ast::Deriving>) {
        for interface in clause.iter().flat_map(|clause| clause.interfaces()) {
            let span = self.at(&interface);
            let last = interface.path().and_then(|path| path.segments().last());
            match last.as_ref().map_or("", |token| token.text()) {
                "Default" => self.derive_default(def, span),
                "Json" => self.derive_json(def, span),
                "Arbitrary" => self.derive_arbitrary(def, span),
                "Row" => self.lacks("row", "`deriving(Row)`", span),
                _ => {}
            }
        }
    }

    pub(super) fn lacks(&mut self, name: &'static str, what: &'static str, span: Span) {
        self.report(MissingLangItem { name, what, span });
    }

    fn derive_default(&mut self, def: &TypeDef, span: Span) {
        let Some(&interface) = self.names.lang.interfaces.get("default") else {
            self.lacks("default", "`deriving(Default)`", span);
            return;
        };
        self.mention(interface.module);
        let body = match &def.kind {
            TypeDefKind::Struct(fields) => {
                let given = fields.iter().filter(|field| field.default.is_none());
                let fields = given.map(|field| FieldInit {
                    name: field.name.clone(),
                    name_span: span,
                    value: default_of(field.ty.clone(), span),
                });
                let kind = ExprKind::Struct {
                    ty: def.id,
                    base: None,
                    fields: fields.collect(),
                };
                expr(kind, span)
            }
            TypeDefKind::Sum(variants) => {
                let Some(at) = variants
                    .iter()
                    .position(|variant| variant.fields.is_empty())
                else {
                    self.report(NotDerivable {
                        name: "Default",
                        span,
                        reason: Some("no variant of this type is without payload".to_string()),
                    });
                    return;
                };
                super::build::construct(def.id, at as u32, Vec::new(), span)
            }
            _ => {
                self.report(NotDerivable {
                    name: "Default",
                    span,
                    reason: Some("an alias has the impls of the type it names".to_string()),
                });
                return;
            }
        };
        self.body = Body::default();
        let method = Method {
            name: "default",
            params: Vec::new(),
            pats: Vec::new(),
            result: Some(Ty {
                kind: TyKind::SelfTy,
                span,
            }),
            body,
        };
        self.derived_impl(def, interface, method, span);
    }

    /// An impl with a method, whose locals are those of the body at hand; every type parameter has the interface too.
    pub(super) fn derived_impl(
        &mut self,
        def: &TypeDef,
        interface: InterfaceId,
        method: Method,
        span: Span,
    ) -> ImplId {
        let id = ImplId {
            module: self.id,
            index: self.impls.len() as u32,
        };
        let bounded = |param: &GenericParam| {
            let mut param = param.clone();
            param.bounds.push(Bound {
                interface,
                args: Vec::new(),
                assoc: Vec::new(),
                span,
            });
            param
        };
        let generics: Vec<GenericParam> = def.generics.iter().map(bounded).collect();
        self.impls.push(Impl {
            id,
            span,
            self_ty: with_own_args(def.id, &generics, span),
            generics,
            interface,
            interface_args: Vec::new(),
            assoc_types: Vec::new(),
            methods: Vec::new(),
            derived: true,
        });
        self.derived_method(id, method, span);
        id
    }

    /// One more method of a derived impl of this module, made as the first one.
    pub(super) fn derived_method(&mut self, id: ImplId, method: Method, span: Span) {
        let function = self.reserve();
        let has_self = method
            .params
            .first()
            .is_some_and(|param| param.name == "self");
        let impl_ = &mut self.impls[id.index as usize];
        impl_.methods.push(function);
        let generics = impl_.generics.clone();
        let made = Made {
            id: function,
            name: SmolStr::new_static(method.name),
            span,
            is_pub: false,
            kind: FnKind::ImplMethod {
                impl_: id,
                has_self,
            },
            generics,
            params: method.params,
            result: method.result,
            docs: None,
            state: None,
        };
        self.made(made, method.pats, method.body);
    }
}

/// A method of a derived impl.
pub(super) struct Method {
    pub name: &'static str,
    pub params: Vec<Param>,
    pub pats: Vec<Pat>,
    pub result: Option<Ty>,
    pub body: Expr,
}

/// `Type.default()`
fn default_of(ty: Ty, span: Span) -> Expr {
    let method = ExprKind::TypeItem {
        base: PathBase::Type(ty),
        name: SmolStr::new_static("default"),
        name_span: span,
    };
    call(expr(method, span), Vec::new(), span)
}
