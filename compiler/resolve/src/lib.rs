//! Trees to resolved modules.
pub mod hir;
