//! Typed modules to Core, the monomorphic first-order IR.
//!
//! In: [`mesh_check::program::Checked`], a program without errors. Out: [`ir::Program`], in which no
//! type variable, interface, pattern or lambda survives; every function is an SSA graph that
//! [`verify`] accepts. It never reads files and knows nothing of what a value looks like in memory.

pub mod intrinsics;
pub mod ir;
