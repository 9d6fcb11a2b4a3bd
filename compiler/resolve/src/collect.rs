//! One module's declarations: from its tree, without looking at any other module.

use crate::SourceModule;
use crate::diagnostics::{DuplicateDefinition, OnlyInStd};
use crate::hir::{ConstId, CtorRef, FnId, InterfaceId, ModuleId, TypeId};
use crate::layout::{self, Layout, TypeItem};
use crate::names::{
    Declarations, Declared, ImplHead, Import, ImportKind, LangRef, Namespace, Origin, Shape,
    TypeName, TypeRef, ValueRef, Word,
};
use mesh_report::{Diagnostic, FileId, Span};
use mesh_syntax::SyntaxKind;
use mesh_syntax::ast::{self, AstNode, support};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// The declarations of a module, and what is wrong with them.
pub(crate) fn collect(id: ModuleId, module: &SourceModule) -> (Declarations, Vec<Diagnostic>) {
    let (layout, diagnostics) = layout::layout(module.parse.file, &module.parse.tree());
    let mut collector = Collector {
        file: module.parse.file,
        id,
        out: Declarations {
            name: module.name.clone(),
            origin: module.origin.clone(),
            values: FxHashMap::default(),
            types: FxHashMap::default(),
            type_names: Vec::new(),
            interfaces: Vec::new(),
            ctors: FxHashMap::default(),
            namespaces: FxHashMap::default(),
            imports: Vec::new(),
            impls: Vec::new(),
            lang: Vec::new(),
            functions: 0,
        },
        diagnostics,
    };
    if module.origin != Origin::Std {
        collector.only_in_std(module);
    }
    collector.imports(&layout);
    collector.functions(&layout);
    collector.types(&layout);
    collector.interfaces(&layout);
    collector.impls(&layout);
    collector.consts(&layout);
    collector.services(&layout);
    (collector.out, collector.diagnostics)
}

struct Collector {
    file: FileId,
    id: ModuleId,
    out: Declarations,
    diagnostics: Vec<Diagnostic>,
}

impl Collector {
    /// Reports what a program's module cannot declare, once an item.
    fn only_in_std(&mut self, module: &SourceModule) {
        for item in module.parse.syntax().children() {
            let mut parts = item.children_with_tokens();
            let found =
                parts.find(|part| matches!(part.kind(), SyntaxKind::EXTERN_KW | SyntaxKind::ATTR));
            if let Some(found) = found {
                let range = found.text_range();
                let (start, end) = (u32::from(range.start()), u32::from(range.end()));
                let facts = OnlyInStd {
                    span: Span::new(self.file, start, end),
                    what: found.to_string().trim().to_string(),
                };
                self.diagnostics.push(facts.into());
            }
        }
    }

    fn imports(&mut self, layout: &Layout) {
        for item in &layout.imports {
            let (path, kind) = match item {
                ast::Item::ImportItem(import) => {
                    let Some(path) = self.path(import.path()) else {
                        continue;
                    };
                    let last = path[path.len() - 1].clone();
                    let alias = layout::name(self.file, import.alias()).unwrap_or(last);
                    (path, ImportKind::Module(alias))
                }
                ast::Item::FromImportItem(import) => {
                    let Some(path) = self.path(import.path()) else {
                        continue;
                    };
                    let named = import.names().filter_map(|name| {
                        let original = layout::name_ref(self.file, name.name_ref())?;
                        let alias = layout::name(self.file, name.alias());
                        Some((original.clone(), alias.unwrap_or(original)))
                    });
                    (path, ImportKind::Names(named.collect()))
                }
                _ => continue,
            };
            self.out.imports.push(Import {
                path,
                span: layout::span(self.file, item),
                kind,
            });
        }
    }

    fn path(&self, path: Option<ast::Path>) -> Option<Vec<Word>> {
        let words = layout::path(self.file, &path?);
        (!words.is_empty()).then_some(words)
    }

    fn functions(&mut self, layout: &Layout) {
        for group in &layout.groups {
            let id = self.next_fn();
            let first = &group.clauses[0];
            let is_pub = group.clauses.iter().any(|def| def.pub_token().is_some());
            self.value(&group.name, "function", ValueRef::Fn(id), is_pub);
            self.lang(first.attrs(), LangRef::Fn(id));
        }
        for actor in &layout.actors {
            let id = self.next_fn();
            if let Some(name) = layout::name(self.file, actor.name()) {
                let is_pub = actor.pub_token().is_some();
                self.value(&name, "function", ValueRef::Fn(id), is_pub);
            }
        }
    }

    fn next_fn(&mut self) -> FnId {
        let index = self.out.functions;
        self.out.functions += 1;
        FnId {
            module: self.id,
            index,
        }
    }

