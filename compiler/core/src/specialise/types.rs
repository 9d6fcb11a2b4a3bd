//! The checker's types to Core's: processes erased, projections resolved, data instances made once.

use super::{Scope, Specialiser};
use crate::ir::{self, TyId};
use mesh_check::normalize;
use mesh_check::ty::{FnTy, Ty, TyKind, substitute};
use mesh_report::{Span, bug};
use mesh_resolve::hir::{TypeDef, TypeDefKind, TypeId};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::rc::Rc;

/// A type with more parts than this, or nested deeper, is taken to grow without end.
const MAX_SIZE: u32 = 5_000;
const MAX_DEPTH: u32 = 100;

/// What is known of types already seen.
#[derive(Default)]
pub struct Memo {
    core: FxHashMap<Ty, TyId>,
    erased: FxHashMap<Ty, Ty>,
    sizes: FxHashMap<Ty, (u32, u32)>,
    keys: FxHashMap<Ty, SmolStr>,
    names: FxHashMap<Ty, SmolStr>,
    /// The checker's type of each data instance.
    pub origins: FxHashMap<ir::DataId, Ty>,
}

impl Memo {
    pub fn is_too_large(&mut self, ty: Ty) -> bool {
        let (size, depth) = self.size(ty);
        size > MAX_SIZE || depth > MAX_DEPTH
    }

    /// Number of parts, counted as a tree, and nesting.
    fn size(&mut self, ty: Ty) -> (u32, u32) {
        if let Some(&known) = self.sizes.get(&ty) {
            return known;
        }
        let (mut size, mut depth) = (1u32, 0);
        ty.each_part(|part| {
            let (s, d) = self.size(part);
            size = size.saturating_add(s);
            depth = depth.max(d);
        });
        self.sizes.insert(ty, (size, depth + 1));
        (size, depth + 1)
    }
}

impl<'a> Specialiser<'a> {
    /// Whether a type is one of those that would go on growing.
    pub fn is_too_large(&mut self, ty: Ty) -> bool {
        self.types.is_too_large(ty)
    }

    /// `ty` in a scope, concrete: no parameter, projection or process in it.
    pub fn concrete(&mut self, ty: Ty, scope: &Scope) -> Ty {
        let ty = substitute(ty, scope);
        let ty = if ty.has_proj() {
            let erased = self.erase(ty);
            normalize(self.checked, erased)
        } else {
            ty
        };
        self.erase(ty)
    }

    /// The same, for all of a list.
    pub fn concrete_all(&mut self, types: &[Ty], scope: &Scope) -> Rc<[Ty]> {
        types.iter().map(|&ty| self.concrete(ty, scope)).collect()
    }

    /// Processes as arguments, and parameters still open (only processes can be), become `()`.
    fn erase(&mut self, ty: Ty) -> Ty {
        if let Some(&erased) = self.types.erased.get(&ty) {
            return erased;
        }
        let erased = match ty.kind() {
            TyKind::Process(..) | TyKind::NoProcess | TyKind::Param(_) => Ty::unit(),
            TyKind::Fn(FnTy { params, result, .. }) => {
                let params = params.iter().map(|&param| self.erase(param)).collect();
                let result = self.erase(*result);
                Ty::func(params, result, Ty::no_process())
            }
            _ => ty.map_parts(|part| self.erase(part)),
        };
        self.types.erased.insert(ty, erased);
        erased
    }

    /// The Core type of `ty` in a scope.
    pub fn ir_type(&mut self, ty: Ty, scope: &Scope) -> TyId {
        let ty = self.concrete(ty, scope);
        self.core_type(ty)
    }

    /// The Core type of a concrete type.
    pub fn core_type(&mut self, ty: Ty) -> TyId {
        if let Some(&id) = self.types.core.get(&ty) {
            return id;
        }
        let core = match ty.kind() {
            TyKind::Tuple(items) if items.is_empty() => ir::Ty::Unit,
            TyKind::Tuple(items) => ir::Ty::Tuple(self.core_types(items)),
            TyKind::Fn(f) => {
                let params = self.core_types(&f.params);
                ir::Ty::Fn(params, self.core_type(f.result))
            }
            TyKind::Con(id, args) => match self.declared(*id, args, ty) {
                Some(core) => core,
                None => return self.data(*id, args, ty),
            },
            TyKind::Process(..) | TyKind::NoProcess | TyKind::Param(_) => ir::Ty::Unit,
            TyKind::Var(_) | TyKind::Proj { .. } | TyKind::Error => {
                bug!(Span::DUMMY, "Core: a type is not known: {ty:?}")
            }
        };
        let id = self.program.types.intern(core);
        self.types.core.insert(ty, id);
        id
    }

    fn core_types(&mut self, types: &[Ty]) -> Vec<TyId> {
        types.iter().map(|&ty| self.core_type(ty)).collect()
    }

