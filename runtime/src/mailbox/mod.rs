//! An actor's mailbox: the queue that everybody pushes to, and behind it what its owner took from
//! there and has not received yet.

pub mod queue;
pub mod saved;
