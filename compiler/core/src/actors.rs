//! Which programs the runtime can run: those without supervisors.

use crate::diagnostics::ActorsUnsupported;
use crate::ir::{Op, Program};
use mesh_report::Diagnostic;

/// The natives of what cannot run yet, and what a user calls them.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("Supervisor.start", "supervisor"),
    ("Supervisor.current", "supervisor"),
];

/// What keeps an executable of this program from running: the first use of such a form.
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
        let rank = UNSUPPORTED
            .iter()
            .position(|(name, _)| *name == native.name)?;
        let span = stmt.span;
        Some(((rank, span.is_dummy(), span.file, span.start), span))
    });
    let ((rank, ..), span) = uses.min_by_key(|(place, _)| *place)?;
    let form = UNSUPPORTED[rank].1;
    Some(ActorsUnsupported { form, span }.into())
}
