//! Patterns, and the names that they bind.

use super::body::Kind;
use super::path::Item;
use super::{Lowerer, SelfTy};
use crate::diagnostics::{
    BadLiteral, DuplicateBinding, MisplacedSelf, OrPatternBindings, WrongKind,
};
use crate::hir::{CtorRef, FieldPat, Lit, LocalId, Pat, PatKind, TypeId};
use crate::layout;
use crate::lookup;
use crate::names::{Shape, TypeRef, Word, dotted};
use mesh_report::Span;
use mesh_syntax::ast::{self, LiteralKind};
use std::sync::Arc;

/// A name that a pattern binds.
#[derive(Clone)]
pub(super) struct Binding {
    name: Word,
    id: LocalId,
}

/// What the pattern at hand, or the list of parameters, has bound so far.
pub(super) struct Bindings {
    kind: Kind,
    bound: Vec<Binding>,
    /// What earlier alternatives bound: the same names are the same locals.
    shared: Vec<Binding>,
}

impl Bindings {
    pub fn new(kind: Kind) -> Bindings {
        Bindings {
            kind,
            bound: Vec::new(),
            shared: Vec::new(),
        }
    }

    fn find<'a>(list: &'a [Binding], name: &Word) -> Option<&'a Binding> {
        list.iter().find(|found| found.name.text == name.text)
    }
}

fn pat(kind: PatKind, span: Span) -> Pat {
    Pat { kind, span }
}

