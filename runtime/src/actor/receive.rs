//! What an actor does with its mailbox: looks at what arrived, keeps what a `receive` may take, and
//! follows what others tell it about ends and watches.

use super::Actor;
use super::extra::Signal;
use crate::crash::Reason;
use crate::mailbox::queue::Node;
use crate::mailbox::saved::Saved;
use crate::message::{Call, Content, Control, Message, Owned};
use crate::sched::post::{answer, is_awaited, send_control};
use crate::sched::worker::Worker;
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;

/// What a `receive` looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The box of a value, which stays where it is.
    Message(*mut u8),
    Signal,
    /// Nothing yet.
    Nothing,
    /// Nothing, and the time is up.
    Over,
}

/// `Signal.raw_kind`.
const DOWN: i64 = 0;
/// `Signal.raw_kind`.
const EXIT: i64 = 1;

/// Calls that are kept before those that nobody waits for any more are looked for.
const FEW_CALLS: usize = 32;

impl Actor {
    /// The saved messages.
    ///
    /// # Safety
    /// The caller owns the actor, and is not within another use.
    #[allow(
        clippy::mut_from_ref,
        reason = "the owner is one thread at a time, see the module of the record"
    )]
    unsafe fn saved(&self) -> &mut Saved {
        // SAFETY: the caller's promise.
        unsafe { &mut *self.saved.get() }
    }

    /// The worker that runs it; for the owner, while it runs.
    pub fn on_worker(&self) -> &'static Worker {
        // SAFETY: an actor that runs does so on a worker, which lives for ever.
        unsafe { &*self.worker.get() }
    }

    /// Whether a worker runs it, and so lets others run while it waits.
    pub fn is_on_worker(&self) -> bool {
        !self.worker.get().is_null()
    }

    /// About how many messages are in the queue, for one whose push found that so many had come.
    pub fn mailbox_of(&self, count: u32) -> u32 {
        self.front.left_of(count)
    }

    /// A `receive` begins, which is over at `deadline`.
    ///
    /// # Safety
    /// The caller owns the actor.
    pub unsafe fn begin_receive(&self, deadline: u64) {
        // SAFETY: the caller's promise.
        unsafe { self.saved() }.rewind();
        self.deadline.set(deadline);
        self.handled.set(null_mut());
    }

    /// What the `receive` looks at next.
    ///
    /// # Errors
    /// Why the actor has to end now.
    ///
    /// # Safety
    /// The caller owns the actor, which runs on a worker.
    #[inline]
    pub unsafe fn look(&self) -> Result<Found, Reason> {
        // SAFETY: the caller's promise; what is popped is ours, and is a message.
        unsafe {
            if self.saved().is_empty() {
                match self.queue.pop(&self.front) {
                    Some(node) => {
                        if let Some(value) = Message::of_node(node).sent_value() {
                            self.saved().save(node);
                            return Ok(Found::Message(value));
                        }
                        self.admit(node)?;
                    }
                    None if self.deadline.get() == u64::MAX => return Ok(Found::Nothing),
                    None => {}
                }
            }
            self.look_on()
        }
    }

    /// As [`Actor::look`], where there is more to do.
    #[inline(never)]
    unsafe fn look_on(&self) -> Result<Found, Reason> {
        loop {
            // SAFETY: the caller's promise; nodes in the queue are messages, and what is popped is ours.
            unsafe {
                if let Some(node) = self.saved().current() {
                    match self.show(node) {
                        Some(found) => return Ok(found),
                        None => drop(self.take_current()),
                    }
                    continue;
                }
                match self.queue.pop(&self.front) {
                    Some(node) => self.admit(node)?,
                    None => break,
                }
            }
        }
        let deadline = self.deadline.get();
        let over = match deadline {
            u64::MAX => false,
            0 => true,
            _ => crate::sched::clock::now() >= deadline,
        };
        Ok(if over { Found::Over } else { Found::Nothing })
    }

    /// Takes everything out of the queue, for what is in it for the runtime.
    ///
    /// # Errors
    /// Why the actor has to end now.
    ///
    /// # Safety
    /// As for [`Actor::look`].
    pub unsafe fn drain(&self) -> Result<(), Reason> {
        // SAFETY: as in `look`.
        unsafe {
            while let Some(node) = self.queue.pop(&self.front) {
                self.admit(node)?;
            }
        }
        Ok(())
    }

    /// What a saved message is to a `receive`; nothing if it is void by now.
    unsafe fn show(&self, node: NonNull<Node>) -> Option<Found> {
        // SAFETY: saved messages are the actor's.
        let message = unsafe { Message::of_node(node) };
        if let Some(value) = message.value() {
            // A call whose caller has given up is passed over for good.
            let call = message.call();
            return (call.is_none() || is_awaited(self.on_worker(), call))
                .then_some(Found::Message(value));
        }
        match message.control() {
            Some(Control::Exit { from, reason, .. } | Control::Stop { from, reason }) => {
                // SAFETY: the caller owns the actor.
                unsafe { self.show_signal(EXIT, 0, *from, reason) };
                Some(Found::Signal)
            }
            Some(Control::Down {
                from,
                number,
                reason,
            }) => {
                // SAFETY: as above.
                let watches = unsafe { self.if_extra(|extra| extra.links.watches(*number)) };
                if watches != Some(true) {
                    return None;
                }
                // SAFETY: as above.
                unsafe { self.show_signal(DOWN, *number, *from, reason) };
                Some(Found::Signal)
            }
            _ => None,
        }
    }

    unsafe fn show_signal(&self, kind: i64, monitor: u64, pid: u64, reason: &Arc<Reason>) {
        // SAFETY: the caller owns the actor.
        unsafe {
            self.with_extra(|extra| {
                extra.signal = Signal { kind, monitor, pid };
                extra.reason = Some(Arc::clone(reason));
            });
        }
    }

    /// Passes over the message that the `receive` looks at.
    ///
    /// # Safety
    /// The caller owns the actor.
    pub unsafe fn skip_current(&self) {
        // SAFETY: the caller's promise.
        unsafe { self.saved() }.skip();
    }

    /// Takes out the message that the `receive` looks at.
    ///
    /// # Safety
    /// The caller owns the actor.
    pub unsafe fn take_current(&self) -> Option<Owned> {
        // SAFETY: the caller's promise; saved messages are the actor's.
        let message = unsafe { Owned::from_node(self.saved().take()?) };
        self.limits.left(&message);
        if let Some(Control::Down { number, .. }) = message.control() {
            // SAFETY: the caller's promise.
            unsafe { self.if_extra(|extra| extra.links.unwatch(*number)) };
        }
        Some(message)
    }

    /// A message was received by this call, or none: it is the one to answer.
    ///
    /// # Safety
    /// The caller owns the actor.
    pub unsafe fn now_answers(&self, call: Call) {
        let before = self.unanswered.replace(call);
        if !before.is_none() {
            // SAFETY: the caller's promise.
            unsafe {
                self.with_extra(|extra| keep_call(self.on_worker(), &mut extra.open_calls, before))
            };
        }
    }

    /// A call has been answered.
    ///
    /// # Safety
    /// The caller owns the actor.
    pub unsafe fn has_answered(&self, call: Call) {
        if self.unanswered.get() == call {
            self.unanswered.set(Call::NONE);
            return;
        }
        // SAFETY: the caller's promise.
        unsafe { self.if_extra(|extra| extra.open_calls.retain(|open| *open != call)) };
    }

    /// Follows a message for the runtime, or saves it for a `receive`.
    unsafe fn admit(&self, node: NonNull<Node>) -> Result<(), Reason> {
        // SAFETY: the node was popped, so it is ours.
        let Some(control) = (unsafe { Message::of_node(node) }).control() else {
            // SAFETY: as above.
            unsafe { self.saved().save(node) };
            return Ok(());
        };
        // SAFETY: the caller owns the actor.
        let keep = unsafe { self.follow(control) };
        if let Ok(true) = keep {
            // SAFETY: as above.
            unsafe { self.saved().save(node) };
        } else {
            // SAFETY: as above.
            drop(unsafe { Owned::from_node(node) });
        }
        keep.map(|_| ())
    }

    /// Whether a `receive` may see it.
    unsafe fn follow(&self, control: &Control) -> Result<bool, Reason> {
        // SAFETY: the caller owns the actor.
        unsafe {
            match control {
                Control::Link { from, number } => {
                    self.with_extra(|extra| extra.links.linked(*from, *number));
                    Ok(false)
                }
                Control::Unlink { from, link } => {
                    self.if_extra(|extra| extra.links.unlinked(*from, *link));
                    Ok(false)
                }
                Control::Exit { from, link, reason } => {
                    let stood = self.if_extra(|extra| extra.links.exited(*from, *link));
                    if stood != Some(true) {
                        return Ok(false);
                    }
                    self.told_to_end(*from, reason)
                }
                Control::Stop { from, reason } => self.told_to_end(*from, reason),
                Control::Monitor { from, number } => {
                    self.with_extra(|extra| extra.links.watchers.push((*from, *number)));
                    Ok(false)
                }
                Control::Demonitor { from, number } => {
                    let watch = (*from, *number);
                    self.if_extra(|extra| extra.links.watchers.retain(|known| *known != watch));
                    Ok(false)
                }
                Control::Down { number, .. } => {
                    Ok(self.if_extra(|extra| extra.links.watches(*number)) == Some(true))
                }
            }
        }
    }

    /// An exit that counts has come from `from`.
    fn told_to_end(&self, from: u64, reason: &Arc<Reason>) -> Result<bool, Reason> {
        if self.ending.get() {
            return Ok(false);
        }
        if self.traps.get() {
            return Ok(true);
        }
        if reason.is_normal() {
            return Ok(false);
        }
        Err(Reason::Linked {
            from,
            reason: Arc::clone(reason),
        })
    }

    /// The mailbox of an actor that has ended: whoever waits for something gets to know. `own` is the
    /// pid that it had.
    ///
    /// # Safety
    /// The caller owns the actor, whose queue is open, and which the table no longer finds.
    pub unsafe fn close_mailbox(&self, own: u64, reason: &Arc<Reason>) {
        // SAFETY: the caller's promise.
        unsafe {
            self.saved().rewind();
            while let Some(node) = self.saved().take() {
                self.refuse(own, Owned::from_node(node), reason);
            }
            for node in self.queue.close(&self.front) {
                self.refuse(own, Owned::from_node(node), reason);
            }
        }
    }

    unsafe fn refuse(&self, own: u64, message: Owned, reason: &Arc<Reason>) {
        let worker = self.on_worker();
        crate::sched::post::refuse(worker, own, message, reason);
    }

    /// Ends links and watches, and answers calls: tells those on the other side. `from` is the pid that it
    /// had.
    ///
    /// # Safety
    /// The caller owns the actor, which the table no longer finds.
    pub unsafe fn tell_of_end(&self, from: u64, reason: &Arc<Reason>) {
        let worker = self.on_worker();
        let last = self.unanswered.replace(Call::NONE);
        if !last.is_none() {
            answer(
                worker,
                last,
                Message::new(Content::Down(Arc::clone(reason))),
            );
        }
        // SAFETY: the caller's promise.
        let Some(mut extra) = (unsafe { self.take_extra() }) else {
            return;
        };
        for call in extra.open_calls.drain(..) {
            answer(
                worker,
                call,
                Message::new(Content::Down(Arc::clone(reason))),
            );
        }
        for (pid, link) in extra.links.take_links() {
            let reason = Arc::clone(reason);
            send_control(worker, pid, Control::Exit { from, link, reason });
        }
        for (pid, number) in extra.links.watchers.drain(..) {
            let reason = Arc::clone(reason);
            send_control(
                worker,
                pid,
                Control::Down {
                    from,
                    number,
                    reason,
                },
            );
        }
    }
}

/// Remembers a call that may have to be answered at the end; forgets those that nobody waits for any
/// more whenever there are twice as many as were left the last time.
fn keep_call(worker: &Worker, open: &mut Vec<Call>, call: Call) {
    if open.len() >= FEW_CALLS && open.len() == open.capacity() {
        open.retain(|call| is_awaited(worker, *call));
        open.reserve(open.len().max(FEW_CALLS));
    }
    open.push(call);
}
