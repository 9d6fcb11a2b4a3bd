//! Resolved modules to typed modules.
pub mod program;
pub mod thir;
pub mod ty;
