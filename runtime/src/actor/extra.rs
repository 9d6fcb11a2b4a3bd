//! What only few actors have, made when it is first needed.

use super::guard::Guard;
use super::limits::Allowed;
use super::links::Links;
use super::stack::Segment;
use crate::crash::Reason;
use crate::message::{Call, Owned};
use crate::natives::json_writer::Texts;
use std::any::Any;
use std::sync::Arc;

/// A signal as `receive` shows it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signal {
    /// What `Signal.raw_kind` gives.
    pub kind: i64,
    pub monitor: u64,
    pub pid: u64,
}

/// See the module's comment.
#[derive(Default)]
pub struct Extra {
    /// Where running past the first stack continues.
    pub segment: Option<Segment>,
    /// The registration of its guard page.
    pub segment_guard: Option<Guard>,
    pub links: Links,
    /// Calls that were received, are not the last one, and may not have been answered.
    pub open_calls: Vec<Call>,
    /// Closures to run at the end, the last one first.
    pub terminate: Vec<*mut u8>,
    /// What it owns outside of its heap, such as sockets: dropped when it ends.
    pub owned: Vec<Box<dyn Any + Send>>,
    /// Closures that natives keep for it.
    pub kept: Vec<*mut u8>,
    /// The signal that `receive` looks at.
    pub signal: Signal,
    /// The reason at hand: of the signal that `receive` looks at, or of the call that failed.
    pub reason: Option<Arc<Reason>>,
    /// The cycle that the failed call would have closed.
    pub cycle: Vec<u64>,
    /// What the actors that it starts are allowed.
    pub allowed: Allowed,
    /// The answer to the last call.
    pub answer: Option<Owned>,
    /// JSON that it writes.
    pub json: Texts,
    /// Why the actor ends, and for the first one the exit code, while it runs its `terminate` section.
    pub ended: Option<(Arc<Reason>, i32)>,
}
