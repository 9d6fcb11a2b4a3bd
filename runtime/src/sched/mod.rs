//! Scheduling: which actor runs when, and on which worker.

pub mod state;
