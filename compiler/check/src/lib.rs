//! Resolved modules to typed modules.
pub mod exhaustive;
pub mod program;
pub mod thir;
pub mod ty;
