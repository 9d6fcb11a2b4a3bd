//! Names of actors, with the types that they were registered for.
//!
//! # Why it is right
//!
//! *No name stays behind its actor.* One that ends is first hidden from the table; then comes a SeqCst
//! fence, then it reads its [`Mark`], and loses its names, under the lock, if it is marked. `register`
//! marks it, then a SeqCst fence, then looks in the table again, all under the lock. So one of the two sees
//! the other: either `register` finds that the actor has ended, or the end finds the mark, waits for the
//! lock, and then finds the name.
//!
//! A mark stays where there is no name: it costs the end of that actor a look.

use crate::sync::atomic::{AtomicU8, Relaxed, SeqCst, fence};
use crate::sync::{Mutex, lock};
use std::collections::HashMap;

/// In an actor's record: whether it may have names.
pub struct Mark(AtomicU8);

impl Mark {
    #[allow(clippy::new_without_default, reason = "made with its record")]
    pub fn new() -> Mark {
        Mark(AtomicU8::new(0))
    }

    /// The record becomes a new actor's, which nobody knows yet.
    pub fn clear(&self) {
        self.0.store(0, Relaxed);
    }
}

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

/// Why an actor did not get a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// An actor has it.
    Taken,
    /// The actor has ended.
    Ended,
}

struct Entry {
    pid: u64,
    types: Types,
}

/// See the module's comment.
#[derive(Default)]
pub struct Names(Mutex<Known>);

#[derive(Default)]
struct Known {
    entries: HashMap<String, Entry>,
    /// The names of each actor that has any.
    of_pids: HashMap<u64, Vec<String>>,
}

impl Names {
    /// Gives an actor, whose record has this mark, a name; `lives` looks for it in the table.
    ///
    /// # Errors
    /// Why it did not get it.
    pub fn register(
        &self,
        name: &str,
        pid: u64,
        types: Types,
        mark: &Mark,
        lives: impl FnOnce() -> bool,
    ) -> Result<(), Refused> {
        let mut known = lock(&self.0);
        if known.entries.contains_key(name) {
            return Err(Refused::Taken);
        }
        mark.0.store(1, Relaxed);
        fence(SeqCst);
        if !lives() {
            return Err(Refused::Ended);
        }
        known.entries.insert(name.to_owned(), Entry { pid, types });
        known.of_pids.entry(pid).or_default().push(name.to_owned());
        Ok(())
    }

    /// An actor has ended, and is in the table no longer: its names are free.
    pub fn ended(&self, pid: u64, mark: &Mark) {
        fence(SeqCst);
        if mark.0.load(Relaxed) == 0 {
            return;
        }
        let mut known = lock(&self.0);
        for name in known.of_pids.remove(&pid).unwrap_or_default() {
            known.entries.remove(&name);
        }
    }

    /// Whether a living actor has a name.
    pub fn is_taken(&self, name: &str) -> bool {
        lock(&self.0).entries.contains_key(name)
    }

    /// The actor of a name.
    ///
    /// # Errors
    /// Both types for the eye, if the name is one of another type.
    pub fn find(&self, name: &str, asked: &Types) -> Result<Option<u64>, String> {
        let known = lock(&self.0);
        let Some(Entry { pid, types }) = known.entries.get(name) else {
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
    pub fn of(&self, pid: u64, mark: &Mark) -> Vec<String> {
        if mark.0.load(Relaxed) == 0 {
            return Vec::new();
        }
        lock(&self.0).of_pids.get(&pid).cloned().unwrap_or_default()
    }
}