    fn value(&mut self, name: &Word, what: &str, id: ValueRef, is_pub: bool) {
        if let Some(first) = self.out.values.get(&name.text) {
            let first = first.span;
            self.twice(name, what, first);
            return;
        }
        let declared = Declared {
            what: id,
            is_pub,
            span: name.span,
        };
        self.out.values.insert(name.text.clone(), declared);
    }

    fn twice(&mut self, name: &Word, what: &str, first: Span) {
        let facts = DuplicateDefinition {
            name: &name.text,
            what,
            span: name.span,
            first,
        };
        self.diagnostics.push(facts.into());
    }

    fn lang(&mut self, attrs: impl Iterator<Item = ast::Attr>, item: LangRef) {
        if let Some(name) = layout::lang(&layout::attributes(self.file, attrs)) {
            self.out.lang.push((name, item));
        }
    }

    fn types(&mut self, layout: &Layout) {
        for item in &layout.types {
            let id = self.next_type();
            match item {
                TypeItem::Struct(def) => self.struct_(id, def),
                TypeItem::Type(def) => self.type_(id, def),
            }
        }
    }

    fn next_type(&mut self) -> TypeId {
        TypeId {
            module: self.id,
            index: self.out.type_names.len() as u32,
        }
    }

    fn struct_(&mut self, id: TypeId, def: &ast::StructDef) {
        let name = layout::name(self.file, def.name());
        let facts = TypeName {
            what: TypeRef::Type(id),
            is_pub: def.pub_token().is_some(),
            opaque: def.opaque_token().is_some(),
            span: name.as_ref().map_or(Span::DUMMY, |name| name.span),
            shape: Shape::Struct,
            ctors: Vec::new(),
            methods: derived_methods(def.deriving()),
        };
        self.declare_type(name, facts);
        self.lang(def.attrs(), LangRef::Type(id));
    }

    fn type_(&mut self, id: TypeId, def: &ast::TypeDef) {
        let name = layout::name(self.file, def.name());
        let mut ctors: Vec<Word> = Vec::new();
        let mut by_name: FxHashMap<SmolStr, Span> = FxHashMap::default();
        let shape = if let Some(list) = def.variant_list() {
            for (at, variant) in list.variants().enumerate() {
                // A variant whose name recovery left out keeps its place.
                let Some(name) = layout::name(self.file, variant.name()) else {
                    continue;
                };
                let first = *by_name.entry(name.text.clone()).or_insert(name.span);
                if first != name.span {
                    self.twice(&name, "constructor", first);
                }
                let variant = at as u32;
                let entry = self.out.ctors.entry(name.text.clone()).or_default();
                entry.push(CtorRef { ty: id, variant });
                ctors.push(name);
            }
            Shape::Sum
        } else if let Some(aliased) = def.aliased() {
            match aliased {
                ast::Type::PathType(path) => {
                    Shape::Alias(self.path(path.path()).unwrap_or_default())
                }
                _ => Shape::Alias(Vec::new()),
            }
        } else {
            Shape::Extern
        };
        let is_extern = support::token(def.syntax(), SyntaxKind::EXTERN_KW).is_some();
        let facts = TypeName {
            what: TypeRef::Type(id),
            is_pub: def.pub_token().is_some(),
            opaque: def.opaque_token().is_some(),
            span: name.as_ref().map_or(Span::DUMMY, |name| name.span),
            shape: if is_extern { Shape::Extern } else { shape },
            ctors,
            methods: derived_methods(def.deriving()),
        };
        self.declare_type(name, facts);
        self.lang(def.attrs(), LangRef::Type(id));
    }

    /// Takes the type's place in the order of ids, whether or not it has a name of its own.
    fn declare_type(&mut self, name: Option<Word>, facts: TypeName) {
        let text = name
            .as_ref()
            .map_or(SmolStr::default(), |name| name.text.clone());
        self.out.type_names.push(text);
        if let Some(name) = name {
            self.type_name(name, facts);
        }
    }

    fn type_name(&mut self, name: Word, facts: TypeName) {
        if let Some(first) = self.out.types.get(&name.text) {
            let first = first.span;
            let what = if matches!(facts.shape, Shape::Interface) {
                "interface"
            } else {
                "type"
            };
            self.twice(&name, what, first);
            return;
        }
        self.out.types.insert(name.text, facts);
    }

    fn interfaces(&mut self, layout: &Layout) {
        for def in &layout.interfaces {
            let id = InterfaceId {
                module: self.id,
                index: self.out.interfaces.len() as u32,
            };
            let name = layout::name(self.file, def.name());
            let text = name
                .as_ref()
                .map_or(SmolStr::default(), |name| name.text.clone());
            let methods = members(self.file, def.members());
            self.out.interfaces.push((text, methods.clone()));
            self.lang(def.attrs(), LangRef::Interface(id));
            let Some(name) = name else { continue };
            let facts = TypeName {
                what: TypeRef::Interface(id),
                is_pub: def.pub_token().is_some(),
                opaque: false,
                span: name.span,
                shape: Shape::Interface,
                ctors: Vec::new(),
                methods: methods.into_iter().collect(),
            };
            self.type_name(name, facts);
        }
    }

