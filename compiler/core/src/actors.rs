//! Which programs the runtime can run: today those of one actor.

use crate::diagnostics::ActorsUnsupported;
use crate::ir::{Op, Program};
use mesh_report::Diagnostic;

/// The natives for which there must be a second actor, and what a user calls them.
const OF_SEVERAL: &[(&str, &str)] = &[
    ("rt.spawn", "spawn"),
    ("Prelude.link", "link"),
    ("Prelude.unlink", "unlink"),
    ("Prelude.monitor", "monitor"),
    ("Prelude.demonitor", "demonitor"),
    ("Prelude.trap_exits", "trap_exits"),
    ("Prelude.kill", "kill"),
];

/// What keeps an executable of this program from running: the first use of each form.
pub fn unsupported(program: &Program) -> Vec<Diagnostic> {
    let mut found: Vec<ActorsUnsupported> = Vec::new();
    let blocks = program
        .functions
        .iter()
        .flat_map(|function| &function.blocks);
    for stmt in blocks.flat_map(|block| &block.stmts) {
        let Op::CallNative { native, .. } = &stmt.op else {
            continue;
        };
        let form = OF_SEVERAL.iter().find(|(name, _)| *name == native.name);
        let Some(&(_, form)) = form else {
            continue;
        };
        match found.iter_mut().find(|known| known.form == form) {
            Some(known) => {
                let place = |span: mesh_report::Span| (span.is_dummy(), span.file, span.start);
                if place(stmt.span) < place(known.span) {
                    known.span = stmt.span;
                }
            }
            None => found.push(ActorsUnsupported {
                form,
                span: stmt.span,
            }),
        }
    }
    let mut all: Vec<Diagnostic> = found.into_iter().map(Into::into).collect();
    mesh_report::sort(&mut all);
    all
}
