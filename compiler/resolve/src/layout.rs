//! The items of one file in groups, in the order in which they get their ids. Collecting and lowering both go by it, so an id that one
//! gave is the item that the other fills in.

use crate::diagnostics::{ClauseArity, DuplicateDefinition, ScatteredClauses};
use crate::names::Word;
use mesh_report::{Diagnostic, FileId, Span};
use mesh_syntax::ast::{self, AstNode, ViewExt};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// A function with its clauses.
pub(crate) struct FnGroup {
    pub name: Word,
    pub clauses: Vec<ast::FnDef>,
    /// Whether there are clauses of this name with another number of parameters, which is reported.
    pub overloaded: bool,
}

/// A struct, sum, alias or extern type.
pub(crate) enum TypeItem {
    Struct(ast::StructDef),
    Type(ast::TypeDef),
}

/// Everything at the top level of a file, and functions and types written inside `describe`.
#[derive(Default)]
pub(crate) struct Layout {
    pub imports: Vec<ast::Item>,
    /// Functions get the first ids.
    pub groups: Vec<FnGroup>,
    /// Their ids follow.
    pub actors: Vec<ast::ActorDef>,
    /// Then those of their generated functions; types are made after all declared ones.
    pub services: Vec<ast::ServiceDef>,
    pub supervisors: Vec<ast::SupervisorDef>,
    pub types: Vec<TypeItem>,
    pub interfaces: Vec<ast::InterfaceDef>,
    pub impls: Vec<ast::ImplDef>,
    pub consts: Vec<ast::ConstDef>,
    /// `test`, `property`, `describe`, `setup`, `teardown` of the top level, in order.
    pub tests: Vec<ast::Item>,
}

/// The layout of a file, and what is wrong with the order of its clauses.
pub(crate) fn layout(file: FileId, source: &ast::SourceFile) -> (Layout, Vec<Diagnostic>) {
    let mut layout = Layout::default();
    let mut functions = Vec::new();
    let mut at = 0;
    for item in source.items() {
        place(item, true, &mut at, &mut layout, &mut functions);
    }
    let (groups, diagnostics) = group(file, functions);
    layout.groups = groups;
    (layout, diagnostics)
}

fn place(
    item: ast::Item,
    top: bool,
    at: &mut usize,
    layout: &mut Layout,
    functions: &mut Vec<(usize, ast::FnDef)>,
) {
    *at += 1;
    match item {
        ast::Item::ImportItem(_) | ast::Item::FromImportItem(_) => layout.imports.push(item),
        ast::Item::FnDef(def) => functions.push((*at, def)),
        ast::Item::StructDef(def) => layout.types.push(TypeItem::Struct(def)),
        ast::Item::TypeDef(def) => layout.types.push(TypeItem::Type(def)),
        ast::Item::ConstDef(def) => layout.consts.push(def),
        ast::Item::InterfaceDef(def) => layout.interfaces.push(def),
        ast::Item::ImplDef(def) => layout.impls.push(def),
        ast::Item::ServiceDef(def) => layout.services.push(def),
        ast::Item::SupervisorDef(def) => layout.supervisors.push(def),
        ast::Item::ActorDef(def) => layout.actors.push(def),
        ast::Item::DescribeItem(ref def) => {
            for inner in def.items() {
                place(inner, false, at, layout, functions);
            }
            if top {
                layout.tests.push(item);
            }
        }
        ast::Item::TestItem(_)
        | ast::Item::PropertyItem(_)
        | ast::Item::SetupItem(_)
        | ast::Item::TeardownItem(_) => {
            if top {
                layout.tests.push(item);
            }
        }
    }
}

/// Joins clauses of one name. `functions` come with their position among all items: neighbours differ by one.
pub(crate) fn group(
    file: FileId,
    functions: Vec<(usize, ast::FnDef)>,
) -> (Vec<FnGroup>, Vec<Diagnostic>) {
    let mut groups: Vec<FnGroup> = Vec::new();
    let mut by_name: FxHashMap<SmolStr, usize> = FxHashMap::default();
    let mut diagnostics = Vec::new();
    let mut last = usize::MAX;
    for (at, def) in functions {
        let Some(name) = name(file, def.name()) else {
            continue;
        };
        let adjacent = last.wrapping_add(1) == at;
        last = at;
        let Some(&found) = by_name.get(&name.text) else {
            by_name.insert(name.text.clone(), groups.len());
            groups.push(FnGroup {
                name,
                clauses: vec![def],
                overloaded: false,
            });
            continue;
        };
        let newest = groups.len() - 1;
        let first = &mut groups[found];
        let (expected, count) = (arity(&first.clauses[0]), arity(&def));
        if !adjacent || found != newest {
            let is_clause = expected == count && count > 0;
            // Clauses of a name that has been reported are part of the same mistake.
            if is_clause || !first.overloaded || expected == count {
                diagnostics.push(apart(&name, &first.name, is_clause));
            }
            if is_clause {
                first.clauses.push(def);
            }
        } else if expected != count {
            if std::mem::replace(&mut first.overloaded, true) {
                continue;
            }
            let facts = ClauseArity {
                name: &name.text,
                span: name.span,
                found: count,
                first: first.name.span,
                expected,
            };
            diagnostics.push(facts.into());
        } else if count == 0 {
            diagnostics.push(apart(&name, &first.name, false));
        } else {
            first.clauses.push(def);
        }
    }
    (groups, diagnostics)
}

