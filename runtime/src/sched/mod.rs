//! Scheduling: which actor runs when, and on which worker.

pub mod clock;
pub mod idle;
pub mod post;
pub mod queues;
pub mod slot;
pub mod state;
pub mod worker;
