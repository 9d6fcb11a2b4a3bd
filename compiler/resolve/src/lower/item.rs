//! Items: types, interfaces, impls, constants, and the order in which all of them are lowered.

use super::body::Body;
use super::service::Service;
use super::{Lowerer, SelfTy};
use crate::diagnostics::{ImplWithoutInterface, NotDerivable};
use crate::hir::{
    AssocType, Const, ConstId, FieldDef, FnId, FnKind, Function, GenericParam, Impl, ImplId,
    Interface, InterfaceId, ParamId, TypeDef, TypeDefKind, TypeId, VariantDef,
};
use crate::layout::{self, Layout, TypeItem};
use crate::lookup;
use crate::names::{TypeRef, Word};
use mesh_report::Span;
use mesh_syntax::SyntaxKind;
use mesh_syntax::ast::{self, AstNode, HasDocs, support};
use smol_str::SmolStr;

/// Interfaces that a `deriving` clause leaves to the checker, by lang name.
const STRUCTURAL: [&str; 5] = ["eq", "ord", "hash", "debug", "display"];

impl Lowerer<'_> {
    pub(super) fn items(&mut self, layout: &Layout) {
        for item in &layout.types {
            let id = TypeId {
                module: self.id,
                index: self.types.len() as u32,
            };
            let (lowered, deriving) = match item {
                TypeItem::Struct(def) => (self.struct_def(id, def), def.deriving()),
                TypeItem::Type(def) => (self.type_def(id, def), def.deriving()),
            };
            self.derive(&lowered, deriving);
            self.types.push(lowered);
        }
        let services = self.services(layout);
        for def in &layout.interfaces {
            self.interface(def);
        }
        for def in &layout.impls {
            self.impl_(def);
        }
        for def in &layout.consts {
            self.const_(def);
        }
        let mut index = 0;
        for group in &layout.groups {
            let id = FnId {
                module: self.id,
                index,
            };
            self.owner = Some(id);
            self.body = Body::default();
            self.bad_params.clear();
            self.function(id, group, &[], |_| FnKind::Item);
            index += 1;
        }
        for def in &layout.actors {
            let id = FnId {
                module: self.id,
                index,
            };
            self.owner = Some(id);
            self.body = Body::default();
            self.bad_params.clear();
            self.actor(id, def);
            index += 1;
        }
        self.owner = None;
        for service in &services {
            self.service(service);
        }
        let in_services = layout.services.iter();
        let in_services =
            in_services.map(|def| layout::service_functions(self.file, def).len() as u32);
        index += in_services.sum::<u32>();
        for def in &layout.supervisors {
            self.supervisor(def, index);
            index += layout::supervisor_functions(self.file, def).len() as u32;
        }
        self.test_items(&layout.tests);
    }

    /// The services with their ids, their types declared.
    fn services(&mut self, layout: &Layout) -> Vec<Service> {
        let mut functions = (layout.groups.len() + layout.actors.len()) as u32;
        let mut services = Vec::new();
        for def in &layout.services {
            let types = self.types.len() as u32;
            match self.service_parts(def, types, functions) {
                Some(service) => {
                    self.service_types(&service);
                    services.push(service);
                }
                // Its place in the order of ids is taken all the same.
                None => self.nameless_types(),
            }
            functions += layout::service_functions(self.file, def).len() as u32;
        }
        services
    }

    fn nameless_types(&mut self) {
        for _ in 0..2 {
            let index = self.types.len() as u32;
            self.types.push(TypeDef {
                id: TypeId {
                    module: self.id,
                    index,
                },
                name: SmolStr::default(),
                name_span: Span::DUMMY,
                span: Span::DUMMY,
                is_pub: false,
                is_opaque: false,
                generics: Vec::new(),
                kind: TypeDefKind::Extern,
                deriving: None,
                lang: None,
                docs: None,
            });
        }
    }

    /// All functions; where an item was left out after an error, an empty one keeps the place.
    pub(super) fn all_functions(&mut self) -> Vec<Function> {
        let functions = std::mem::take(&mut self.functions);
        let filled = functions.into_iter().enumerate().map(|(index, function)| {
            function.unwrap_or_else(|| {
                empty_function(FnId {
                    module: self.id,
                    index: index as u32,
                })
            })
        });
        filled.collect()
    }

    fn struct_def(&mut self, id: TypeId, def: &ast::StructDef) -> TypeDef {
        self.bad_params.clear();
        self.body = Body::default();
        let name = self.own_name(def.name(), def);
        let generics = self.generics(def.generic_param_list());
        let mut fields: Vec<FieldDef> = Vec::new();
        for field in def.fields() {
            if let Some(field) = self.field(&field, fields.len(), &generics) {
                let first = fields.iter().find(|known| known.name == field.name);
                let first = first.map(|known| known.span);
                self.check_twice(&field.name, "field", field.span, first);
                if first.is_none() {
                    fields.push(field);
                }
            }
        }
        let attributes = layout::attributes(self.file, def.attrs());
        TypeDef {
            id,
            name: name.text,
            name_span: name.span,
            span: layout::span(self.file, def),
            is_pub: def.pub_token().is_some(),
            is_opaque: def.opaque_token().is_some(),
            kind: TypeDefKind::Struct(fields),
            deriving: self.deriving(def.deriving()),
            generics,
            lang: layout::lang(&attributes),
            docs: def.docs().map(SmolStr::from),
        }
    }

    fn own_name(&self, name: Option<ast::Name>, node: &impl AstNode<Language = ast::Mesh>) -> Word {
        layout::name(self.file, name).unwrap_or_else(|| Word {
            text: SmolStr::default(),
            span: self.at(node),
        })
    }

    fn check_twice(&mut self, name: &SmolStr, what: &str, span: Span, first: Option<Span>) {
        if let Some(first) = first {
            self.report(crate::diagnostics::DuplicateDefinition {
                name,
                what,
                span,
                first,
            });
        }
    }

    fn field(
        &mut self,
        field: &ast::FieldDef,
        at: usize,
        generics: &[GenericParam],
    ) -> Option<FieldDef> {
        let name = layout::name(self.file, field.name())?;
        let ty = self.ty_or_error(field.ty(), name.span);
        let default = field.default().map(|value| {
            let id = self.reserve();
            let kind = FnKind::Default {
                of: id,
                param: at as u32,
            };
            let ty = Some(ty.clone());
            self.value_function(
                id,
                kind,
                name.clone(),
                generics,
                ty,
                "a default",
                Vec::new(),
                &value,
            );
            id
        });
        Some(FieldDef {
            name: name.text,
            ty,
            default,
            span: name.span,
        })
    }

    fn type_def(&mut self, id: TypeId, def: &ast::TypeDef) -> TypeDef {
        self.bad_params.clear();
        self.body = Body::default();
        let name = self.own_name(def.name(), def);
        let generics = self.generics(def.generic_param_list());
        let is_extern = support::token(def.syntax(), SyntaxKind::EXTERN_KW).is_some();
        let kind = if let Some(list) = def.variant_list() {
            TypeDefKind::Sum(list.variants().map(|it| self.variant(&it)).collect())
        } else if let Some(aliased) = def.aliased().filter(|_| !is_extern) {
            TypeDefKind::Alias(self.ty(&aliased))
        } else {
            TypeDefKind::Extern
        };
        let attributes = layout::attributes(self.file, def.attrs());
        TypeDef {
            id,
            name: name.text,
            name_span: name.span,
            span: layout::span(self.file, def),
            is_pub: def.pub_token().is_some(),
            is_opaque: def.opaque_token().is_some(),
            kind,
            deriving: self.deriving(def.deriving()),
            generics,
            lang: layout::lang(&attributes),
            docs: def.docs().map(SmolStr::from),
        }
    }

    fn variant(&mut self, variant: &ast::Variant) -> VariantDef {
        let name = self.own_name(variant.name(), variant);
        let mut fields: Vec<FieldDef> = Vec::new();
        let list = variant.variant_field_list();
        for field in list.iter().flat_map(|list| list.fields()) {
            let span = self.at(&field);
            let label = layout::name(self.file, field.name());
            if let Some(label) = &label {
                let first = fields.iter().find(|known| known.name == label.text);
                let first = first.map(|known| known.span);
                self.check_twice(&label.text, "field", label.span, first);
            }
            fields.push(FieldDef {
                name: label.map_or(SmolStr::default(), |label| label.text),
                ty: self.ty_or_error(field.ty(), span),
                default: None,
                span,
            });
        }
        VariantDef {
            name: name.text,
            fields,
            span: name.span,
            docs: variant.docs().map(SmolStr::from),
        }
    }

    /// The interfaces of a `deriving` clause that the checker provides by structure.
    fn deriving(&mut self, clause: Option<ast::Deriving>) -> Option<Vec<(InterfaceId, Span)>> {
        let clause = clause?;
        let mut found = Vec::new();
        for interface in clause.interfaces() {
            let span = self.at(&interface);
            let Some(path) = interface.path() else {
                continue;
            };
            let words = layout::path(self.file, &path);
            let last = words.last().map_or("", |word| word.text.as_str());
            if matches!(last, "Json" | "Row" | "Default" | "Arbitrary") {
                continue;
            }
            let lang = &self.names.lang.interfaces;
            let structural = |id: &InterfaceId| {
                let names = STRUCTURAL.iter();
                names
                    .filter_map(|name| lang.get(*name))
                    .any(|own| own == id)
            };
            match lookup::find_type(self.names, self.id, &words) {
                Some(TypeRef::Interface(id)) if structural(&id) => {
                    self.mention(id.module);
                    found.push((id, span));
                }
                _ => self.report(NotDerivable {
                    name: last,
                    span,
                    reason: None,
                }),
            }
        }
        Some(found)
    }

    fn interface(&mut self, def: &ast::InterfaceDef) {
        let id = InterfaceId {
            module: self.id,
            index: self.interfaces.len() as u32,
        };
        self.bad_params.clear();
        self.body = Body::default();
        self.self_ty = SelfTy::Interface;
        let name = self.own_name(def.name(), def);
        let own = GenericParam {
            id: self.body.add_generic(SmolStr::new_static("Self")),
            name: SmolStr::new_static("Self"),
            bounds: Vec::new(),
            span: name.span,
        };
        let mut generics = vec![own];
        generics.extend(self.generics(def.generic_param_list()));
        let supers = self.bounds(def.supers());
        let mut assoc_types = Vec::new();
        for member in def.members() {
            if let ast::Member::AssocType(assoc) = member
                && let Some(name) = layout::name(self.file, assoc.name())
            {
                assoc_types.push(AssocType {
                    name: name.text,
                    bounds: self.bounds(assoc.type_bounds()),
                    span: name.span,
                });
            }
        }
        let methods = self.methods(def.members(), &generics, |has_self| {
            FnKind::InterfaceMethod {
                interface: id,
                has_self,
            }
        });
        let attributes = layout::attributes(self.file, def.attrs());
        self.interfaces.push(Interface {
            id,
            name: name.text,
            name_span: name.span,
            span: layout::span(self.file, def),
            is_pub: def.pub_token().is_some(),
            generics,
            supers,
            assoc_types,
            methods,
            lang: layout::lang(&attributes),
            docs: def.docs().map(SmolStr::from),
        });
        self.self_ty = SelfTy::None;
    }

    /// The methods among an interface's or impl's members, each with the type parameters around it in scope.
    fn methods(
        &mut self,
        members: impl Iterator<Item = ast::Member>,
        generics: &[GenericParam],
        kind: impl Fn(bool) -> FnKind,
    ) -> Vec<FnId> {
        let functions = members.enumerate().filter_map(|(at, member)| match member {
            ast::Member::FnDef(def) => Some((at, def)),
            ast::Member::AssocType(_) => None,
        });
        let (groups, diagnostics) = layout::group(self.file, functions.collect());
        self.diagnostics.extend(diagnostics);
        let mut ids = Vec::new();
        for group in &groups {
            let id = self.reserve();
            self.body = with_generics(generics);
            self.function(id, group, generics, &kind);
            ids.push(id);
        }
        ids
    }

    fn impl_(&mut self, def: &ast::ImplDef) {
        self.bad_params.clear();
        self.body = Body::default();
        self.self_ty = SelfTy::Impl;
        self.impl_target = match def.target() {
            Some(ast::Type::PathType(target)) => target.path().and_then(|path| {
                let words = layout::path(self.file, &path);
                lookup::find_type(self.names, self.id, &words)
            }),
            _ => None,
        };
        self.impl_inner(def);
        self.impl_target = None;
        self.self_ty = SelfTy::None;
    }

    fn impl_inner(&mut self, def: &ast::ImplDef) {
        let span = layout::span(self.file, def);
        let generics = self.generics(def.generic_param_list());
        let Some(interface) = def.interface().and_then(|it| it.path_type()) else {
            self.report(ImplWithoutInterface {
                span: def.target().map_or(span, |target| self.at(&target)),
            });
            return;
        };
        let bound = self.bound(&interface);
        let self_ty = self.ty_or_error(def.target(), span);
        let Some(bound) = bound else { return };
        let id = ImplId {
            module: self.id,
            index: self.impls.len() as u32,
        };
        let mut assoc_types = Vec::new();
        for member in def.members() {
            if let ast::Member::AssocType(assoc) = member
                && let Some(name) = layout::name(self.file, assoc.name())
            {
                let ty = self.ty_or_error(assoc.ty(), name.span);
                assoc_types.push((name.text, ty, name.span));
            }
        }
        let methods = self.methods(def.members(), &generics, |has_self| FnKind::ImplMethod {
            impl_: id,
            has_self,
        });
        self.impls.push(Impl {
            id,
            span,
            generics,
            interface: bound.interface,
            interface_args: bound.args,
            self_ty,
            assoc_types,
            methods,
            derived: false,
        });
    }

    fn const_(&mut self, def: &ast::ConstDef) {
        self.bad_params.clear();
        self.body = Body::default();
        let name = self.own_name(def.name(), def);
        let ty = self.ty_opt(def.ty());
        let value = self.reserve();
        let value_expr = def.value();
        let value_expr = value_expr.filter(|value| self.is_constant(&name.text, value));
        match value_expr {
            Some(expr) => {
                let ty = ty.clone();
                let name = name.clone();
                let kind = FnKind::Generated;
                self.value_function(value, kind, name, &[], ty, "a constant", Vec::new(), &expr);
            }
            None => self.fill(empty_function(value)),
        }
        self.consts.push(Const {
            id: ConstId {
                module: self.id,
                index: self.consts.len() as u32,
            },
            name: name.text,
            name_span: name.span,
            is_pub: def.pub_token().is_some(),
            ty,
            value,
            docs: def.docs().map(SmolStr::from),
        });
    }
}

/// A body in which these type parameters are declared.
pub(super) fn with_generics(generics: &[GenericParam]) -> Body {
    let last = generics.iter().map(|param| param.id.0 + 1).max();
    Body {
        generics: generics
            .iter()
            .map(|param| (param.name.clone(), ParamId(param.id.0)))
            .collect(),
        next_param: last.unwrap_or(0),
        ..Body::default()
    }
}

/// What stands where an item could not be read; an error has been reported.
fn empty_function(id: FnId) -> Function {
    let body = super::expr(crate::hir::ExprKind::Error, Span::DUMMY);
    Function {
        id,
        name: SmolStr::default(),
        name_span: Span::DUMMY,
        span: Span::DUMMY,
        is_pub: false,
        kind: FnKind::Generated,
        generics: Vec::new(),
        params: Vec::new(),
        result: None,
        process: crate::hir::ProcessClause::Unspecified,
        clauses: vec![super::function::clause(Vec::new(), body, Span::DUMMY)],
        locals: Vec::new(),
        lang: None,
        attributes: Vec::new(),
        docs: None,
        state: None,
        overloaded: false,
    }
}
