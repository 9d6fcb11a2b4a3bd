//! What is known of the whole program before bodies are checked, and the schemes as they come.

use mesh_resolve::hir::World;
use std::sync::Arc;

/// Headers of all items, the impl table, and the schemes of functions.
#[derive(Debug)]
pub struct Env {
    pub world: Arc<World>,
}
