//! Names of actors on this node, with the types that they were registered for.
//!
//! An actor that ends is first hidden from the table and then, if it is marked as named, loses its
//! names. `register` marks it and then looks in the table again, under the lock. So either `register`
//! finds that the actor has ended, or the end finds the mark, and then the names.

use crate::sched::worker::Worker;
use std::collections::HashMap;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// The types of a pid, as a name remembers them.
pub struct Types {
    /// Message and reply type; 0 where a type is not compared.
    keys: (i64, i64),
    /// The same for the eye.
    text: String,
}

impl Types {
    pub fn new(keys: (i64, i64), message: &str, reply: &str) -> Types {
        Types {
            keys,
            text: [message, ", ", reply].concat(),
        }
    }
}

struct Entry {
    pid: u64,
    types: Types,
}

#[derive(Default)]
struct Names {
    entries: HashMap<String, Entry>,
    /// The names of each actor that has any.
    of_pids: HashMap<u64, Vec<String>>,
}

static NAMES: LazyLock<Mutex<Names>> = LazyLock::new(Mutex::default);

fn names() -> MutexGuard<'static, Names> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives a living actor a name; `false` if the name is taken, or the actor has ended.
pub fn register(worker: &Worker, name: &str, pid: u64, types: Types) -> bool {
    let Some(actor) = worker.find(pid) else {
        return false;
    };
    let mut names = names();
    if names.entries.contains_key(name) {
        return false;
    }
    actor.named.store(true, SeqCst);
    // From here on the actor's end waits for the lock.
    if worker.find(pid).is_none() {
        return false;
    }
    names.entries.insert(name.to_owned(), Entry { pid, types });
    names.of_pids.entry(pid).or_default().push(name.to_owned());
    true
}

/// Whether a living actor has a name.
pub fn is_taken(name: &str) -> bool {
    names().entries.contains_key(name)
}

/// The actor of a name.
///
/// # Errors
/// Both types for the eye, if the name is one of another type.
pub fn find(name: &str, asked: &Types) -> Result<Option<u64>, String> {
    let names = names();
    let Some(Entry { pid, types }) = names.entries.get(name) else {
        return Ok(None);
    };
    let differ = |a: i64, b: i64| a != 0 && b != 0 && a != b;
    if differ(types.keys.0, asked.keys.0) || differ(types.keys.1, asked.keys.1) {
        let parts = [
            "\"",
            name,
            "\" is the name of a Pid<",
            &types.text,
            ">, not of a Pid<",
            &asked.text,
            ">",
        ];
        return Err(parts.concat());
    }
    Ok(Some(*pid))
}

/// The names of an actor, in the order in which it got them.
pub fn of(pid: u64) -> Vec<String> {
    names().of_pids.get(&pid).cloned().unwrap_or_default()
}

/// Frees the names of an actor that has ended.
pub fn forget(pid: u64) {
    let mut names = names();
    for name in names.of_pids.remove(&pid).unwrap_or_default() {
        names.entries.remove(&name);
    }
}
