//! Messages: what travels in a mailbox's queue, with the memory of the value that it carries.
//!
//! A message is made by its sender, belongs to the queue while it is in one, and then to the actor
//! that took it out or, where that has ended, to whoever finds the queue closed. The value is a deep
//! copy: it refers to nothing but itself and static data. What lies in a message may be read there; it
//! goes into the receiver's heap when `receive` takes it.

pub mod fragment;

use crate::crash::Reason;
use crate::mailbox::queue::Node;
use fragment::Fragment;
use std::ptr::NonNull;
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
    pub content: Content,
}

/// A message that is its holder's alone.
pub type Owned = Box<Message>;

impl Message {
    /// A fresh message.
    pub fn new(content: Content) -> Owned {
        Box::new(Message {
            node: Node::new(),
            content,
        })
    }

    /// Gives the message away to a queue.
    pub fn into_node(message: Owned) -> NonNull<Node> {
        NonNull::from(Box::leak(message)).cast()
    }

    /// # Safety
    /// `node` is from [`Message::into_node`], and is the caller's alone now.
    pub unsafe fn from_node(node: NonNull<Node>) -> Owned {
        // SAFETY: a message begins with its node.
        unsafe { Box::from_raw(node.cast::<Message>().as_ptr()) }
    }

    /// # Safety
    /// `node` is from [`Message::into_node`], belongs to the caller and lives as long as it says.
    pub unsafe fn of_node<'a>(node: NonNull<Node>) -> &'a Message {
        // SAFETY: a message begins with its node.
        unsafe { node.cast::<Message>().as_ref() }
    }
}
