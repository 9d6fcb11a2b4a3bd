//! Paths where a value stands: locals, functions, constants, constructors, and what is named through a type or module.

use super::{Lowerer, expr};
use crate::diagnostics::{
    DefaultUsesParameter, MisplacedSelf, PrivateItem, UnknownConstructor, UnknownItem,
    UnknownModule, UnknownName, WrongKind,
};
use crate::hir::{CtorRef, Expr, ExprKind, InterfaceId, ModuleId, PathBase, Ty, TyKind, TypeId};
use crate::imports::public_names;
use crate::lookup::{self, Found};
use crate::names::{Declared, Shape, TypeRef, ValueRef, Word, dotted};
use crate::suggest;
use mesh_report::Span;
use smol_str::SmolStr;

/// What a path that begins with a capital letter means.
pub(super) enum Item {
    Value(ValueRef),
    Ctors(Vec<CtorRef>),
    /// A method named through a type or interface.
    Through(PathBase, Word),
    Type(TypeRef),
    Param,
    Module,
    Namespace,
    /// Reported.
    Error,
}

fn is_upper(name: &str) -> bool {
    name.starts_with(|c: char| c.is_uppercase())
}

impl Lowerer<'_> {
    /// A path as an expression.
    pub(super) fn path_expr(&mut self, words: &[Word], span: Span) -> Expr {
        let Some(first) = words.first() else {
            return expr(ExprKind::Error, span);
        };
        if !is_upper(&first.text) {
            let mut base = self.value_name(first);
            for word in &words[1..] {
                base = expr(
                    ExprKind::Field {
                        base: Box::new(base),
                        name: word.text.clone(),
                        name_span: word.span,
                    },
                    span,
                );
            }
            return base;
        }
        // `Types.User.origin.x`: the path of an item, then fields of its value.
        let lower = words.iter().position(|word| !is_upper(&word.text));
        let length = match lower {
            Some(at) if self.is_ctor(&words[..at]) => at,
            Some(at) => at + 1,
            None => words.len(),
        };
        let (item, fields) = words.split_at(length);
        let found = self.item(item, true);
        let mut base = self.item_expr(found, item, span);
        for word in fields {
            base = expr(
                ExprKind::Field {
                    base: Box::new(base),
                    name: word.text.clone(),
                    name_span: word.span,
                },
                span,
            );
        }
        base
    }

    /// Whether a path is a constructor and nothing that has items: what follows it is a field or method of the value.
    pub(super) fn is_ctor(&self, words: &[Word]) -> bool {
        let (names, from) = (self.names, self.id);
        match words {
            [one] => {
                let taken = self.body.generic(&one.text).is_some()
                    || !matches!(lookup::type_(names, from, &one.text), Found::Nothing)
                    || !matches!(lookup::module(names, from, &one.text), Found::Nothing)
                    || lookup::namespace(names, from, &one.text).is_some();
                !taken && !lookup::ctors(names, from, &one.text).0.is_empty()
            }
            [.., ty, ctor] => {
                let path = &words[..words.len() - 1];
                let is_module = lookup::module_prefix(names, from, words, true)
                    .is_some_and(|(_, length, _)| length == words.len());
                let has = |facts: &crate::names::TypeName| {
                    facts.ctors.iter().any(|own| own.text == ctor.text)
                };
                let found = match path.len() {
                    1 => lookup::find_type(names, from, std::slice::from_ref(ty)),
                    _ => lookup::find_type(names, from, path),
                };
                let found = found.and_then(|ty| lookup::behind_aliases(names, ty));
                !is_module && found.is_some_and(|(_, facts)| has(facts))
            }
            [] => false,
        }
    }

    fn item_expr(&mut self, found: Item, words: &[Word], span: Span) -> Expr {
        let kind = match found {
            Item::Value(value) => self.value_ref(value),
            Item::Ctors(ctors) => ExprKind::Ctor(ctors),
            Item::Through(base, name) => ExprKind::TypeItem {
                base,
                name_span: name.span,
                name: name.text,
            },
            Item::Error => ExprKind::Error,
            Item::Type(ty) => {
                self.not_a_value(ty, words, span);
                ExprKind::Error
            }
            other => {
                let found = match other {
                    Item::Module => "a module",
                    Item::Param => "a type parameter",
                    _ => "a service or supervisor",
                };
                let name = dotted(words);
                self.report(WrongKind {
                    name: &name,
                    found,
                    expected: "a value",
                    span,
                    help: None,
                });
                ExprKind::Error
            }
        };
        expr(kind, span)
    }

    /// Reports a constructor that its type keeps to its module; the type itself is what the path means here.
    pub(super) fn closed_ctor(&mut self, ty: TypeRef, words: &[Word]) -> bool {
        let (Some(word), Some(facts)) = (words.last(), self.names.type_name(ty)) else {
            return false;
        };
        let closed = facts.opaque
            && ty.module() != self.id
            && facts.ctors.iter().any(|ctor| ctor.text == word.text);
        if closed {
            self.private(word, ty.module(), facts.span, true);
        }
        closed
    }

    fn not_a_value(&mut self, ty: TypeRef, words: &[Word], span: Span) {
        if self.closed_ctor(ty, words) {
            return;
        }
        let name = dotted(words);
        let shape = lookup::behind_aliases(self.names, ty).map(|(_, facts)| facts.shape.clone());
        let (found, help) = match shape {
            Some(Shape::Struct) => (
                "a struct",
                Some(format!(
                    "a value of it is written `{name} {{ field: value }}`"
                )),
            ),
            Some(Shape::Interface) => ("an interface", None),
            _ => ("a type", None),
        };
        let help = help.or_else(|| {
            self.is_labelled.then(|| {
                format!("in a call, `name: …` is the argument of that name; a value with its type is `(value : {name})`")
            })
        });
        self.report(WrongKind {
            name: &name,
            found,
            expected: "a value",
            span,
            help,
        });
    }

    /// A function or constant that is mentioned.
    pub(super) fn value_ref(&mut self, value: ValueRef) -> ExprKind {
        self.mention(value.module());
        match value {
            ValueRef::Fn(id) => {
                if id.module == self.id {
                    self.uses.push((self.owner, id));
                }
                ExprKind::Fn(id)
            }
            ValueRef::Const(id) => {
                self.used_consts.insert(id);
                ExprKind::Const(id)
            }
        }
    }

    /// A bare name with a small letter.
    pub(super) fn value_name(&mut self, word: &Word) -> Expr {
        let name = word.text.as_str();
        if let Some(id) = self.body.lookup(name) {
            self.body.mark_used(id);
            return expr(ExprKind::Local(id), word.span);
        }
        if let Some(&id) = self.space.get(name) {
            return expr(self.value_ref(ValueRef::Fn(id)), word.span);
        }
        let kind = match lookup::value(self.names, self.id, name) {
            Found::One(value, by) => {
                self.bring(by);
                self.value_ref(value)
            }
            Found::Several(by) => {
                self.ambiguous(word, &by);
                ExprKind::Error
            }
            Found::Nothing => {
                self.unknown_value(word);
                ExprKind::Error
            }
        };
        expr(kind, word.span)
    }

    fn unknown_value(&mut self, word: &Word) {
        if word.text == "self" {
            self.report(MisplacedSelf {
                word: "self",
                span: word.span,
            });
            return;
        }
        let hidden = self.body.hidden.iter().find(|(name, _)| *name == word.text);
        if let Some((_, declared)) = hidden {
            let declared = *declared;
            self.report(DefaultUsesParameter {
                name: &word.text,
                span: word.span,
                declared,
            });
            return;
        }
        let names = self.names;
        if names.imported(self.id).may_have_lost(&word.text) {
            return;
        }
        let own = names.declarations(self.id).values.keys();
        let imported = names.imported(self.id).values.keys();
        let prelude = names.prelude.values.keys();
        let items = own.chain(imported).chain(prelude).map(SmolStr::as_str);
        let similar = suggest::nearest(&word.text, items.chain(self.body.names()));
        let module = match similar {
            None if !UnknownName::is_known_elsewhere(&word.text) => {
                names.module_with_value(self.id, &word.text)
            }
            _ => None,
        };
        self.report(UnknownName {
            name: &word.text,
            span: word.span,
            similar,
            module,
        });
    }

    /// What a path that begins with a capital letter means. `value`: it stands for a value rather than a type, so a bare constructor
    /// comes before a type of the same name.
    pub(super) fn item(&mut self, words: &[Word], value: bool) -> Item {
        let (last, prefix) = match words {
            [] => return Item::Error,
            [one] => return self.one_item(one, value),
            [prefix @ .., last] => (last, prefix),
        };
        if let [one] = prefix {
            return self.item_of_word(one, last);
        }
        if let Some((module, length, by)) = lookup::module_prefix(self.names, self.id, prefix, true)
        {
            self.bring(by);
            return match &prefix[length..] {
                [] => self.item_in_module(module, last),
                [inner] => self.item_of_inner(module, inner, last),
                [_, deeper, ..] => {
                    self.unknown_in_module(module, deeper);
                    Item::Error
                }
            };
        }
        self.unknown_prefix(words);
        Item::Error
    }

    fn one_item(&mut self, word: &Word, value: bool) -> Item {
        if let (Some(target), "Self") = (self.impl_target, word.text.as_str()) {
            return Item::Type(target);
        }
        if self.body.generic(&word.text).is_some() || word.text == "Self" {
            return Item::Param;
        }
        let (ctors, by) = lookup::ctors(self.names, self.id, &word.text);
        if value && !ctors.is_empty() {
            by.into_iter().for_each(|by| self.bring(Some(by)));
            self.mention_ctors(&ctors);
            return Item::Ctors(ctors);
        }
        if let Found::One(ty, by) = lookup::type_(self.names, self.id, &word.text) {
            self.bring(by);
            return Item::Type(ty);
        }
        if let Some((_, _, by)) = lookup::namespace(self.names, self.id, &word.text) {
            self.bring(by);
            return Item::Namespace;
        }
        if let Found::One(_, by) = lookup::module(self.names, self.id, &word.text) {
            self.bring(by);
            return Item::Module;
        }
        if !ctors.is_empty() {
            return Item::Ctors(ctors);
        }
        match value {
            true => self.unknown_ctor(word),
            false => self.unknown_type(word, "struct"),
        }
        Item::Error
    }

    pub(super) fn mention_ctors(&mut self, ctors: &[CtorRef]) {
        for ctor in ctors {
            self.mention(ctor.ty.module);
        }
    }

    /// `Prefix.name` where `Prefix` is one word: a type parameter, service, type or module.
    fn item_of_word(&mut self, prefix: &Word, last: &Word) -> Item {
        if let (Some(target), "Self", true) =
            (self.impl_target, prefix.text.as_str(), is_upper(&last.text))
        {
            return self.item_of_type(target, prefix, last).unwrap_or_else(|| {
                self.unknown_in_type(target, last);
                Item::Error
            });
        }
        if self.body.generic(&prefix.text).is_some() || prefix.text == "Self" {
            let found = self.type_path(std::slice::from_ref(prefix), "type");
            let kind = match found {
                super::ty::TypePath::Param(id) => TyKind::Param(id),
                super::ty::TypePath::SelfTy => TyKind::SelfTy,
                _ => return Item::Error,
            };
            let span = prefix.span;
            return Item::Through(PathBase::Type(Ty { kind, span }), last.clone());
        }
        if let Some((module, space, by)) = lookup::namespace(self.names, self.id, &prefix.text) {
            let found = space.values.get(&last.text);
            let is_module = matches!(
                lookup::module(self.names, self.id, &prefix.text),
                Found::One(..)
            );
            if found.is_some() || !is_module {
                self.bring(by);
                return self.namespace_item(module, prefix, found, last);
            }
        }
        let ty = match lookup::type_(self.names, self.id, &prefix.text) {
            Found::One(ty, by) => Some((ty, by)),
            Found::Several(by) => {
                self.ambiguous(prefix, &by);
                return Item::Error;
            }
            Found::Nothing => None,
        };
        if let Some((ty, by)) = ty
            && let Some(item) = self.item_of_type(ty, prefix, last)
        {
            self.bring(by);
            return item;
        }
        match lookup::module(self.names, self.id, &prefix.text) {
            Found::One(module, by) => {
                self.bring(by);
                self.item_in_module(module, last)
            }
            Found::Several(by) => {
                self.ambiguous(prefix, &by);
                Item::Error
            }
            Found::Nothing => {
                match ty {
                    Some((ty, by)) => {
                        self.bring(by);
                        self.unknown_in_type(ty, last);
                    }
                    None => self.unknown_prefix(&[prefix.clone(), last.clone()]),
                }
                Item::Error
            }
        }
    }

    fn namespace_item(
        &mut self,
        module: ModuleId,
        space: &Word,
        found: Option<&Declared<ValueRef>>,
        last: &Word,
    ) -> Item {
        if let Some(value) = found {
            return Item::Value(value.what);
        }
        let names = self.names;
        let values = names.declarations(module).namespaces.get(&space.text);
        let candidates = values.iter().flat_map(|space| space.values.keys());
        self.report(UnknownItem {
            name: &last.text,
            span: last.span,
            owner: &space.text,
            owner_kind: "service",
            similar: suggest::nearest(&last.text, candidates.map(SmolStr::as_str)),
            module: None,
        });
        Item::Error
    }

    /// `Shape.Empty`, `Float.from`, `Area.area`, if the type has it.
    fn item_of_type(&mut self, ty: TypeRef, prefix: &Word, last: &Word) -> Option<Item> {
        let names = self.names;
        if is_upper(&last.text) {
            let (TypeRef::Type(id), facts) = lookup::behind_aliases(names, ty)? else {
                return None;
            };
            let ctors = names.declarations(id.module).ctors.get(&last.text);
            let own = ctors.into_iter().flatten().filter(|ctor| ctor.ty == id);
            let ctors: Vec<CtorRef> = own.copied().collect();
            if ctors.is_empty() {
                return None;
            }
            if facts.opaque && id.module != self.id {
                self.private(last, id.module, facts.span, true);
                return Some(Item::Error);
            }
            self.mention_ctors(&ctors);
            return Some(Item::Ctors(ctors));
        }
        let (real, facts) = lookup::behind_aliases(names, ty)?;
        let has = facts.methods.contains(&last.text)
            || (names.universal_methods.contains(&last.text)
                && !self.module_has(prefix, last)
                && matches!(real, TypeRef::Type(_)));
        if !has {
            return None;
        }
        self.mention(ty.module());
        let base = match ty {
            TypeRef::Interface(id) => PathBase::Interface(id),
            TypeRef::Type(id) => PathBase::Type(Ty {
                kind: TyKind::Named(id, Vec::new()),
                span: prefix.span,
            }),
        };
        Some(Item::Through(base, last.clone()))
    }

    /// Whether a module of this name is in scope and has a value of that name.
    fn module_has(&self, module: &Word, name: &Word) -> bool {
        match lookup::module(self.names, self.id, &module.text) {
            Found::One(id, _) => {
                let value = self.names.declarations(id).values.get(&name.text);
                value.is_some_and(|value| self.names.visible(self.id, id, value.is_pub))
            }
            _ => false,
        }
    }

    /// `Module.name`
    fn item_in_module(&mut self, module: ModuleId, last: &Word) -> Item {
        let names = self.names;
        let declared = names.declarations(module);
        let mut hidden = None;
        if let Some(value) = declared.values.get(&last.text) {
            if names.visible(self.id, module, value.is_pub) {
                return Item::Value(value.what);
            }
            hidden = Some((value.span, false));
        }
        let ctors = declared.ctors.get(&last.text).into_iter().flatten();
        let (open, closed): (Vec<CtorRef>, Vec<CtorRef>) = ctors.partition(|ctor| {
            let facts = declared.type_of(ctor.ty);
            module == self.id || facts.is_some_and(|facts| facts.is_pub && !facts.opaque)
        });
        if !open.is_empty() {
            self.mention_ctors(&open);
            return Item::Ctors(open);
        }
        if let Some(facts) = closed.first().and_then(|ctor| declared.type_of(ctor.ty)) {
            hidden = Some((facts.span, facts.opaque && facts.is_pub));
        }
        if let Some(ty) = declared.types.get(&last.text) {
            if names.visible(self.id, module, ty.is_pub) {
                return Item::Type(ty.what);
            }
            hidden = hidden.or(Some((ty.span, false)));
        }
        if let Some(space) = declared.namespaces.get(&last.text)
            && names.visible(self.id, module, space.is_pub)
        {
            return Item::Namespace;
        }
        match hidden {
            Some((span, opaque)) => self.private(last, module, span, opaque),
            None => self.unknown_in_module(module, last),
        }
        Item::Error
    }

    /// `Module.Type.name`, `Module.Service.name`
    fn item_of_inner(&mut self, module: ModuleId, inner: &Word, last: &Word) -> Item {
        let names = self.names;
        let declared = names.declarations(module);
        if let Some(space) = declared.namespaces.get(&inner.text)
            && names.visible(self.id, module, space.is_pub)
        {
            let found = space.values.get(&last.text);
            return self.namespace_item(module, inner, found, last);
        }
        match declared.types.get(&inner.text) {
            Some(ty) if names.visible(self.id, module, ty.is_pub) => {
                let what = ty.what;
                self.item_of_type(what, inner, last).unwrap_or_else(|| {
                    self.unknown_in_type(what, last);
                    Item::Error
                })
            }
            Some(ty) => {
                self.private(inner, module, ty.span, false);
                Item::Error
            }
            None => {
                self.unknown_in_module(module, inner);
                Item::Error
            }
        }
    }

    pub(super) fn private(&mut self, word: &Word, module: ModuleId, declared: Span, opaque: bool) {
        let names = self.names;
        self.report(PrivateItem {
            name: &word.text,
            span: word.span,
            module: &names.declarations(module).name,
            declared,
            opaque,
        });
    }

    pub(super) fn unknown_in_module(&mut self, module: ModuleId, word: &Word) {
        let declared = self.names.declarations(module);
        self.report(UnknownItem {
            name: &word.text,
            span: word.span,
            owner: &declared.name,
            owner_kind: "module",
            similar: suggest::nearest(&word.text, public_names(declared))
                .or_else(|| suggest::other_word(&word.text, public_names(declared))),
            module: None,
        });
    }

    fn unknown_in_type(&mut self, ty: TypeRef, word: &Word) {
        let Some(facts) = self.names.type_name(ty) else {
            return;
        };
        let (TypeRef::Type(TypeId { module, .. }) | TypeRef::Interface(InterfaceId { module, .. })) =
            ty;
        let declared = self.names.declarations(module);
        let owner = match ty {
            TypeRef::Type(id) => &declared.type_names[id.index as usize],
            TypeRef::Interface(id) => &declared.interfaces[id.index as usize].0,
        };
        let other = module != self.id && !declared.is_std();
        let has = other && public_names(declared).any(|name| name == word.text);
        let module = has.then_some(declared.name.as_str());
        let ctors = facts.ctors.iter().map(|ctor| ctor.text.as_str());
        let methods = facts.methods.iter().map(SmolStr::as_str);
        self.report(UnknownItem {
            name: &word.text,
            span: word.span,
            owner,
            owner_kind: "type",
            similar: suggest::nearest(&word.text, ctors.clone().chain(methods.clone()))
                .or_else(|| suggest::other_word(&word.text, ctors.chain(methods)))
                .filter(|_| module.is_none()),
            module,
        });
    }

    /// A path whose beginning is neither a type nor a module here.
    pub(super) fn unknown_prefix(&mut self, words: &[Word]) {
        let prefix = &words[..words.len() - 1];
        let name = dotted(prefix);
        let names = self.names;
        if names.imported(self.id).may_have_lost(&prefix[0].text) {
            return;
        }
        let span = prefix[0].span.join(prefix[prefix.len() - 1].span);
        let by_full_name = names.module(self.id, &name);
        let by_last = names.modules.iter().find(|module| {
            module.name.rsplit('.').next() == Some(&name)
                && names.module(self.id, &module.name).is_some()
        });
        if let Some(import) = by_full_name
            .map(|id| names.declarations(id).name.clone())
            .or(by_last.map(|module| module.name.clone()))
        {
            self.report(UnknownModule {
                name: &import,
                span,
                similar: None,
                import: true,
            });
            return;
        }
        let imported = names.imported(self.id).modules.keys().map(SmolStr::as_str);
        let std = names.modules.iter().filter(|module| module.is_std());
        let std = std.map(|module| module.name.as_str());
        let types = names
            .declarations(self.id)
            .types
            .keys()
            .map(SmolStr::as_str);
        let similar = suggest::nearest(&name, imported.chain(std).chain(types));
        self.report(UnknownModule {
            name: &name,
            span,
            similar,
            import: false,
        });
    }

    fn unknown_ctor(&mut self, word: &Word) {
        let names = self.names;
        if names.imported(self.id).may_have_lost_ctor(&word.text) {
            return;
        }
        let own = names.declarations(self.id).ctors.keys();
        let imported = names.imported(self.id).ctors.keys();
        let prelude = names.prelude.ctors.keys();
        let candidates = own.chain(imported).chain(prelude).map(SmolStr::as_str);
        let similar = suggest::nearest(&word.text, candidates);
        let module = match similar {
            Some(_) => None,
            None => names.module_with_ctor(self.id, &word.text),
        };
        self.report(UnknownConstructor {
            name: &word.text,
            span: word.span,
            similar,
            module,
        });
    }
}
