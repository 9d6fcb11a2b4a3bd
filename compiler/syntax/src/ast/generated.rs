//! The views that are made from `mesh.ungram`, in its sections.

mod actors;
mod exprs;
mod items;
mod names;
mod pats;
mod stmts;
mod types;

pub use actors::*;
pub use exprs::*;
pub use items::*;
pub use names::*;
pub use pats::*;
pub use stmts::*;
pub use types::*;
