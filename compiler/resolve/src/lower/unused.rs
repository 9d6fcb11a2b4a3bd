//! Warnings about what nothing uses: locals, imports, functions, constants. Only in the package that is compiled.

use super::Lowerer;
use super::body::{Body, Kind};
use crate::diagnostics::{UnusedConstant, UnusedFunction, UnusedImport, UnusedVariable};
use crate::hir::FnKind;
use crate::names::{Bringer, ImportKind, Origin, TypeRef, dotted};

impl Lowerer<'_> {
    fn warns(&self) -> bool {
        self.names.declarations(self.id).origin == Origin::Package
    }

    pub(super) fn unused_locals(&mut self, body: &Body) {
        if !self.warns() {
            return;
        }
        for (at, local) in body.locals.iter().enumerate() {
            let kind = match body.kinds[at] {
                Kind::Quiet => continue,
                Kind::Variable => "variable",
                Kind::Parameter => "parameter",
                Kind::Function => "function",
            };
            if !body.used[at] {
                self.report(UnusedVariable {
                    name: &local.name,
                    kind,
                    span: local.span,
                });
            }
        }
    }

    pub(super) fn warn_unused(&mut self) {
        if self.warns() {
            self.unused_imports();
            self.unused_consts();
            if !self.lacks_main {
                self.unused_functions();
            }
        }
    }

    fn unused_imports(&mut self) {
        let names = self.names;
        for (at, import) in names.declarations(self.id).imports.iter().enumerate() {
            let Some(target) = names.module(self.id, &import.module_name()) else {
                continue;
            };
            let by = |name: usize| Bringer {
                import: at as u32,
                name: name as u32,
            };
            match &import.kind {
                ImportKind::Module(alias) => {
                    if !self.used_imports.contains(&by(0)) && !alias.text.starts_with('_') {
                        self.report(UnusedImport {
                            name: &dotted(&import.path),
                            span: import.span,
                        });
                    }
                }
                ImportKind::Names(list) => {
                    for (position, (original, alias)) in list.iter().enumerate() {
                        let module = names.declarations(target);
                        // An interface serves method calls without being named; an unknown name has its own error.
                        let ty = module.types.get(&original.text);
                        let serves = ty.is_some_and(|ty| matches!(ty.what, TypeRef::Interface(_)));
                        let known = ty.is_some()
                            || module.values.contains_key(&original.text)
                            || module.ctors.contains_key(&original.text)
                            || module.namespaces.contains_key(&original.text);
                        if known && !serves && !self.used_imports.contains(&by(position)) {
                            self.report(UnusedImport {
                                name: &original.text,
                                span: alias.span,
                            });
                        }
                    }
                }
            }
        }
    }

    fn unused_consts(&mut self) {
        let unused = self.consts.iter().filter(|def| {
            !def.is_pub && !def.name.starts_with('_') && !self.used_consts.contains(&def.id)
        });
        let found: Vec<_> = unused
            .map(|def| (def.name.clone(), def.name_span))
            .collect();
        for (name, span) in found {
            self.report(UnusedConstant { name: &name, span });
        }
    }

    /// Private functions that neither a public item, `main`, a test nor an impl reaches.
    fn unused_functions(&mut self) {
        let count = self.functions.len();
        let mut edges: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut reached = vec![false; count];
        let mut queue = Vec::new();
        for &(from, to) in &self.uses {
            match from {
                Some(from) => edges[from.index as usize].push(to.index as usize),
                None => queue.push(to.index as usize),
            }
        }
        for (at, function) in self.functions.iter().enumerate() {
            let root = function.as_ref().is_none_or(|function| {
                function.is_pub || function.name == "main" || function.kind != FnKind::Item
            });
            if root {
                queue.push(at);
            }
        }
        reach(&edges, queue, &mut reached);
        let named = |at: &usize| {
            let function = self.functions[*at].as_ref();
            function.is_some_and(|function| !function.name.starts_with('_'))
        };
        let unused: Vec<usize> = (0..count).filter(|at| !reached[*at]).collect();
        let mut mentioned = vec![false; count];
        for &from in &unused {
            for &to in edges[from].iter().filter(|to| **to != from) {
                mentioned[to] = true;
            }
        }
        // What only unused functions use goes with them: first those that nothing mentions, then one of each circle.
        let (mut first, rest): (Vec<usize>, Vec<usize>) =
            unused.iter().partition(|at| !mentioned[**at]);
        reach(&edges, first.clone(), &mut reached);
        for at in rest {
            if !reached[at] {
                first.push(at);
                reach(&edges, vec![at], &mut reached);
            }
        }
        let found: Vec<_> = first
            .iter()
            .filter(|at| named(at))
            .filter_map(|at| self.functions[*at].as_ref())
            .map(|function| (function.name.clone(), function.name_span))
            .collect();
        for (name, span) in found {
            self.report(UnusedFunction { name: &name, span });
        }
    }
}

/// Marks everything that can be reached from `queue`.
fn reach(edges: &[Vec<usize>], mut queue: Vec<usize>, reached: &mut [bool]) {
    while let Some(at) = queue.pop() {
        if !std::mem::replace(&mut reached[at], true) {
            queue.extend(edges[at].iter().copied());
        }
    }
}
