//! The resolved module as text, close to Mesh: locals carry their number (`x.2`), items their module (`List.map`).

mod expr;
mod items;

use crate::hir::{
    ConstId, CtorRef, FnId, Function, InterfaceId, Local, Module, ModuleId, ParamId, Ty, TyKind,
    TypeDefKind, TypeId, World,
};

/// The text of a module of `world`.
pub fn print_module(world: &World, module: &Module) -> String {
    let mut printer = Printer {
        world,
        module,
        out: String::new(),
        indent: 0,
        locals: &[],
        generics: Vec::new(),
    };
    printer.items();
    printer.out
}

/// Writes one module.
struct Printer<'a> {
    world: &'a World,
    module: &'a Module,
    out: String,
    indent: usize,
    /// Of the function at hand.
    locals: &'a [Local],
    /// The type parameters in scope, innermost last.
    generics: Vec<(ParamId, String)>,
}

impl<'a> Printer<'a> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.push_str(&"  ".repeat(self.indent));
    }

    /// Lines one step further in.
    fn indented(&mut self, write: impl FnOnce(&mut Self)) {
        self.indent += 1;
        write(self);
        self.indent -= 1;
    }

    /// `a, b, c`
    fn list<T>(&mut self, items: &'a [T], mut write: impl FnMut(&mut Self, &'a T)) {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.put(", ");
            }
            write(self, item);
        }
    }

    fn module(&self, id: ModuleId) -> Option<&'a Module> {
        if id == self.module.id {
            return Some(self.module);
        }
        self.world
            .modules
            .get(id.0 as usize)
            .map(|module| &**module)
    }

    /// An item's name with its module's, unless it is this one.
    fn item(&mut self, module: ModuleId, name: Option<&str>) {
        if module != self.module.id {
            let owner = self
                .module(module)
                .map_or("?", |module| module.name.as_str());
            self.out.push_str(owner);
            self.out.push('.');
        }
        self.put(name.unwrap_or("?"));
    }

    fn function(&self, id: FnId) -> Option<&'a Function> {
        self.module(id.module)?.functions.get(id.index as usize)
    }

    fn fn_name(&mut self, id: FnId) {
        let name = self.function(id).map(|function| function.name.as_str());
        self.item(id.module, name);
    }

    fn const_name(&mut self, id: ConstId) {
        let found = self
            .module(id.module)
            .and_then(|module| module.consts.get(id.index as usize));
        self.item(id.module, found.map(|it| it.name.as_str()));
    }

    fn type_name(&mut self, id: TypeId) {
        let found = self
            .module(id.module)
            .and_then(|module| module.types.get(id.index as usize));
        self.item(id.module, found.map(|it| it.name.as_str()));
    }

    fn interface_name(&mut self, id: InterfaceId) {
        let module = self.module(id.module);
        let found = module.and_then(|module| module.interfaces.get(id.index as usize));
        self.item(id.module, found.map(|it| it.name.as_str()));
    }

    /// `Shape.Circle`; several candidates with a bar between them.
    fn ctors(&mut self, ctors: &[CtorRef]) {
        for (at, ctor) in ctors.iter().enumerate() {
            if at > 0 {
                self.put("|");
            }
            self.type_name(ctor.ty);
            let module = self.module(ctor.ty.module);
            let ty = module.and_then(|module| module.types.get(ctor.ty.index as usize));
            if let Some(TypeDefKind::Sum(variants)) = ty.map(|ty| &ty.kind) {
                let variant = variants.get(ctor.variant as usize);
                self.put(".");
                self.put(variant.map_or("?", |variant| variant.name.as_str()));
            }
        }
    }

    fn local(&mut self, id: crate::hir::LocalId) {
        let name = self
            .locals
            .get(id.0 as usize)
            .map(|local| local.name.as_str());
        let name = format!("{}.{}", name.unwrap_or("?"), id.0);
        self.put(&name);
    }

    fn param(&mut self, id: ParamId) {
        let known = self.generics.iter().rev().find(|(own, _)| *own == id);
        let name = known.map_or(format!("?{}", id.0), |(_, name)| name.clone());
        self.put(&name);
    }

    fn ty(&mut self, ty: &'a Ty) {
        stacker::maybe_grow(expr::RED_ZONE, expr::SEGMENT, || self.ty_inner(ty));
    }

    fn ty_inner(&mut self, ty: &'a Ty) {
        match &ty.kind {
            TyKind::Named(id, args) => {
                self.type_name(*id);
                self.ty_args(args);
            }
            TyKind::Param(id) => self.param(*id),
            TyKind::SelfTy => self.put("Self"),
            TyKind::Assoc(base, name) => {
                self.ty(base);
                self.put(".");
                self.put(name);
            }
            TyKind::Tuple(items) => {
                self.put("(");
                self.list(items, Self::ty);
                self.put(")");
            }
            TyKind::Unit => self.put("()"),
            TyKind::Fn(params, result) => {
                self.put("fn(");
                self.list(params, Self::ty);
                self.put(") -> ");
                self.ty(result);
            }
            TyKind::Infer => self.put("_"),
            TyKind::Error => self.put("<error>"),
        }
    }

    fn ty_args(&mut self, args: &'a [Ty]) {
        if !args.is_empty() {
            self.put("<");
            self.list(args, Self::ty);
            self.put(">");
        }
    }
}
