//! Typed modules to Core, the monomorphic first-order IR.
pub mod ir;