    fn impls(&mut self, layout: &Layout) {
        for def in &layout.impls {
            let Some(ast::Type::PathType(target)) = def.target() else {
                continue;
            };
            let interface = def.interface().and_then(|it| it.path_type());
            let (Some(target), Some(interface)) = (
                self.path(target.path()),
                interface.and_then(|it| self.path(it.path())),
            ) else {
                continue;
            };
            let generics = def.generic_param_list();
            let mut generics = generics.iter().flat_map(|list| list.params());
            let blanket = target.len() == 1
                && generics.any(|param| {
                    let name = layout::name(self.file, param.name());
                    name.is_some_and(|name| name.text == target[0].text)
                });
            self.out.impls.push(ImplHead {
                blanket,
                target,
                interface,
                methods: members(self.file, def.members()),
            });
        }
    }

    fn consts(&mut self, layout: &Layout) {
        for (index, def) in layout.consts.iter().enumerate() {
            let id = ConstId {
                module: self.id,
                index: index as u32,
            };
            if let Some(name) = layout::name(self.file, def.name()) {
                let is_pub = def.pub_token().is_some();
                self.value(&name, "constant", ValueRef::Const(id), is_pub);
            }
        }
    }

    fn services(&mut self, layout: &Layout) {
        for def in &layout.services {
            let functions = layout::service_functions(self.file, def);
            let mut space = self.namespace(functions, def.pub_token().is_some());
            for name in ["Pid", "Msg"] {
                let id = self.next_type();
                let owner = layout::name(self.file, def.name());
                let owner = owner.map_or(SmolStr::default(), |owner| owner.text);
                self.out
                    .type_names
                    .push(SmolStr::from(format!("{owner}.{name}")));
                space.types.insert(SmolStr::new(name), id);
            }
            self.declare_namespace(layout::name(self.file, def.name()), space);
        }
        for def in &layout.supervisors {
            let functions = layout::supervisor_functions(self.file, def);
            let space = self.namespace(functions, def.pub_token().is_some());
            self.declare_namespace(layout::name(self.file, def.name()), space);
        }
    }

    fn namespace(&mut self, functions: Vec<(SmolStr, Span)>, is_pub: bool) -> Namespace {
        let mut space = Namespace {
            is_pub,
            ..Namespace::default()
        };
        let mut reported = None;
        for (name, span) in functions {
            let id = self.next_fn();
            if let Some(first) = space.values.get(&name) {
                let first: Span = first.span;
                // A call makes two functions, and clashes once.
                if reported.replace(span) != Some(span) {
                    self.twice(&Word { text: name, span }, "function", first);
                }
                continue;
            }
            let what = ValueRef::Fn(id);
            space.values.insert(name, Declared { what, is_pub, span });
        }
        space
    }

    fn declare_namespace(&mut self, name: Option<Word>, mut space: Namespace) {
        let Some(name) = name else { return };
        let types = self.out.types.get(&name.text).map(|found| found.span);
        let first = types.or(self
            .out
            .namespaces
            .get(&name.text)
            .map(|found| found.span.0));
        if let Some(first) = first {
            self.twice(&name, "service", first);
            return;
        }
        space.span.0 = name.span;
        self.out.namespaces.insert(name.text, space);
    }
}

/// The names of the methods among an interface's or impl's members.
fn members(file: FileId, members: impl Iterator<Item = ast::Member>) -> Vec<SmolStr> {
    let methods = members.filter_map(|member| match member {
        ast::Member::FnDef(def) => layout::name(file, def.name()).map(|name| name.text),
        ast::Member::AssocType(_) => None,
    });
    methods.collect()
}

/// Methods that a `deriving` clause lets be named through the type.
fn derived_methods(deriving: Option<ast::Deriving>) -> FxHashSet<SmolStr> {
    let mut methods = FxHashSet::default();
    for interface in deriving.iter().flat_map(|clause| clause.interfaces()) {
        let last = interface.path().and_then(|path| path.segments().last());
        let name = last.as_ref().map_or("", |token| token.text());
        let names: &[&str] = match name {
            "Default" => &["default"],
            "Arbitrary" => &["arbitrary"],
            "Json" => &["to_json", "write_json", "from_json"],
            "Row" => &["from_row"],
            _ => &[],
        };
        methods.extend(names.iter().map(SmolStr::new));
    }
    methods
}
