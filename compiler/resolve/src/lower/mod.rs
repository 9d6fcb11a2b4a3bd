//! One module's tree to HIR. Everything it needs to know of other modules is in [`Names`], so modules are lowered independently.

mod assert;
mod block;
mod body;
mod build;
mod call;
mod closure;
mod constant;
mod derive;
mod derive_arbitrary;
mod derive_json;
mod examples;
mod expr;
mod function;
mod html;
mod item;
mod json;
mod pat;
mod path;
mod pipe;
mod service;
mod supervisor;
mod tests;
mod ty;
mod unused;

use crate::SourceModule;
use crate::hir::{
    Const, ConstId, Expr, ExprKind, FnId, Function, Impl, Interface, LocalId, Module, ModuleId,
    ParamId, Test, TypeDef,
};
use crate::layout;
use crate::names::{Bringer, Names, TypeRef};
use body::Body;
use mesh_report::{Diagnostic, FileId, Span};
use mesh_syntax::ast::{AstNode, Mesh};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// Lowers one module.
pub(crate) fn lower(
    names: &Names,
    id: ModuleId,
    source: &SourceModule,
    is_root: bool,
) -> (Module, Vec<Diagnostic>) {
    let tree = source.parse.tree();
    let (layout, _) = layout::layout(source.parse.file, &tree);
    let declared = names.declarations(id);
    let mut functions = Vec::new();
    functions.resize_with(declared.functions as usize, || None);
    let mut lowerer = Lowerer {
        names,
        id,
        file: source.parse.file,
        diagnostics: Vec::new(),
        functions,
        types: Vec::new(),
        interfaces: Vec::new(),
        impls: Vec::new(),
        consts: Vec::new(),
        tests: Vec::new(),
        body: Body::default(),
        self_ty: SelfTy::None,
        impl_target: None,
        mentioned: FxHashSet::default(),
        used_imports: FxHashSet::default(),
        owner: None,
        uses: Vec::new(),
        bad_params: FxHashSet::default(),
        used_consts: FxHashSet::default(),
        lacks_main: false,
        space: FxHashMap::default(),
        caller: None,
        is_labelled: false,
        in_section: false,
    };
    lowerer.items(&layout);
    if source.is_tested {
        lowerer.examples(tree.syntax());
    }
    if is_root {
        lowerer.check_main(source.is_tested);
    }
    let (mut module, diagnostics) = lowerer.finish(tree.module_docs());
    module.is_tested = source.is_tested;
    (module, diagnostics)
}

/// What `Self` means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SelfTy {
    None,
    /// In an interface: parameter 0.
    Interface,
    Impl,
}

/// The state of lowering one module.
pub(crate) struct Lowerer<'a> {
    names: &'a Names,
    id: ModuleId,
    file: FileId,
    diagnostics: Vec<Diagnostic>,
    /// Those with an id from collecting are filled in; others are added.
    functions: Vec<Option<Function>>,
    types: Vec<TypeDef>,
    interfaces: Vec<Interface>,
    impls: Vec<Impl>,
    consts: Vec<Const>,
    tests: Vec<Test>,
    /// The function at hand.
    body: Body,
    self_ty: SelfTy,
    /// The declared type that an impl is for.
    impl_target: Option<TypeRef>,
    mentioned: FxHashSet<ModuleId>,
    used_imports: FxHashSet<Bringer>,
    /// The named function at hand, for finding functions that nothing uses.
    owner: Option<FnId>,
    /// Which function of this module mentions which; `None`: something that is always there does.
    uses: Vec<(Option<FnId>, FnId)>,
    /// Type parameters of the item at hand that an error leaves unknown: types of which nothing more is said.
    bad_params: FxHashSet<ParamId>,
    /// Constants of this module that something mentions.
    used_consts: FxHashSet<ConstId>,
    /// Where a program begins is unknown, so nothing is said about what it does not reach.
    lacks_main: bool,
    /// The functions of the service at hand.
    space: FxHashMap<SmolStr, FnId>,
    /// What `caller()` is in a handler of a service.
    caller: Option<LocalId>,
    /// The path at hand is the value of an argument with a label.
    is_labelled: bool,
    /// Within a handler of a service.
    in_section: bool,
}

impl Lowerer<'_> {
    fn report(&mut self, diagnostic: impl Into<Diagnostic>) {
        self.diagnostics.push(diagnostic.into());
    }

    /// Where an expression, pattern or type stands: such nodes begin with their first token.
    fn at(&self, node: &impl AstNode<Language = Mesh>) -> Span {
        let range = node.syntax().text_range();
        Span::new(self.file, range.start().into(), range.end().into())
    }

    /// The id of a function that is added after all collected ones; `fill` gives its contents.
    fn reserve(&mut self) -> FnId {
        let index = self.functions.len() as u32;
        self.functions.push(None);
        FnId {
            module: self.id,
            index,
        }
    }

    fn fill(&mut self, function: Function) {
        let at = function.id.index as usize;
        self.functions[at] = Some(function);
    }

    /// Notes that this module needs another.
    fn mention(&mut self, module: ModuleId) {
        if module != self.id {
            self.mentioned.insert(module);
        }
    }

    /// Notes that this module needs the function of std that a form stands for.
    fn mention_form(&mut self, name: &str) {
        if let Some(id) = self.names.lang.functions.get(name) {
            self.mention(id.module);
        }
    }

    fn bring(&mut self, by: Option<Bringer>) {
        if let Some(by) = by {
            self.used_imports.insert(by);
        }
    }

    fn finish(mut self, docs: Option<String>) -> (Module, Vec<Diagnostic>) {
        self.warn_unused();
        let names = self.names;
        let declared = names.declarations(self.id);
        let imported = names.imported(self.id);
        let mut imports: Vec<ModuleId> = imported.targets.clone();
        imports.extend(self.mentioned.iter().copied());
        if !declared.is_std() {
            // A method call or a literal may mean a function of any of them.
            let all = names.modules.iter().enumerate();
            let std = all.filter(|(_, module)| module.is_std());
            imports.extend(std.map(|(at, _)| ModuleId(at as u32)));
        }
        imports.sort();
        imports.dedup();
        imports.retain(|to| *to != self.id);
        let module = Module {
            id: self.id,
            name: declared.name.clone(),
            is_std: declared.is_std(),
            imports,
            interfaces_in_scope: self.interfaces_in_scope(),
            functions: self.all_functions(),
            types: self.types,
            interfaces: self.interfaces,
            impls: self.impls,
            consts: self.consts,
            tests: self.tests,
            is_tested: false,
            docs: docs.map(Into::into),
        };
        (module, self.diagnostics)
    }

    fn interfaces_in_scope(&self) -> Vec<crate::hir::InterfaceId> {
        let imported = self.names.imported(self.id);
        let own = self.names.declarations(self.id).types.values();
        let own = own.map(|ty| ty.what);
        let brought = imported
            .types
            .values()
            .chain(self.names.prelude.types.values());
        let brought = brought.flatten().map(|one| one.what);
        let mut found: Vec<_> = own
            .chain(brought)
            .filter_map(|ty| match ty {
                TypeRef::Interface(id) => Some(id),
                TypeRef::Type(_) => None,
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }
}

fn expr(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}
