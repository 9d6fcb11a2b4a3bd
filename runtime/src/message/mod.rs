//! Messages: what travels in a mailbox's queue, with the memory of the value that it carries.
//!
//! A message is made by its sender, belongs to the queue while it is in one, and then to the actor
//! that took it out or, where that has ended, to whoever finds the queue closed. The value is a deep
//! copy: it refers to nothing but itself and static data. What lies in a message may be read there; it
//! goes into the receiver's heap when `receive` takes it.
//!
//! A message is one [block](crate::blocks) of memory, and a small value stands in it behind the message itself.

pub mod fragment;

use crate::blocks;
use crate::crash::Reason;
use crate::heap::measure::{Size, copy_words, measure, plain};
use crate::heap::{Heap, HeapFull, bump};
use crate::mailbox::queue::Node;
use fragment::{Fragment, SMALL};
use mesh_abi::context::Context;
use std::alloc::{Layout, handle_alloc_error};
use std::fmt;
use std::ops::Deref;
use std::ptr::{NonNull, drop_in_place};
use std::sync::Arc;

/// The call that a message came by: who called, and the call's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    pub caller: u64,
    pub number: u64,
}

impl Call {
    /// What stands for a message that came by `send`.
    pub const NONE: Call = Call {
        caller: 0,
        number: 0,
    };

    /// The call of two words.
    pub fn from_words(words: [u64; 2]) -> Call {
        Call {
            caller: words[0],
            number: words[1],
        }
    }

    /// Whether this is [`Call::NONE`]; numbers begin with 1.
    pub fn is_none(self) -> bool {
        self.number == 0
    }
}

/// Both numbers of a link: the one that the sender gave it, and the one that the other side did;
/// 0 where a side gave none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkNumbers {
    pub own: u64,
    pub peer: u64,
}

/// What one actor tells another about ends and watches.
#[derive(Debug)]
pub enum Control {
    /// `from` has linked itself to the receiver.
    Link { from: u64, number: u64 },
    /// `from` has ended the link.
    Unlink { from: u64, link: LinkNumbers },
    /// `from`, which was linked, has ended.
    Exit {
        from: u64,
        link: LinkNumbers,
        reason: Arc<Reason>,
    },
    /// `from` asks the receiver to end, as if it were linked and had ended so.
    Stop { from: u64, reason: Arc<Reason> },
    /// `from` watches the receiver.
    Monitor { from: u64, number: u64 },
    /// `from` no longer does.
    Demonitor { from: u64, number: u64 },
    /// What the receiver watched under this number has ended.
    Down {
        from: u64,
        number: u64,
        reason: Arc<Reason>,
    },
}

/// What a message says.
pub enum Content {
    /// A value for a `receive`, or the answer to a call. `asked`: the call is not answered by `reply`,
    /// but through the handle that is in the value.
    Value {
        value: Fragment,
        call: Call,
        asked: bool,
    },
    /// What the runtime looks at; exits and ends of what is watched then wait for a `receive`.
    Control(Control),
    /// Instead of an answer: the callee has ended.
    Down(Arc<Reason>),
}

/// See the module's comment.
#[repr(C)]
pub struct Message {
    node: Node,
    /// Of its block.
    size: usize,
    content: Content,
}

const HEAD: usize = size_of::<Message>();
const _: () = assert!(HEAD.is_multiple_of(8) && HEAD + SMALL <= blocks::LARGEST);

/// A message that is its holder's alone.
pub struct Owned(NonNull<Message>);

// SAFETY: a message is its holder's alone.
unsafe impl Send for Owned {}
// SAFETY: shared, it is only read.
unsafe impl Sync for Owned {}

impl Deref for Owned {
    type Target = Message;

    #[inline]
    fn deref(&self) -> &Message {
        // SAFETY: a message is there until it is dropped.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for Owned {
    #[inline]
    fn drop(&mut self) {
        let size = self.size;
        let is_plain = self
            .value()
            .is_some_and(|value| value.plain_bytes().is_some());
        // SAFETY: ours alone, from a block of this size.
        unsafe {
            // Otherwise there is nothing to drop in it.
            if !is_plain {
                drop_in_place(self.0.as_ptr());
            }
            blocks::give(self.0.cast(), size);
        }
    }
}

impl fmt::Debug for Owned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Message")
    }
}

impl Message {
    /// A message that has no value.
    #[allow(clippy::new_ret_no_self, reason = "a message is had by its owner")]
    pub fn new(content: Content) -> Owned {
        // Such messages are how actors learn of each other's ends: none may get lost.
        Message::sized(HEAD, content)
            .unwrap_or_else(|_| handle_alloc_error(Layout::new::<Message>()))
    }

    #[inline]
    fn sized(size: usize, content: Content) -> Result<Owned, HeapFull> {
        let block = blocks::take(size).ok_or(HeapFull)?.cast::<Message>();
        let node = Node::new();
        // SAFETY: fresh memory, of at least the head's size.
        unsafe {
            block.write(Message {
                node,
                size,
                content,
            });
        }
        Ok(Owned(block))
    }

