//! What is known of the whole program before bodies are checked, and the schemes as they come.

use crate::impls::ImplTable;
use crate::impls::lower::{Scope, interface_def, type_def};
use crate::scheme::{Scheme, declared_scheme};
use crate::ty::{Ty, substitute};
use mesh_resolve::hir::{
    FnId, Function, InterfaceId, ModuleId, ParamId, TypeDef, TypeDefKind, TypeId, World,
};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::{Arc, OnceLock};

/// Headers of all items, the impl table, and the schemes of functions.
#[derive(Debug)]
pub struct Env {
    pub world: Arc<World>,
    pub table: ImplTable,
    /// By module and `FnId::index`.
    schemes: Vec<Vec<OnceLock<Arc<Scheme>>>>,
    /// By module and `TypeId::index`: the field types of each variant.
    fields: Vec<Vec<OnceLock<Vec<Vec<Ty>>>>>,
    /// Interface methods by name, in the order of their interfaces.
    methods: FxHashMap<SmolStr, Vec<(InterfaceId, u32)>>,
}

impl Env {
    /// The headers of a program.
    pub fn new(world: &Arc<World>) -> Env {
        let mut methods: FxHashMap<SmolStr, Vec<(InterfaceId, u32)>> = FxHashMap::default();
        for module in &world.modules {
            for interface in &module.interfaces {
                for (i, id) in interface.methods.iter().enumerate() {
                    let name = &module.functions[id.index as usize].name;
                    let found = methods.entry(name.clone()).or_default();
                    found.push((interface.id, i as u32));
                }
            }
        }
        let locks = |n: usize| (0..n).map(|_| OnceLock::new()).collect();
        Env {
            table: ImplTable::new(world),
            schemes: world
                .modules
                .iter()
                .map(|m| locks(m.functions.len()))
                .collect(),
            fields: world
                .modules
                .iter()
                .map(|m| (0..m.types.len()).map(|_| OnceLock::new()).collect())
                .collect(),
            methods,
            world: world.clone(),
        }
    }

    /// The item behind an id.
    pub fn function(&self, id: FnId) -> &Function {
        crate::scheme::function(&self.world, id)
    }

    /// The item behind an id.
    pub fn type_def(&self, id: TypeId) -> &TypeDef {
        type_def(&self.world, id)
    }

    /// A function's scheme, if it is known yet. Always known for one without a body.
    pub fn scheme(&self, id: FnId) -> Option<&Arc<Scheme>> {
        let cell = &self.schemes[id.module.0 as usize][id.index as usize];
        let function = self.function(id);
        if function.clauses.is_empty() {
            return Some(cell.get_or_init(|| Arc::new(declared_scheme(&self.world, function))));
        }
        cell.get()
    }

    /// Makes a function's scheme known.
    pub fn publish(&self, id: FnId, scheme: Scheme) {
        let _ = self.schemes[id.module.0 as usize][id.index as usize].set(Arc::new(scheme));
    }

    /// Interface methods of this name.
    pub fn methods_named(&self, name: &str) -> &[(InterfaceId, u32)] {
        self.methods.get(name).map_or(&[], Vec::as_slice)
    }

    /// Those of them that belong to an interface of `module`.
    pub fn methods_of_module(&self, name: &str, module: ModuleId) -> &[(InterfaceId, u32)] {
        let all = self.methods_named(name);
        let from = all.partition_point(|(id, _)| id.module < module);
        let to = from + all[from..].partition_point(|(id, _)| id.module == module);
        &all[from..to]
    }

    /// An interface's method.
    pub fn method(&self, interface: InterfaceId, method: u32) -> &Function {
        self.function(interface_def(&self.world, interface).methods[method as usize])
    }

    /// The number of a method in its interface.
    pub fn method_number(&self, interface: InterfaceId, name: &str) -> Option<u32> {
        let methods = &interface_def(&self.world, interface).methods;
        let at = methods
            .iter()
            .position(|&id| self.function(id).name == name)?;
        Some(at as u32)
    }

    /// The field types of all variants (a struct has one), in the type's own parameters.
    pub fn variants(&self, id: TypeId) -> &[Vec<Ty>] {
        self.fields[id.module.0 as usize][id.index as usize].get_or_init(|| {
            let def = self.type_def(id);
            let scope = Scope {
                world: &self.world,
                self_ty: None,
                interface: None,
                generics: &def.generics,
                fill: None,
            };
            match &def.kind {
                TypeDefKind::Struct(fields) => {
                    vec![fields.iter().map(|f| scope.lower(&f.ty)).collect()]
                }
                TypeDefKind::Sum(variants) => variants
                    .iter()
                    .map(|v| v.fields.iter().map(|f| scope.lower(&f.ty)).collect())
                    .collect(),
                TypeDefKind::Alias(_) | TypeDefKind::Extern => Vec::new(),
            }
        })
    }

    /// The field types of a variant for these arguments of the type.
    pub fn field_types(&self, id: TypeId, variant: u32, args: &[Ty]) -> Vec<Ty> {
        let generics = &self.type_def(id).generics;
        let map: Vec<(ParamId, Ty)> = generics
            .iter()
            .map(|g| g.id)
            .zip(args.iter().copied())
            .collect();
        match self.variants(id).get(variant as usize) {
            Some(fields) => fields.iter().map(|&ty| substitute(ty, &map)).collect(),
            None => Vec::new(),
        }
    }

    /// A type that syntax needs; the error type where std does not have it.
    pub fn lang(&self, name: &str, args: Vec<Ty>) -> Ty {
        match self.world.lang.types.get(name) {
            Some(&id) => Ty::con(id, args),
            None => Ty::error(),
        }
    }
}
