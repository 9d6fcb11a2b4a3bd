//! Which programs the runtime can run: today those of one actor.

use crate::diagnostics::ActorsUnsupported;
use crate::ir::{Op, Program};
use mesh_report::Diagnostic;

/// The natives for which there must be a second actor, and what a user calls them; first what starts
/// one.
const OF_SEVERAL: &[(&str, &str)] = &[
    ("rt.spawn", "spawn"),
    ("Prelude.link", "link"),
    ("Prelude.unlink", "unlink"),
    ("Prelude.monitor", "monitor"),
    ("Prelude.demonitor", "demonitor"),
    ("Prelude.trap_exits", "trap_exits"),
    ("Prelude.kill", "kill"),
    ("Supervisor.start", "supervisor"),
    ("Supervisor.current", "supervisor"),
    ("Supervisor.on_terminate", "terminate"),
];

/// What keeps an executable of this program from running: the first use of such a form. One is said,
/// for the others follow from it: without `spawn` there is nobody to link or to watch.
pub fn unsupported(program: &Program) -> Option<Diagnostic> {
    let blocks = program
        .functions
        .iter()
        .flat_map(|function| &function.blocks);
    let stmts = blocks.flat_map(|block| &block.stmts);
    let uses = stmts.filter_map(|stmt| {
        let Op::CallNative { native, .. } = &stmt.op else {
            return None;
        };
        let rank = OF_SEVERAL
            .iter()
            .position(|(name, _)| *name == native.name)?;
        let span = stmt.span;
        Some(((rank, span.is_dummy(), span.file, span.start), span))
    });
    let ((rank, ..), span) = uses.min_by_key(|(place, _)| *place)?;
    let form = OF_SEVERAL[rank].1;
    Some(ActorsUnsupported { form, span }.into())
}
