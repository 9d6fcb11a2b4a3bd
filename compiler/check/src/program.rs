//! The checked program: what Core specialises from.

use crate::env::Env;
use crate::thir;
use crate::ty::Ty;
use mesh_resolve::hir::{FnId, ImplId, InterfaceId, World};
use std::sync::Arc;

/// A whole program without errors.
#[derive(Debug)]
pub struct Checked {
    pub world: Arc<World>,
    /// By `ModuleId`.
    pub modules: Vec<Arc<thir::Module>>,
    /// Headers of all items, the impl table, and the schemes of functions.
    pub env: Arc<Env>,
    /// A function may call itself at growing types through a method that its bounds leave open: whether it does is known
    /// only when the program is specialised.
    pub may_grow: bool,
}

/// What [`crate::check_program`] gives.
#[derive(Debug)]
pub struct CheckResult {
    /// `None` if there is an error.
    pub checked: Option<Checked>,
    /// Errors and warnings, sorted.
    pub diagnostics: Vec<mesh_report::Diagnostic>,
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

/// The function behind an interface's method for a selected impl: the answer of
/// [`crate::method_instance`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MethodInstance {
    /// A function with a body, a native or an intrinsic, and types for all its generics (the impl's
    /// or, for a default method, the interface's own, then the method's).
    Function { id: FnId, args: Vec<Ty> },
    /// A method of a [`Selected::Structural`] impl (or a default method of it that has no body).
    Structural,
}
