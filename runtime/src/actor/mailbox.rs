//! The mailbox of a program's one actor, which only that actor itself fills.
//!
//! Messages stand in order of arrival. A `receive` looks at each once: those it skipped stay where
//! they are, and the next `receive` begins with them again.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The object that holds a message.
pub type Message = *mut u8;

/// What a `receive` that has looked at everything does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Its time is up.
    Over,
    /// Goes on for so long.
    For(Duration),
    /// Has no end: nothing can wake the actor.
    Forever,
}

/// See the module's comment.
#[derive(Default)]
pub struct Mailbox {
    messages: VecDeque<Message>,
    /// How many the `receive` at hand has skipped.
    skipped: usize,
    /// When it gives up.
    deadline: Option<Instant>,
}

impl Mailbox {
    /// A message arrives.
    pub fn push(&mut self, message: Message) {
        self.messages.push_back(message);
    }

    /// A `receive` begins: milliseconds, or a negative number for no end.
    pub fn begin(&mut self, timeout: i64) {
        self.skipped = 0;
        let timeout = u64::try_from(timeout).ok().map(Duration::from_millis);
        // A time too far away to be said is no end.
        self.deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    }

    /// The message it looks at next.
    pub fn next(&self) -> Option<Message> {
        self.messages.get(self.skipped).copied()
    }

    /// It leaves that message where it is.
    pub fn skip(&mut self) {
        self.skipped += 1;
    }

    /// It takes that message.
    pub fn take(&mut self) -> Option<Message> {
        self.messages.remove(self.skipped)
    }

    /// How long there may still be something to wait for.
    pub fn wait(&self) -> Wait {
        let Some(deadline) = self.deadline else {
            return Wait::Forever;
        };
        match deadline.checked_duration_since(Instant::now()) {
            Some(left) if !left.is_zero() => Wait::For(left),
            _ => Wait::Over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(number: usize) -> Message {
        std::ptr::without_provenance_mut(number)
    }

    #[test]
    fn what_is_skipped_comes_first_again() {
        let mut mailbox = Mailbox::default();
        (1..=3).for_each(|number| mailbox.push(message(number)));
        mailbox.begin(-1);
        mailbox.skip();
        assert_eq!(mailbox.take(), Some(message(2)));
        mailbox.begin(-1);
        assert_eq!(mailbox.take(), Some(message(1)));
        mailbox.begin(0);
        assert_eq!(mailbox.next(), Some(message(3)));
        mailbox.skip();
        assert_eq!(mailbox.next(), None);
        assert_eq!(mailbox.wait(), Wait::Over);
    }

    #[test]
    fn an_end_beyond_all_time_is_none() {
        let mut mailbox = Mailbox::default();
        mailbox.begin(-1);
        assert_eq!(mailbox.wait(), Wait::Forever);
        mailbox.begin(60_000);
        assert!(matches!(mailbox.wait(), Wait::For(_)));
    }
}
