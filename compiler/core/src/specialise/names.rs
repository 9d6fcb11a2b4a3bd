//! Linker symbols, stable between compilations, and the names that reports show.

use super::{Callee, Specialiser};
use crate::ir::{self, TyId, UnitId};
use mesh_check::ty::Ty;
use mesh_report::{Span, bug};
use mesh_resolve::hir::{FnId, FnKind, ModuleId};
use smol_str::SmolStr;

impl Specialiser<'_> {
    /// `name`, or the first of `name$1`, `name$2` … that is free.
    pub fn unique_symbol(&mut self, name: SmolStr) -> SmolStr {
        if self.symbols.insert(name.clone()) {
            return name;
        }
        let next = self.symbol_numbers.entry(name.clone()).or_insert(0);
        loop {
            *next += 1;
            let numbered: SmolStr = format!("{name}${next}").into();
            if self.symbols.insert(numbered.clone()) {
                return numbered;
            }
        }
    }

    /// `<…>` with the keys of the types, or nothing.
    pub fn symbol_args(&mut self, args: &[Ty]) -> String {
        if args.iter().all(|&arg| arg == Ty::unit()) {
            return String::new();
        }
        let keys: Vec<SmolStr> = args.iter().map(|&arg| self.type_key(arg)).collect();
        format!("<{}>", keys.join(", "))
    }

    /// The symbol of a function item's instance.
    pub(super) fn item_symbol(&mut self, id: FnId, args: &[Ty]) -> SmolStr {
        let function = self.hir_function(id);
        let module = self.module_name(id.module).clone();
        let args = self.symbol_args(args);
        let base = match &function.kind {
            FnKind::ImplMethod { impl_, .. } => {
                let imp = &self.checked.world.modules[impl_.module.0 as usize].impls
                    [impl_.index as usize];
                let interface = &self.checked.world.modules[imp.interface.module.0 as usize]
                    .interfaces[imp.interface.index as usize];
                format!(
                    "{module}.{}#{}.{}",
                    interface.name, impl_.index, function.name
                )
            }
            FnKind::InterfaceMethod { interface, .. } => {
                let interface = &self.checked.world.modules[interface.module.0 as usize].interfaces
                    [interface.index as usize];
                format!("{module}.{}.{}", interface.name, function.name)
            }
            FnKind::Default { param, .. } => format!("{module}.{}$default{param}", function.name),
            FnKind::Test => format!("{module}.test#{}", id.index),
            _ => format!("{module}.{}", function.name),
        };
        format!("{base}{args}").into()
    }

    /// What reports call a function: with its module, unless that is the program's own.
    pub(super) fn report_name(&self, id: FnId) -> SmolStr {
        let name = &self.hir_function(id).name;
        if self.checked.world.root == Some(id.module) {
            return name.clone();
        }
        format!("{}.{name}", self.module_name(id.module)).into()
    }

    /// A module's name.
    pub fn module_name(&self, id: ModuleId) -> &SmolStr {
        &self.checked.world.modules[id.0 as usize].name
    }

    /// Symbol, name and unit that a closure around a callee goes by.
    pub(super) fn callee_names(&mut self, callee: &Callee) -> (SmolStr, SmolStr, UnitId) {
        if let Callee::Function(id) = callee {
            let function = &self.program.functions[id.index()];
            return (
                function.symbol.clone(),
                function.name.clone(),
                function.unit,
            );
        }
        let name: SmolStr = match callee {
            Callee::Native(name) => (*name).into(),
            Callee::Intrinsic(name) => (*name).into(),
            Callee::Number(number) => format!("Prelude.number{number}").into(),
            Callee::Text(_) => "Prelude.text".into(),
            Callee::Function(_) => unreachable_name(),
        };
        let module = name.rsplit_once('.').map_or(&*name, |(module, _)| module);
        let unit = self.unit_by_name(module);
        (name.clone(), name, unit)
    }

    /// The same for a constructor as a function.
    pub(super) fn constructor_names(
        &mut self,
        result: TyId,
        variant: u32,
    ) -> (SmolStr, SmolStr, UnitId) {
        let ir::Ty::Data(data) = *self.program.types.get(result) else {
            bug!(
                Span::DUMMY,
                "Core: a constructor of a type without variants"
            );
        };
        let info = self.program.types.data(data);
        let name = info.variants[variant as usize].name.clone();
        let symbol = format!("{}.{name}", info.key).into();
        let module = match self.types.origins.get(&data).map(|ty| ty.kind()) {
            Some(mesh_check::ty::TyKind::Con(id, _)) => id.module,
            _ => bug!(Span::DUMMY, "Core: a data type without a declaration"),
        };
        (symbol, name, self.unit(module))
    }

    fn unit_by_name(&mut self, module: &str) -> UnitId {
        let modules = &self.checked.world.modules;
        match modules.iter().position(|known| known.name == module) {
            Some(at) => self.unit(ModuleId(at as u32)),
            None => bug!(Span::DUMMY, "Core: there is no module {module}"),
        }
    }
}

fn unreachable_name() -> SmolStr {
    bug!(Span::DUMMY, "Core: a function is named twice")
}
