//! What specialising may still find wrong with a checked program. One file per diagnostic.

mod missing_operation;
mod runaway_instances;

pub use missing_operation::MissingOperation;
pub use runaway_instances::RunawayInstances;