fn apart(name: &Word, first: &Word, is_clause: bool) -> Diagnostic {
    if is_clause {
        ScatteredClauses {
            name: &name.text,
            span: name.span,
            first: first.span,
        }
        .into()
    } else {
        DuplicateDefinition {
            name: &name.text,
            what: "function",
            span: name.span,
            first: first.span,
        }
        .into()
    }
}

fn arity(def: &ast::FnDef) -> usize {
    def.param_list().map_or(0, |list| list.params().count())
}

/// A name with its place, unless recovery left it out.
pub(crate) fn name(file: FileId, name: Option<ast::Name>) -> Option<Word> {
    let token = name?.ident()?;
    Some(word(file, &token))
}

/// A reference with its place, unless recovery left it out.
pub(crate) fn name_ref(file: FileId, name: Option<ast::NameRef>) -> Option<Word> {
    let token = name?.ident()?;
    Some(word(file, &token))
}

/// A token as a name with its place.
pub(crate) fn word(file: FileId, token: &ast::SyntaxToken) -> Word {
    Word {
        text: SmolStr::new(token.text()),
        span: ast::token_span(file, token),
    }
}

/// The names of a path with their places.
pub(crate) fn path(file: FileId, path: &ast::Path) -> Vec<Word> {
    path.segments().map(|token| word(file, &token)).collect()
}

/// Where a node stands, without blanks and documentation before it.
pub(crate) fn span(file: FileId, node: &impl AstNode<Language = ast::Mesh>) -> Span {
    node.span(file)
}

/// The attributes `@name("argument")`.
pub(crate) fn attributes(
    file: FileId,
    attrs: impl Iterator<Item = ast::Attr>,
) -> Vec<(Word, Option<SmolStr>)> {
    let argument = |attr: &ast::Attr| -> Option<SmolStr> {
        match attr.arg_list()?.args().next()?.expr()? {
            ast::Expr::StringLit(text) => Some(SmolStr::from(text.text()?)),
            _ => None,
        }
    };
    attrs
        .filter_map(|attr| Some((name(file, attr.name())?, argument(&attr))))
        .collect()
}

/// The argument of `@lang("…")`.
pub(crate) fn lang(attributes: &[(Word, Option<SmolStr>)]) -> Option<SmolStr> {
    attributes
        .iter()
        .find(|(name, _)| name.text == "lang")
        .and_then(|(_, argument)| argument.clone())
}

/// `GetCount` as `get_count`.
pub(crate) fn snake_case(name: &str) -> SmolStr {
    let mut out = String::new();
    let mut after_small = false;
    for c in name.chars() {
        if c.is_uppercase() && after_small {
            out.push('_');
        }
        after_small = !c.is_uppercase();
        out.extend(c.to_lowercase());
    }
    SmolStr::from(out)
}

/// The functions that a service makes, in the order of their ids: `start` and `stop`, then for every call the function and its `try_`
/// form, for every cast the function. The second part is what it stands for in the source.
pub(crate) fn service_functions(file: FileId, def: &ast::ServiceDef) -> Vec<(SmolStr, Span)> {
    let own = name(file, def.name()).map_or(Span::DUMMY, |name| name.span);
    let mut found = vec![
        (SmolStr::new_static("start"), own),
        (SmolStr::new_static("stop"), own),
    ];
    for member in def.members() {
        match member {
            ast::ServiceMember::CallDef(call) => {
                if let Some(name) = name(file, call.name()) {
                    let snake = snake_case(&name.text);
                    found.push((snake.clone(), name.span));
                    found.push((SmolStr::from(format!("try_{snake}")), name.span));
                }
            }
            ast::ServiceMember::CastDef(cast) => {
                if let Some(name) = name(file, cast.name()) {
                    found.push((snake_case(&name.text), name.span));
                }
            }
            _ => {}
        }
    }
    found
}

/// The functions that a supervisor makes, in the order of their ids: `start`, then one for every child.
pub(crate) fn supervisor_functions(file: FileId, def: &ast::SupervisorDef) -> Vec<(SmolStr, Span)> {
    let own = name(file, def.name()).map_or(Span::DUMMY, |name| name.span);
    let mut found = vec![(SmolStr::new_static("start"), own)];
    for member in def.members() {
        if let ast::SupervisorMember::ChildDef(child) = member
            && let Some(name) = name(file, child.name())
        {
            found.push((name.text, name.span));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_calls_become_names_of_functions() {
        assert_eq!(snake_case("GetCount"), "get_count");
        assert_eq!(snake_case("Get"), "get");
        assert_eq!(snake_case("GetURL"), "get_url");
    }
}