    /// A message with a copy of a box and of all that it refers to.
    ///
    /// # Errors
    /// The system is out of memory.
    ///
    /// # Safety
    /// `root` is null or a live box.
    #[inline]
    pub unsafe fn of(root: *mut u8, call: Call, asked: bool) -> Result<Owned, HeapFull> {
        let with = |value| Content::Value { value, call, asked };
        // SAFETY: the caller's promise.
        if let Some(bytes) = unsafe { plain(root, SMALL) } {
            let block = blocks::take(HEAD + bytes).ok_or(HeapFull)?;
            let block = block.cast::<Message>();
            // SAFETY: fresh memory, with so many bytes behind the message, to which those of the box are copied.
            unsafe {
                let start = block.add(1).as_ptr().cast();
                copy_words(root, start, bytes);
                block.write(Message {
                    node: Node::new(),
                    size: HEAD + bytes,
                    content: with(Fragment::plain(start, bytes)),
                });
            }
            return Ok(Owned(block));
        }
        // SAFETY: the caller's promise.
        match unsafe { measure(root, SMALL) } {
            Some(Size {
                bytes: 0,
                frozen: false,
            }) => Message::sized(HEAD, with(Fragment::bare(root))),
            Some(Size { bytes, .. }) => {
                let message = Message::sized(HEAD + bytes, with(Fragment::bare(root)))?;
                // SAFETY: the caller's promise. The block has so many bytes behind the message, which is
                // nobody else's.
                unsafe {
                    let start = message.0.add(1).cast();
                    let value = Fragment::behind(root, start, bytes)?;
                    (*message.0.as_ptr()).content = with(value);
                }
                Ok(message)
            }
            None => {
                // SAFETY: the caller's promise.
                let value = unsafe { Fragment::large(root) }?;
                Message::sized(HEAD, with(value))
            }
        }
    }

    /// The link of the message, while it is in no queue.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// What it says.
    #[inline]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// The box of its value, if it came by `send`.
    #[inline]
    pub fn sent_value(&self) -> Option<*mut u8> {
        match &self.content {
            Content::Value { value, call, .. } if call.is_none() => Some(value.root()),
            _ => None,
        }
    }

    /// Calls `visit` with every two words that follow each other in what the value takes.
    pub fn pairs(&self, visit: impl FnMut(u64, u64)) {
        if let Some(value) = self.value() {
            value.pairs(visit);
        }
    }

    /// Its value, if it has one.
    #[inline]
    pub fn value(&self) -> Option<&Fragment> {
        match &self.content {
            Content::Value { value, .. } => Some(value),
            _ => None,
        }
    }
}

impl Owned {
    /// Moves a value that refers to nothing into the heap, if there is room for it at hand.
    ///
    /// # Safety
    /// `context` is the running actor's.
    #[inline]
    pub unsafe fn take_plain(&self, context: *mut Context) -> Option<*mut u8> {
        let value = self.value()?;
        let bytes = value.plain_bytes()?;
        // SAFETY: the caller's promise; so many bytes are fresh.
        unsafe {
            let to = bump(context, bytes)?.as_ptr();
            copy_words(value.root(), to, bytes);
            Some(to)
        }
    }

    /// Moves the value into a heap: its box, null where there is none.
    ///
    /// # Errors
    /// The heap is full.
    ///
    /// # Safety
    /// `heap` and `context` are the running actor's.
    #[inline]
    pub unsafe fn take_to(
        self,
        heap: &mut Heap,
        context: *mut Context,
    ) -> Result<*mut u8, HeapFull> {
        // SAFETY: the message is ours alone; the caller's promise.
        unsafe {
            match &mut (*self.0.as_ptr()).content {
                Content::Value { value, .. } => value.take_to(heap, context),
                _ => Ok(std::ptr::null_mut()),
            }
        }
    }

    /// Gives the message away, to a queue or to one who waits for an answer.
    #[inline]
    pub fn into_raw(self) -> NonNull<Message> {
        let raw = self.0;
        std::mem::forget(self);
        raw
    }

    /// # Safety
    /// `raw` is from [`Owned::into_raw`], and is the caller's alone now.
    #[inline]
    pub unsafe fn from_raw(raw: NonNull<Message>) -> Owned {
        Owned(raw)
    }

    /// # Safety
    /// `node` is that of a message from [`Owned::into_raw`], which is the caller's alone now.
    #[inline]
    pub unsafe fn from_node(node: NonNull<Node>) -> Owned {
        // A message begins with its node.
        Owned(node.cast())
    }
}

impl Message {
    /// # Safety
    /// `node` is that of a message, which belongs to the caller and lives as long as it says.
    #[inline]
    pub unsafe fn of_node<'a>(node: NonNull<Node>) -> &'a Message {
        // SAFETY: a message begins with its node.
        unsafe { node.cast::<Message>().as_ref() }
    }
}
