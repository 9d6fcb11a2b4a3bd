//! Items as text.

use super::Printer;
use crate::hir::{
    Bound, Clause, Const, FieldDef, FnId, FnKind, Function, GenericParam, Impl, Interface, Param,
    ProcessClause, Ty, TypeDef, TypeDefKind,
};

impl<'a> Printer<'a> {
    pub(super) fn items(&mut self) {
        let module = self.module;
        self.put(&format!("module {}", module.name));
        self.line();
        for def in &module.types {
            self.type_def(def);
        }
        for def in &module.interfaces {
            self.interface(def);
        }
        for def in &module.impls {
            self.impl_(def);
        }
        for def in &module.consts {
            self.const_(def);
        }
        for function in &module.functions {
            let own = matches!(
                function.kind,
                FnKind::Item
                    | FnKind::Native
                    | FnKind::Intrinsic
                    | FnKind::Generated
                    | FnKind::Test
            );
            let of_const = module.consts.iter().any(|def| def.value == function.id);
            if own && !of_const {
                self.line();
                self.fn_item(function);
                self.line();
            }
        }
    }

    fn in_scope(&mut self, generics: &'a [GenericParam]) {
        let names = generics
            .iter()
            .map(|param| (param.id, param.name.to_string()));
        self.generics = names.collect();
    }

    pub(super) fn generics(&mut self, generics: &'a [GenericParam]) {
        if generics.is_empty() {
            return;
        }
        self.put("<");
        self.list(generics, |this, param| {
            this.put(&param.name);
            if !param.bounds.is_empty() {
                this.put(": ");
                this.bounds(&param.bounds);
            }
        });
        self.put(">");
    }

    fn bounds(&mut self, bounds: &'a [Bound]) {
        for (at, bound) in bounds.iter().enumerate() {
            if at > 0 {
                self.put(" + ");
            }
            self.interface_name(bound.interface);
            if bound.args.is_empty() && bound.assoc.is_empty() {
                continue;
            }
            self.put("<");
            self.list(&bound.args, Self::ty);
            if !bound.args.is_empty() && !bound.assoc.is_empty() {
                self.put(", ");
            }
            self.list(&bound.assoc, |this, (name, ty)| {
                this.put(&format!("{name} = "));
                this.ty(ty);
            });
            self.put(">");
        }
    }

    fn type_def(&mut self, def: &'a TypeDef) {
        self.in_scope(&def.generics);
        self.line();
        self.put(if def.is_pub { "pub " } else { "" });
        self.put(if def.is_opaque { "opaque " } else { "" });
        self.put(match def.kind {
            TypeDefKind::Struct(_) => "struct ",
            TypeDefKind::Extern => "extern type ",
            _ => "type ",
        });
        self.put(&def.name);
        self.generics(&def.generics);
        match &def.kind {
            TypeDefKind::Struct(fields) => self.indented(|this| {
                for field in fields {
                    this.line();
                    this.field(field);
                }
            }),
            TypeDefKind::Sum(variants) => self.indented(|this| {
                for variant in variants {
                    this.line();
                    this.put("| ");
                    this.put(&variant.name);
                    if !variant.fields.is_empty() {
                        this.put("(");
                        this.list(&variant.fields, Self::field);
                        this.put(")");
                    }
                }
            }),
            TypeDefKind::Alias(ty) => {
                self.put(" = ");
                self.ty(ty);
            }
            TypeDefKind::Extern => {}
        }
        if let Some(deriving) = &def.deriving {
            self.line();
            self.put("deriving(");
            self.list(deriving, |this, (id, _)| this.interface_name(*id));
            self.put(")");
        }
        self.line();
    }

    fn field(&mut self, field: &'a FieldDef) {
        if !field.name.is_empty() {
            self.put(&format!("{}: ", field.name));
        }
        self.ty(&field.ty);
        self.default(field.default);
    }

    fn default(&mut self, id: Option<FnId>) {
        let Some(function) = id.and_then(|id| self.function(id)) else {
            return;
        };
        self.put(" = ");
        if let [clause] = function.clauses.as_slice() {
            let outer = std::mem::replace(&mut self.locals, &function.locals);
            self.expr(&clause.body);
            self.locals = outer;
        }
    }

