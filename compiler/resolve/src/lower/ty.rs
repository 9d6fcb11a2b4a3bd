//! Types, bounds and type parameters.

use super::{Lowerer, SelfTy};
use crate::diagnostics::{AmbiguousName, MisplacedSelf, MissingLangItem, UnknownType, WrongKind};
use crate::hir::{Bound, GenericParam, InterfaceId, ParamId, Ty, TyKind, TypeId};
use crate::layout;
use crate::lookup::{self, Found};
use crate::names::{Bringer, ImportKind, TypeRef, Word, dotted};
use crate::suggest;
use mesh_report::Span;
use mesh_syntax::ast;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

/// What a path in the place of a type means.
pub(super) enum TypePath {
    Type(TypeId),
    Interface(InterfaceId),
    Param(ParamId),
    SelfTy,
    /// `T.Output`
    Assoc(Box<TypePath>, SmolStr),
    /// Reported.
    Error,
}

impl Lowerer<'_> {
    pub(super) fn ty_opt(&mut self, ty: Option<ast::Type>) -> Option<Ty> {
        ty.map(|ty| self.ty(&ty))
    }

    /// A type that the grammar demands; recovery may have left it out.
    pub(super) fn ty_or_error(&mut self, ty: Option<ast::Type>, span: Span) -> Ty {
        let error = Ty {
            kind: TyKind::Error,
            span,
        };
        self.ty_opt(ty).unwrap_or(error)
    }

    pub(super) fn ty(&mut self, ty: &ast::Type) -> Ty {
        stacker::maybe_grow(super::expr::RED_ZONE, super::expr::SEGMENT, || {
            self.ty_inner(ty)
        })
    }

    fn ty_inner(&mut self, ty: &ast::Type) -> Ty {
        let span = self.at(ty);
        let kind = match ty {
            ast::Type::PathType(path) => self.path_type(path, span),
            ast::Type::ParenType(paren) => match paren.ty() {
                Some(inner) => return self.ty(&inner),
                None => TyKind::Error,
            },
            ast::Type::TupleType(tuple) => {
                let mut elements: Vec<Ty> = tuple.elements().map(|it| self.ty(&it)).collect();
                match elements.len() {
                    0 => TyKind::Unit,
                    1 => elements.remove(0).kind,
                    _ => TyKind::Tuple(elements),
                }
            }
            ast::Type::FnType(function) => {
                let params = function.params();
                let params = params.iter().flat_map(|params| params.types());
                let params: Vec<Ty> = params.map(|it| self.ty(&it)).collect();
                let result = self.ty_or_error(function.ret(), span);
                TyKind::Fn(params, Box::new(result))
            }
            ast::Type::OptionType(option) => {
                let inner = self.ty_or_error(option.ty(), span);
                self.lang_type("option", "`T?`", vec![inner], span)
            }
            ast::Type::ResultType(result) => {
                let ok = self.ty_or_error(result.ok(), span);
                let err = self.ty_or_error(result.err(), span);
                self.lang_type("result", "`T!E`", vec![ok, err], span)
            }
        };
        Ty { kind, span }
    }

    pub(super) fn lang_type(
        &mut self,
        name: &str,
        what: &str,
        args: Vec<Ty>,
        span: Span,
    ) -> TyKind {
        match self.names.lang.types.get(name) {
            Some(&id) => {
                self.mention(id.module);
                TyKind::Named(id, args)
            }
            None => {
                self.report(MissingLangItem { name, what, span });
                TyKind::Error
            }
        }
    }

    fn path_type(&mut self, ty: &ast::PathType, span: Span) -> TyKind {
        let list = ty.type_arg_list();
        let args = list.iter().flat_map(|list| list.args());
        let args: Vec<Ty> = args.filter_map(|arg| self.ty_opt(arg.ty())).collect();
        let Some(path) = ty.path() else {
            return TyKind::Error;
        };
        let words = layout::path(self.file, &path);
        let found = self.type_path(&words, "type");
        self.type_path_kind(found, args, &words, span)
    }

    fn type_path_kind(
        &mut self,
        found: TypePath,
        args: Vec<Ty>,
        words: &[Word],
        span: Span,
    ) -> TyKind {
        match found {
            TypePath::Type(id) => TyKind::Named(id, args),
            TypePath::Param(id) => TyKind::Param(id),
            TypePath::SelfTy => TyKind::SelfTy,
            TypePath::Assoc(base, name) => {
                let base = Ty {
                    kind: self.type_path_kind(*base, Vec::new(), words, span),
                    span,
                };
                TyKind::Assoc(Box::new(base), name)
            }
            TypePath::Interface(_) => {
                let name = dotted(words);
                self.report(WrongKind {
                    name: &name,
                    found: "an interface",
                    expected: "a type",
                    span,
                    help: Some(format!("a value of any type that has it is a type parameter: `fn f<T: {name}>(x: T)`")),
                });
                TyKind::Error
            }
            TypePath::Error => TyKind::Error,
        }
    }

    /// What a path in the place of a type means; reports that there is no such `what` if there is none.
    pub(super) fn type_path(&mut self, words: &[Word], what: &str) -> TypePath {
        let Some(first) = words.first() else {
            return TypePath::Error;
        };
        if let Some(base) = self.param_or_self(first) {
            let assoc = |base, word: &Word| TypePath::Assoc(Box::new(base), word.text.clone());
            return words[1..].iter().fold(base, assoc);
        }
        if words.len() == 1 {
            return self.one_type(first, what);
        }
        if let Some((module, space, by)) = lookup::namespace(self.names, self.id, &first.text)
            && words.len() == 2
            && let Some(&id) = space.types.get(&words[1].text)
        {
            self.bring(by);
            self.mention(module);
            return TypePath::Type(id);
        }
        let Some((module, length, by)) = lookup::module_prefix(self.names, self.id, words, false)
        else {
            self.unknown_prefix(words);
            return TypePath::Error;
        };
        self.bring(by);
        self.type_in_module(module, &words[length..])
    }

    /// A type parameter, or `Self`.
    fn param_or_self(&mut self, word: &Word) -> Option<TypePath> {
        if let Some(id) = self.body.generic(&word.text) {
            return Some(match self.bad_params.contains(&id) {
                true => TypePath::Error,
                false => TypePath::Param(id),
            });
        }
        if word.text != "Self" {
            return None;
        }
        Some(match self.self_ty {
            SelfTy::Impl => TypePath::SelfTy,
            SelfTy::Interface => TypePath::Param(ParamId(0)),
            SelfTy::None => {
                self.report(MisplacedSelf {
                    word: "Self",
                    span: word.span,
                });
                TypePath::Error
            }
        })
    }

    fn one_type(&mut self, word: &Word, what: &str) -> TypePath {
        match lookup::type_(self.names, self.id, &word.text) {
            Found::One(found, by) => {
                self.bring(by);
                self.type_ref(found)
            }
            Found::Several(by) => {
                self.ambiguous(word, &by);
                TypePath::Error
            }
            Found::Nothing => {
                self.unknown_type(word, what);
                TypePath::Error
            }
        }
    }

    pub(super) fn type_ref(&mut self, found: TypeRef) -> TypePath {
        self.mention(found.module());
        match found {
            TypeRef::Type(id) => TypePath::Type(id),
            TypeRef::Interface(id) => TypePath::Interface(id),
        }
    }

    fn type_in_module(&mut self, module: crate::hir::ModuleId, rest: &[Word]) -> TypePath {
        let declared = self.names.declarations(module);
        let last = &rest[0];
        if let [space, name] = rest
            && let Some(found) = declared.namespaces.get(&space.text)
            && let Some(&id) = found.types.get(&name.text)
        {
            self.mention(module);
            return TypePath::Type(id);
        }
        match declared.types.get(&last.text) {
            Some(ty) if rest.len() == 1 && self.names.visible(self.id, module, ty.is_pub) => {
                self.type_ref(ty.what)
            }
            Some(ty) if rest.len() == 1 => {
                self.private(last, module, ty.span, false);
                TypePath::Error
            }
            _ => {
                self.unknown_in_module(module, rest.last().unwrap_or(last));
                TypePath::Error
            }
        }
    }

    pub(super) fn ambiguous(&mut self, word: &Word, by: &[Bringer]) {
        let imports = &self.names.declarations(self.id).imports;
        let origins = by.iter().filter_map(|by| {
            let import = imports.get(by.import as usize)?;
            let span = match &import.kind {
                ImportKind::Names(list) => list.get(by.name as usize)?.1.span,
                ImportKind::Module(_) => import.span,
            };
            Some((import.module_name().to_string(), span))
        });
        let origins = origins.collect();
        for &one in by {
            self.bring(Some(one));
        }
        self.report(AmbiguousName {
            name: &word.text,
            span: word.span,
            origins,
        });
    }

    pub(super) fn unknown_type(&mut self, word: &Word, what: &str) {
        let names = self.names;
        if names.imported(self.id).may_have_lost(&word.text) {
            return;
        }
        let own = names.declarations(self.id).types.keys();
        let imported = names.imported(self.id).types.keys();
        let prelude = names.prelude.types.keys();
        let candidates = own.chain(imported).chain(prelude).map(SmolStr::as_str);
        let generics = self.body.generics.iter().map(|(name, _)| name.as_str());
        self.report(UnknownType {
            what,
            name: &word.text,
            span: word.span,
            similar: suggest::nearest(&word.text, candidates.chain(generics)),
            module: names.module_with_type(self.id, &word.text),
        });
    }

    /// `Area`, `Add<Output = T>`, as a bound, a super-interface or the head of an impl.
    pub(super) fn bound(&mut self, ty: &ast::PathType) -> Option<Bound> {
        let span = self.at(ty);
        let words = layout::path(self.file, &ty.path()?);
        let mut args = Vec::new();
        let mut assoc = Vec::new();
        for arg in ty.type_arg_list().iter().flat_map(|list| list.args()) {
            let name = layout::name_ref(self.file, arg.name_ref());
            let ty = self.ty_or_error(arg.ty(), span);
            match name {
                Some(name) => assoc.push((name.text, ty)),
                None => args.push(ty),
            }
        }
        let interface = match self.type_path(&words, "interface") {
            TypePath::Interface(id) => id,
            TypePath::Error => return None,
            _ => {
                let name = dotted(&words);
                self.report(WrongKind {
                    name: &name,
                    found: "a type",
                    expected: "an interface",
                    span,
                    help: None,
                });
                return None;
            }
        };
        Some(Bound {
            interface,
            args,
            assoc,
            span,
        })
    }

    pub(super) fn bounds(&mut self, bounds: Option<ast::TypeBounds>) -> Vec<Bound> {
        let bounds = bounds.iter().flat_map(|bounds| bounds.bounds());
        bounds.filter_map(|bound| self.bound(&bound)).collect()
    }

    /// Declares type parameters and gives them with their bounds, which may mention any of them.
    pub(super) fn generics(&mut self, list: Option<ast::GenericParamList>) -> Vec<GenericParam> {
        let mut declared = Vec::new();
        for param in list.iter().flat_map(|list| list.params()) {
            let Some(name) = layout::name(self.file, param.name()) else {
                continue;
            };
            let first = declared
                .iter()
                .find(|(_, other, _): &&(_, Word, _)| other.text == name.text);
            if let Some((_, first, _)) = first {
                let first = first.span;
                self.report(crate::diagnostics::DuplicateDefinition {
                    name: &name.text,
                    what: "type parameter",
                    span: name.span,
                    first,
                });
            }
            let id = self.body.add_generic(name.text.clone());
            declared.push((id, name, param));
        }
        let mut generics = Vec::new();
        for (id, name, param) in declared {
            let written = param.type_bounds();
            let count = written.as_ref().map_or(0, |bounds| bounds.bounds().count());
            let bounds = self.bounds(written);
            if bounds.len() < count {
                // What the unknown interface would give it is unknown.
                self.bad_params.insert(id);
            }
            generics.push(GenericParam {
                id,
                name: name.text,
                bounds,
                span: name.span,
            });
        }
        generics
    }
}

/// Whether an error has been reported in a type.
pub(super) fn has_error(ty: &Ty) -> bool {
    match &ty.kind {
        TyKind::Error => true,
        TyKind::Named(_, args) | TyKind::Tuple(args) => args.iter().any(has_error),
        TyKind::Assoc(base, _) => has_error(base),
        TyKind::Fn(params, result) => params.iter().any(has_error) || has_error(result),
        TyKind::Param(_) | TyKind::SelfTy | TyKind::Unit | TyKind::Infer => false,
    }
}

/// Puts an error in the place of some type parameters.
pub(super) fn blur(ty: &mut Ty, bad: &FxHashSet<ParamId>) {
    match &mut ty.kind {
        TyKind::Param(id) if bad.contains(id) => ty.kind = TyKind::Error,
        TyKind::Named(_, args) | TyKind::Tuple(args) => {
            args.iter_mut().for_each(|arg| blur(arg, bad));
        }
        TyKind::Assoc(base, _) => {
            blur(base, bad);
            if has_error(base) {
                ty.kind = TyKind::Error;
            }
        }
        TyKind::Fn(params, result) => {
            params.iter_mut().for_each(|param| blur(param, bad));
            blur(result, bad);
        }
        _ => {}
    }
}
