//! What is known inside one function: its locals, the names in scope, its type parameters, and what `break` and `return` act on.

use crate::hir::{FnId, Local, LocalId, ParamId};
use mesh_report::Span;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// What stands around an expression and stops `break`, `continue` or `return`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Control {
    Loop,
    Closure { span: Span, trailing: bool },
}

impl Control {
    /// Whether it is a function in the function.
    pub fn is_closure(&self) -> bool {
        matches!(self, Control::Closure { .. })
    }
}

/// What a local is, for the warning when nothing uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Variable,
    Parameter,
    Function,
    /// Not the user's, or exempt.
    Quiet,
}

/// The state of lowering one top-level function with all closures in it.
#[derive(Default)]
pub(crate) struct Body {
    pub locals: Vec<Local>,
    pub kinds: Vec<Kind>,
    pub used: Vec<bool>,
    pub bound: FxHashMap<SmolStr, LocalId>,
    /// What a name meant before it was bound in an inner scope.
    pub undo: Vec<(SmolStr, Option<LocalId>)>,
    /// Innermost last.
    pub generics: Vec<(SmolStr, ParamId)>,
    pub next_param: u32,
    pub control: Vec<Control>,
    /// Parameters of the function whose default this is: known, but not to be used.
    pub hidden: Vec<(SmolStr, Span)>,
    /// The defaults of local functions, by parameter.
    pub defaults: FxHashMap<LocalId, Vec<Option<FnId>>>,
    /// Set in what is no function: how to call it in a message.
    pub place: Option<&'static str>,
}

/// Where a scope began.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    names: usize,
    generics: usize,
}

impl Body {
    /// A new local, not yet in scope.
    pub fn local(&mut self, name: SmolStr, span: Span, kind: Kind) -> LocalId {
        let id = LocalId(self.locals.len() as u32);
        let kind = if name.starts_with('_') {
            Kind::Quiet
        } else {
            kind
        };
        self.locals.push(Local { name, span });
        self.kinds.push(kind);
        self.used.push(false);
        id
    }

    /// Brings a local into scope.
    pub fn bind(&mut self, name: SmolStr, id: LocalId) {
        let before = self.bound.insert(name.clone(), id);
        self.undo.push((name, before));
    }

    /// What a name means here.
    pub fn lookup(&self, name: &str) -> Option<LocalId> {
        self.bound.get(name).copied()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.bound.keys().map(SmolStr::as_str)
    }

    pub fn mark_used(&mut self, id: LocalId) {
        self.used[id.0 as usize] = true;
    }

    pub fn enter(&self) -> Mark {
        Mark {
            names: self.undo.len(),
            generics: self.generics.len(),
        }
    }

    pub fn leave(&mut self, mark: Mark) {
        for (name, before) in self.undo.drain(mark.names..).rev() {
            match before {
                Some(id) => self.bound.insert(name, id),
                None => self.bound.remove(&name),
            };
        }
        self.generics.truncate(mark.generics);
    }

    pub fn generic(&self, name: &str) -> Option<ParamId> {
        let found = self.generics.iter().rev().find(|(own, _)| own == name);
        found.map(|(_, id)| *id)
    }

    pub fn add_generic(&mut self, name: SmolStr) -> ParamId {
        let id = ParamId(self.next_param);
        self.next_param += 1;
        self.generics.push((name, id));
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inner_scope_shadows_and_gives_back() {
        let mut body = Body::default();
        let outer = body.local("x".into(), Span::DUMMY, Kind::Variable);
        body.bind("x".into(), outer);
        let mark = body.enter();
        let inner = body.local("x".into(), Span::DUMMY, Kind::Variable);
        body.bind("x".into(), inner);
        assert_eq!(body.lookup("x"), Some(inner));
        body.leave(mark);
        assert_eq!(body.lookup("x"), Some(outer));
    }
}
