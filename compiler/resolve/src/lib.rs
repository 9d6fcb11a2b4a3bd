//! Trees to resolved modules.
pub mod diagnostics;
pub mod hir;
