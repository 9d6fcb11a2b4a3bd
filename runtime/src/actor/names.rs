//! The names of this node's actors.

use super::Actor;
use crate::names::{Names, Refused, Types};
use crate::sched::worker::Worker;
use std::sync::LazyLock;

static NAMES: LazyLock<Names> = LazyLock::new(Names::default);

/// Gives a living actor a name.
///
/// # Errors
/// The name is taken, or the actor has ended.
pub fn register(worker: &Worker, name: &str, pid: u64, types: Types) -> Result<(), Refused> {
    let Some(actor) = worker.find(pid) else {
        return Err(Refused::Ended);
    };
    let lives = || worker.find(pid).is_some();
    NAMES.register(name, pid, types, &actor.named, lives)
}

/// Whether a living actor has a name.
pub fn is_taken(name: &str) -> bool {
    NAMES.is_taken(name)
}

/// The actor of a name.
///
/// # Errors
/// Both types for the eye, if the name is one of another type.
pub fn find(name: &str, asked: &Types) -> Result<Option<u64>, String> {
    NAMES.find(name, asked)
}

/// The names of an actor that has not ended yet, in the order in which it got them.
pub fn of(actor: &Actor) -> Vec<String> {
    NAMES.of(actor.pid(), &actor.named)
}

/// Frees the names of an actor that had this pid, and is in the table no longer.
pub fn ended(actor: &Actor, pid: u64) {
    NAMES.ended(pid, &actor.named);
}
