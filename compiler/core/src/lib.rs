//! Typed modules to Core, the monomorphic first-order IR.