    /// The declaration behind a type's id.
    pub fn type_def(&self, id: TypeId) -> &'a TypeDef {
        &self.checked.world.modules[id.module.0 as usize].types[id.index as usize]
    }

    /// What an `extern type` is to Core; `None` for structs and sums.
    fn declared(&mut self, id: TypeId, args: &[Ty], ty: Ty) -> Option<ir::Ty> {
        let def = self.type_def(id);
        match def.kind {
            TypeDefKind::Struct(_) | TypeDefKind::Sum(_) => return None,
            TypeDefKind::Alias(_) => bug!(def.span, "Core: the alias `{}` survived", def.name),
            TypeDefKind::Extern => {}
        }
        Some(match def.lang.as_deref() {
            Some("int") => ir::Ty::Int,
            Some("float") => ir::Ty::Float,
            Some("bool") => ir::Ty::Bool,
            Some("string") => ir::Ty::String,
            Some("bytes") => ir::Ty::Bytes,
            Some("atom") => ir::Ty::Atom,
            Some("never") => ir::Ty::Never,
            Some("pid") => ir::Ty::Pid,
            Some("list") => match args {
                [item] => ir::Ty::List(self.core_type(*item)),
                _ => bug!(def.span, "Core: a list type with other arguments"),
            },
            _ => ir::Ty::Opaque(self.type_key(ty)),
        })
    }

    /// Makes the entry first and its fields after, so that recursive types close.
    fn data(&mut self, id: TypeId, args: &[Ty], ty: Ty) -> TyId {
        let def = self.type_def(id);
        let (name, key) = (self.type_name(ty), self.type_key(ty));
        let (data, core) = self.program.types.add_data(ir::Data {
            name,
            key,
            is_struct: matches!(def.kind, TypeDefKind::Struct(_)),
            variants: Vec::new(),
        });
        self.types.core.insert(ty, core);
        self.types.origins.insert(data, ty);
        let variants = self
            .fields_of(id, args)
            .into_iter()
            .map(|variant| ir::Variant {
                name: variant.name,
                fields: variant
                    .fields
                    .into_iter()
                    .map(|(name, ty)| ir::Field {
                        name,
                        ty: self.core_type(ty),
                    })
                    .collect(),
            })
            .collect();
        self.program.types.data[data.index()].variants = variants;
        core
    }

    /// Whether `ty` is the type marked `@lang(name)`, and its arguments.
    pub fn lang_args(&self, ty: Ty, name: &str) -> Option<&'static [Ty]> {
        match ty.kind() {
            TyKind::Con(id, args) if self.checked.world.lang.types.get(name) == Some(id) => {
                Some(args)
            }
            _ => None,
        }
    }

    /// Unique and stable: modules, names, arguments.
    pub fn type_key(&mut self, ty: Ty) -> SmolStr {
        self.spell(ty, true)
    }

    /// As a user would write it.
    pub fn type_name(&mut self, ty: Ty) -> SmolStr {
        self.spell(ty, false)
    }

    fn spell(&mut self, ty: Ty, key: bool) -> SmolStr {
        let memo = if key {
            &self.types.keys
        } else {
            &self.types.names
        };
        if let Some(known) = memo.get(&ty) {
            return known.clone();
        }
        let mut list = |types: &[Ty]| {
            let all: Vec<SmolStr> = types.iter().map(|&ty| self.spell(ty, key)).collect();
            all.join(", ")
        };
        let text: SmolStr = match ty.kind() {
            TyKind::Tuple(items) => format!("({})", list(items)).into(),
            TyKind::Fn(f) => {
                let params = list(&f.params);
                format!("fn({params}) -> {}", self.spell(f.result, key)).into()
            }
            TyKind::Con(id, args) => {
                let args = if args.is_empty() {
                    String::new()
                } else {
                    format!("<{}>", list(args))
                };
                let def = self.type_def(*id);
                let module = &self.checked.world.modules[id.module.0 as usize];
                let is_extern = matches!(def.kind, TypeDefKind::Extern) && def.lang.is_some();
                if key && !is_extern {
                    format!("{}.{}{args}", module.name, def.name).into()
                } else {
                    format!("{}{args}", def.name).into()
                }
            }
            _ => "()".into(),
        };
        let memo = if key {
            &mut self.types.keys
        } else {
            &mut self.types.names
        };
        memo.insert(ty, text.clone());
        text
    }

    /// The outer levels of a type that may be huge.
    pub fn short_type(&self, ty: Ty) -> String {
        self.abbreviate(ty, 4)
    }

    fn abbreviate(&self, ty: Ty, levels: u32) -> String {
        let list = |types: &[Ty]| {
            let all: Vec<String> = types
                .iter()
                .take(4)
                .map(|&ty| self.abbreviate(ty, levels - 1))
                .collect();
            all.join(", ")
        };
        match ty.kind() {
            TyKind::Tuple(items) if items.is_empty() => "()".into(),
            _ if levels == 0 => "…".into(),
            TyKind::Tuple(items) => format!("({})", list(items)),
            TyKind::Con(id, args) if args.is_empty() => self.type_def(*id).name.to_string(),
            TyKind::Con(id, args) => format!("{}<{}>", self.type_def(*id).name, list(args)),
            TyKind::Fn(f) => {
                let result = self.abbreviate(f.result, levels - 1);
                format!("fn({}) -> {result}", list(&f.params))
            }
            _ => "_".into(),
        }
    }
}
