//! The checked program: what Core specialises from.

use crate::thir;
use crate::ty::Ty;
use mesh_resolve::hir::{ImplId, InterfaceId, World};
use std::sync::Arc;

/// A whole program without errors.
#[derive(Debug)]
pub struct Checked {
    pub world: Arc<World>,
    /// By `ModuleId`.
    pub modules: Vec<Arc<thir::Module>>,
}

/// Which impl a concrete type has; the answer of [`crate::select_impl`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selected {
    /// An impl item and the types for its generics.
    Impl { id: ImplId, args: Vec<Ty> },
    /// `Eq`, `Ord`, `Hash`, `Debug` or `Display` by structure: Core makes it.
    Structural,
}

/// A request to find an impl: `args[0]` is the type itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Obligation {
    pub interface: InterfaceId,
    pub args: Vec<Ty>,
}