impl Lowerer<'_> {
    /// A pattern that the grammar demands; recovery may have left it out. Its names are in scope afterwards.
    pub(super) fn pat_opt(
        &mut self,
        it: Option<ast::Pat>,
        binds: &mut Bindings,
        span: Span,
    ) -> Pat {
        match it {
            Some(it) => self.pat(&it, binds),
            None => pat(PatKind::Error, span),
        }
    }

    pub(super) fn pat(&mut self, it: &ast::Pat, binds: &mut Bindings) -> Pat {
        stacker::maybe_grow(super::expr::RED_ZONE, super::expr::SEGMENT, || {
            self.pat_inner(it, binds)
        })
    }

    fn pat_inner(&mut self, it: &ast::Pat, binds: &mut Bindings) -> Pat {
        let span = self.at(it);
        let kind = match it {
            ast::Pat::WildcardPat(_) => PatKind::Wild,
            ast::Pat::NamePat(name) => match layout::name(self.file, name.name()) {
                Some(name) => PatKind::Bind(self.bind(&name, binds)),
                None => PatKind::Error,
            },
            ast::Pat::LiteralPat(literal) => self.literal_pat(literal, span),
            ast::Pat::RangePat(range) => self.range_pat(range, span),
            ast::Pat::PrefixPat(prefix) => {
                let text = self.plain_text(prefix.prefix(), span);
                let rest = self.pat_opt(prefix.rest(), binds, span);
                PatKind::Prefix {
                    prefix: text,
                    rest: Box::new(rest),
                }
            }
            ast::Pat::ConstructorPat(ctor) => self.ctor_pat(ctor, binds, span),
            ast::Pat::StructPat(it) => self.struct_pat(it, binds),
            ast::Pat::TuplePat(tuple) => {
                let mut all: Vec<Pat> = tuple.elements().map(|it| self.pat(&it, binds)).collect();
                match all.len() {
                    0 => PatKind::Lit(Lit::Unit),
                    1 => return all.remove(0),
                    _ => PatKind::Tuple(all),
                }
            }
            ast::Pat::ParenPat(paren) => return self.pat_opt(paren.pat(), binds, span),
            ast::Pat::ListPat(list) => {
                let items = list.elements().map(|it| self.pat(&it, binds)).collect();
                let rest = list
                    .tail()
                    .map(|tail| self.pat_opt(tail.pat(), binds, span));
                flat_list(items, rest)
            }
            ast::Pat::ConsPat(cons) => {
                let head = self.pat_opt(cons.head(), binds, span);
                let rest = self.pat_opt(cons.tail(), binds, span);
                flat_list(vec![head], Some(rest))
            }
            ast::Pat::OrPat(or) => self.or_pat(or, binds),
            ast::Pat::AsPat(it) => {
                let inner = self.pat_opt(it.pat(), binds, span);
                match layout::name(self.file, it.name()) {
                    Some(name) => PatKind::As {
                        pat: Box::new(inner),
                        local: self.bind(&name, binds),
                    },
                    None => return inner,
                }
            }
        };
        pat(kind, span)
    }

    /// Binds a name; it is in scope at once.
    pub(super) fn bind(&mut self, name: &Word, binds: &mut Bindings) -> LocalId {
        if let Some(first) = Bindings::find(&binds.bound, name) {
            let (first, id) = (first.name.span, first.id);
            self.report(DuplicateBinding {
                name: &name.text,
                span: name.span,
                first,
            });
            return id;
        }
        if name.text == "self" && self.self_ty == SelfTy::None {
            self.report(MisplacedSelf {
                word: "self",
                span: name.span,
            });
        }
        let id = match Bindings::find(&binds.shared, name) {
            Some(found) => found.id,
            None => {
                let kind = if name.text == "self" && self.self_ty != SelfTy::None {
                    Kind::Quiet
                } else {
                    binds.kind
                };
                self.body.local(name.text.clone(), name.span, kind)
            }
        };
        self.body.bind(name.text.clone(), id);
        binds.bound.push(Binding {
            name: name.clone(),
            id,
        });
        id
    }

    fn or_pat(&mut self, or: &ast::OrPat, binds: &mut Bindings) -> PatKind {
        let alternatives: Vec<ast::Pat> = or.alternatives().collect();
        let start = binds.bound.len();
        let shared = binds.shared.len();
        let mut all: Vec<Pat> = Vec::new();
        let mut first: Vec<Binding> = Vec::new();
        for (at, alternative) in alternatives.iter().enumerate() {
            let lowered = self.pat(alternative, binds);
            let bound = binds.bound.split_off(start);
            if at == 0 {
                binds.shared.extend(bound.iter().cloned());
                first = bound;
            } else {
                self.same_names(&first, all[0].span, &bound, lowered.span);
            }
            all.push(lowered);
        }
        binds.shared.truncate(shared);
        binds.bound.extend(first);
        match all.len() {
            0 => PatKind::Error,
            1 => all.remove(0).kind,
            _ => PatKind::Or(all),
        }
    }

    /// Reports the first name that one of two alternatives lacks.
    fn same_names(&mut self, first: &[Binding], first_at: Span, other: &[Binding], other_at: Span) {
        let lacking = |has: &[Binding], lacks: &[Binding]| {
            let lacks = |one: &&Binding| Bindings::find(lacks, &one.name).is_none();
            has.iter().find(lacks).map(|one| one.name.clone())
        };
        let found = match lacking(first, other) {
            Some(name) => Some((name, other_at)),
            None => lacking(other, first).map(|name| (name, first_at)),
        };
        if let Some((name, lacks)) = found {
            self.report(OrPatternBindings {
                name: &name.text,
                binds: name.span,
                lacks,
            });
        }
    }

    fn literal_pat(&mut self, literal: &ast::LiteralPat, span: Span) -> PatKind {
        if literal.string_lit().is_some() {
            return PatKind::Lit(Lit::Str(self.plain_text(literal.string_lit(), span)));
        }
        let negative = literal.minus_token().is_some();
        let kind = literal.literal().and_then(|literal| literal.kind());
        match kind {
            Some(LiteralKind::Int(value)) => match int(value, negative) {
                Some(value) => PatKind::Lit(Lit::Int(value)),
                None => PatKind::IntOutOfRange(literal_text(literal)),
            },
            Some(LiteralKind::Float(value)) if value.is_infinite() => {
                self.float_out_of_range(literal_text(literal), span);
                PatKind::Error
            }
            Some(LiteralKind::Float(value)) => {
                PatKind::Lit(Lit::Float(if negative { -value } else { value }))
            }
            Some(LiteralKind::Bool(value)) => PatKind::Lit(Lit::Bool(value)),
            Some(LiteralKind::Atom(name)) => PatKind::Lit(Lit::Atom(name.into())),
            None => PatKind::Error,
        }
    }

    fn range_pat(&mut self, range: &ast::RangePat, span: Span) -> PatKind {
        let inclusive = range.op().is_none_or(|(inclusive, _)| inclusive);
        let mut end = |literal: Option<ast::LiteralPat>| -> Result<Lit, PatKind> {
            let Some(literal) = literal else {
                return Err(PatKind::Error);
            };
            match self.literal_pat(&literal, span) {
                PatKind::Lit(Lit::Int(value)) => Ok(Lit::Int(value)),
                PatKind::Lit(_) => {
                    let span = self.at(&literal);
                    self.report(BadLiteral {
                        message: "the ends of a range pattern are whole numbers".to_string(),
                        span,
                        help: Some("test other bounds in a guard: `when low <= x`".to_string()),
                    });
                    Err(PatKind::Error)
                }
                other => Err(other),
            }
        };
        let (low, high) = (end(range.start()), end(range.end()));
        match (low, high) {
            (Ok(low), Ok(high)) => PatKind::Range {
                low,
                high,
                inclusive,
            },
            (Err(kind), _) | (_, Err(kind)) => kind,
        }
    }

    /// A string without interpolation.
    fn plain_text(&mut self, text: Option<ast::StringLit>, span: Span) -> Arc<str> {
        let Some(literal) = text else {
            return Arc::from("");
        };
        self.no_html(&literal, "a pattern");
        match literal.text() {
            Some(text) => Arc::from(text),
            None => {
                self.report(BadLiteral {
                    message: "a pattern cannot hold an interpolation".to_string(),
                    span,
                    help: Some("bind the value and compare it in a guard: `s when s == …`".into()),
                });
                Arc::from("")
            }
        }
    }

    fn ctor_pat(&mut self, it: &ast::ConstructorPat, binds: &mut Bindings, span: Span) -> PatKind {
        let ctors = it.path().and_then(|path| {
            let words = layout::path(self.file, &path);
            let at = self.at(&path);
            self.ctors_of(&words, at)
        });
        let mut fields = Vec::new();
        for arg in it.pat_arg_list().iter().flat_map(|list| list.args()) {
            let name = layout::name_ref(self.file, arg.name_ref());
            fields.push(FieldPat {
                name: name.map(|name| (name.text, name.span)),
                pat: self.pat_opt(arg.pat(), binds, span),
            });
        }
        match ctors {
            Some(ctors) => PatKind::Ctor {
                ctors,
                fields,
                rest: it
                    .pat_arg_list()
                    .is_some_and(|list| list.dot2_token().is_some()),
            },
            None => PatKind::Error,
        }
    }

    /// The constructors that a path in a pattern means.
    fn ctors_of(&mut self, words: &[Word], span: Span) -> Option<Vec<CtorRef>> {
        let (found, help) = match self.item(words, true) {
            Item::Ctors(ctors) => return Some(ctors),
            Item::Error => return None,
            Item::Type(ty) => {
                if self.closed_ctor(ty, words) {
                    return None;
                }
                let facts = lookup::behind_aliases(self.names, ty);
                match facts.map(|(_, facts)| &facts.shape) {
                    Some(Shape::Struct) => (
                        "a struct",
                        Some(format!("its pattern is `{} {{ field }}`", dotted(words))),
                    ),
                    Some(Shape::Interface) => ("an interface", None),
                    _ => ("a type", None),
                }
            }
            Item::Value(_) | Item::Through(..) => ("a function or constant", None),
            Item::Module => ("a module", None),
            Item::Param => ("a type parameter", None),
            Item::Namespace => ("a service or supervisor", None),
        };
        let name = dotted(words);
        self.report(WrongKind {
            name: &name,
            found,
            expected: "a constructor",
            span,
            help,
        });
        None
    }

    fn struct_pat(&mut self, it: &ast::StructPat, binds: &mut Bindings) -> PatKind {
        let ty = it.path().and_then(|path| {
            let words = layout::path(self.file, &path);
            let at = self.at(&path);
            self.struct_type(&words, at)
        });
        let mut fields = Vec::new();
        for field in it.fields() {
            let Some(name) = layout::name_ref(self.file, field.name_ref()) else {
                continue;
            };
            let inner = match field.pat() {
                Some(inner) => self.pat(&inner, binds),
                None => pat(PatKind::Bind(self.bind(&name, binds)), name.span),
            };
            let mut names = fields.iter().filter_map(|one: &FieldPat| one.name.as_ref());
            let first = names
                .find(|(one, _)| *one == name.text)
                .map(|(_, span)| *span);
            if let Some(first) = first {
                self.given_twice(&name, first);
                continue;
            }
            fields.push(FieldPat {
                name: Some((name.text, name.span)),
                pat: inner,
            });
        }
        match ty {
            Some((ty, _)) => PatKind::Struct { ty, fields },
            None => PatKind::Error,
        }
    }

    /// The struct that a path means, and the alias it was named by, if it was.
    pub(super) fn struct_type(
        &mut self,
        words: &[Word],
        span: Span,
    ) -> Option<(TypeId, Option<TypeId>)> {
        let name = dotted(words);
        let (found, help) = match self.item(words, false) {
            Item::Error => return None,
            Item::Type(ty) => {
                self.mention(ty.module());
                match lookup::behind_aliases(self.names, ty) {
                    Some((TypeRef::Type(id), facts)) if matches!(facts.shape, Shape::Struct) => {
                        if facts.opaque && id.module != self.id {
                            let word = words.last()?;
                            self.private(word, id.module, facts.span, true);
                            return None;
                        }
                        self.mention(id.module);
                        let alias = match ty {
                            TypeRef::Type(named) if named != id => Some(named),
                            _ => None,
                        };
                        return Some((id, alias));
                    }
                    Some((TypeRef::Interface(_), _)) => ("an interface", None),
                    _ => ("a type without fields", None),
                }
            }
            Item::Ctors(_) => (
                "a constructor",
                Some(format!("write its payload in parentheses: `{name}(…)`")),
            ),
            Item::Value(_) | Item::Through(..) => ("a function or constant", None),
            Item::Module => ("a module", None),
            Item::Param => ("a type parameter", None),
            Item::Namespace => ("a service or supervisor", None),
        };
        self.report(WrongKind {
            name: &name,
            found,
            expected: "a struct",
            span,
            help,
        });
        None
    }
}

/// `[a, b | [c | rest]]` is `[a, b, c | rest]`.
fn flat_list(mut items: Vec<Pat>, rest: Option<Pat>) -> PatKind {
    match rest {
        Some(Pat {
            kind: PatKind::List { items: more, rest },
            ..
        }) => {
            items.extend(more);
            PatKind::List { items, rest }
        }
        rest => PatKind::List {
            items,
            rest: rest.map(Box::new),
        },
    }
}

/// The value of an integer literal with its sign, if it is in range.
pub(super) fn int(value: Option<u128>, negative: bool) -> Option<i64> {
    let value = value?;
    if negative {
        let value = i128::try_from(value).ok()?;
        i64::try_from(-value).ok()
    } else {
        i64::try_from(value).ok()
    }
}

fn literal_text(literal: &ast::LiteralPat) -> smol_str::SmolStr {
    use ast::AstNode;
    smol_str::SmolStr::from(literal.syntax().text().to_string())
}
