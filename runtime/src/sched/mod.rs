//! Scheduling: which actor runs when, and on which worker.

pub mod idle;
pub mod queues;
pub mod slot;
pub mod state;