    fn interface(&mut self, def: &'a Interface) {
        self.in_scope(&def.generics);
        self.line();
        self.put(if def.is_pub { "pub " } else { "" });
        self.put(&format!("interface {}", def.name));
        self.generics(&def.generics);
        if !def.supers.is_empty() {
            self.put(": ");
            self.bounds(&def.supers);
        }
        self.indented(|this| {
            for assoc in &def.assoc_types {
                this.line();
                this.put(&format!("type {}", assoc.name));
                if !assoc.bounds.is_empty() {
                    this.put(": ");
                    this.bounds(&assoc.bounds);
                }
            }
            this.methods(&def.methods);
        });
        self.line();
    }

    fn methods(&mut self, methods: &'a [FnId]) {
        for id in methods {
            if let Some(function) = self.function(*id) {
                self.line();
                self.fn_item(function);
            }
        }
    }

    fn impl_(&mut self, def: &'a Impl) {
        self.in_scope(&def.generics);
        self.line();
        self.put(if def.derived { "derived impl" } else { "impl" });
        self.generics(&def.generics);
        self.put(" ");
        self.interface_name(def.interface);
        self.ty_args(&def.interface_args);
        self.put(" for ");
        self.ty(&def.self_ty);
        self.indented(|this| {
            for (name, ty, _) in &def.assoc_types {
                this.line();
                this.put(&format!("type {name} = "));
                this.ty(ty);
            }
            this.methods(&def.methods);
        });
        self.line();
    }

    fn const_(&mut self, def: &'a Const) {
        self.line();
        self.put(if def.is_pub { "pub " } else { "" });
        self.put(&format!("const {}", def.name));
        if let Some(ty) = &def.ty {
            self.put(": ");
            self.ty(ty);
        }
        self.default(Some(def.value));
        self.line();
    }

    fn fn_item(&mut self, function: &'a Function) {
        self.in_scope(&function.generics);
        let (locals, name) = (&function.locals, &function.name);
        self.locals = locals;
        self.put(if function.is_pub { "pub " } else { "" });
        match &function.kind {
            FnKind::Native => self.put("extern fn "),
            FnKind::Intrinsic => self.put("@intrinsic extern fn "),
            FnKind::Test => {
                self.put(&format!("test {name:?}"));
                self.clauses(&function.clauses);
                return;
            }
            FnKind::Generated => self.put("generated fn "),
            _ => self.put("fn "),
        }
        self.put(name);
        self.generics(&function.generics);
        self.signature(
            &function.params,
            function.result.as_ref(),
            &function.process,
        );
        self.clauses(&function.clauses);
    }

    pub(super) fn signature(
        &mut self,
        params: &'a [Param],
        result: Option<&'a Ty>,
        process: &'a ProcessClause,
    ) {
        self.put("(");
        self.list(params, |this, param| {
            this.put(&param.name);
            if let Some(ty) = &param.ty {
                this.put(if param.spawned { ": spawned " } else { ": " });
                this.ty(ty);
            }
            this.default(param.default);
        });
        self.put(")");
        if let Some(result) = result {
            self.put(" -> ");
            self.ty(result);
        }
        match process {
            ProcessClause::Unspecified => {}
            ProcessClause::None => self.put(" receives none"),
            ProcessClause::Process {
                receives, replies, ..
            } => {
                for (word, ty) in [(" receives ", receives), (" replies ", replies)] {
                    if let Some(ty) = ty {
                        self.put(word);
                        self.ty(ty);
                    }
                }
            }
        }
    }

    /// Each clause on lines of its own: its patterns, its guard, its body.
    pub(super) fn clauses(&mut self, clauses: &'a [Clause]) {
        self.indented(|this| {
            for clause in clauses {
                this.line();
                this.clause(clause);
            }
        });
    }

    pub(super) fn clause(&mut self, clause: &'a Clause) {
        self.typed_clause(clause, &[]);
    }

    /// A clause of a closure with its declared types.
    pub(super) fn typed_clause(&mut self, clause: &'a Clause, types: &'a [Option<Ty>]) {
        self.put("(");
        for (at, pat) in clause.params.iter().enumerate() {
            self.put(if at > 0 { ", " } else { "" });
            self.pat(pat);
            if let Some(Some(ty)) = types.get(at) {
                self.put(": ");
                self.ty(ty);
            }
        }
        self.put(")");
        if let Some(guard) = &clause.guard {
            self.put(" when ");
            self.expr(guard);
        }
        self.put(" -> ");
        self.expr(&clause.body);
    }
}
