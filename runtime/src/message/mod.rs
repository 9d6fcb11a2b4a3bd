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
use crate::heap::measure::{LINK, Size, copy_words, link, measure, pairs, plain, relink};
use crate::heap::{Heap, HeapFull, bump};
use crate::mailbox::queue::Node;
use fragment::{Fragment, SMALL};
use mesh_abi::context::Context;
use std::alloc::{Layout, handle_alloc_error};
use std::fmt;
use std::ops::Deref;
use std::ptr::{NonNull, drop_in_place, null_mut};
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

/// What a message says, unless it is the copy of a box that refers to nothing: most are, and stand without this.
pub enum Content {
    /// A value for a `receive`, or the answer to a call.
    Value(Fragment),
    /// What the runtime looks at; exits and ends of what is watched then wait for a `receive`.
    Control(Control),
    /// Instead of an answer: the callee has ended.
    Down(Arc<Reason>),
}

/// See the module's comment. Behind it stand, in its block, the bytes of a plain value, or else its [`Content`] and the
/// memory of a small value. A plain value is a box that refers to nothing, or to one object that refers to nothing and stands
/// behind it.
#[repr(C)]
pub struct Message {
    /// Keeps the [`Shape`].
    node: Node,
    /// The call that its value came by.
    call: Call,
}

/// What a message looks like, in the 32 bits that its node keeps.
#[derive(Clone, Copy)]
struct Shape(u32);

impl Shape {
    const ASKED: u32 = 1 << 8;
    const LINKED: u32 = 1 << 9;
    const COUNTED: u32 = 1 << 10;
    const PLAIN: u32 = 16;

    /// Of a block of `size` bytes. `plain`: bytes of a plain value behind the message, 0 where there is a content.
    #[inline]
    fn new(size: usize, plain: usize, asked: bool) -> Shape {
        let steps = size.div_ceil(blocks::STEP) as u32;
        let asked = if asked { Shape::ASKED } else { 0 };
        Shape(steps | asked | (plain as u32) << Shape::PLAIN)
    }

    #[inline]
    fn size(self) -> usize {
        (self.0 as u8) as usize * blocks::STEP
    }

    #[inline]
    fn plain(self) -> usize {
        (self.0 >> Shape::PLAIN) as usize
    }

    #[inline]
    fn is_asked(self) -> bool {
        self.0 & Shape::ASKED != 0
    }

    /// Whether the box of a plain value refers to an object behind it.
    #[inline]
    fn is_linked(self) -> bool {
        self.0 & Shape::LINKED != 0
    }
}

const HEAD: usize = size_of::<Message>();
/// Where the memory of a small value begins.
const BEHIND: usize = HEAD + size_of::<Content>();
const _: () = assert!(HEAD == 32 && BEHIND + SMALL <= blocks::LARGEST);
const _: () = assert!(align_of::<Content>() <= align_of::<Message>());

/// A message that is nobody else's.
pub struct Owned(NonNull<Message>);

// SAFETY: what a message refers to is its own.
unsafe impl Send for Owned {}
// SAFETY: a message that is shared is only read.
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
        let shape = self.shape();
        // SAFETY: ours alone, from a block of this size; where there is a content, it is dropped once.
        unsafe {
            if shape.plain() == 0 {
                drop_in_place(self.0.add(1).cast::<Content>().as_ptr());
            }
            blocks::give(self.0.cast(), shape.size());
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
        Message::sized(BEHIND, content, Call::NONE, false)
            .unwrap_or_else(|_| handle_alloc_error(Layout::new::<Message>()))
    }

    fn sized(size: usize, content: Content, call: Call, asked: bool) -> Result<Owned, HeapFull> {
        let block = blocks::take(size).ok_or(HeapFull)?.cast::<Message>();
        // SAFETY: fresh memory, with room for a message and a content.
        unsafe {
            block.add(1).cast::<Content>().write(content);
            let node = Node::new(Shape::new(size, 0, asked).0);
            block.write(Message { node, call });
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
        // SAFETY: the caller's promise.
        let (bytes, object) = match unsafe { plain(root, SMALL) } {
            Some(bytes) => (bytes, None),
            // SAFETY: as above.
            None => match unsafe { link(root, SMALL) } {
                Some((object, bytes)) => (bytes, object),
                // SAFETY: as above.
                None => return unsafe { Message::of_any(root, call, asked) },
            },
        };
        let block = blocks::take(HEAD + bytes).ok_or(HeapFull)?;
        let block = block.cast::<Message>();
        let mut shape = Shape::new(HEAD + bytes, bytes, asked);
        // SAFETY: fresh memory, with so many bytes behind the message, to which those of the box and its object are copied.
        unsafe {
            let start = block.add(1).as_ptr().cast::<u8>();
            match object {
                None => copy_words(root, start, bytes),
                Some(object) => {
                    shape.0 |= Shape::LINKED;
                    copy_words(root, start, LINK);
                    relink(start);
                    copy_words(object, start.add(LINK), bytes - LINK);
                }
            }
            let node = Node::new(shape.0);
            block.write(Message { node, call });
        }
        Ok(Owned(block))
    }

    /// # Safety
    /// As for [`Message::of`].
    #[cold]
    unsafe fn of_any(root: *mut u8, call: Call, asked: bool) -> Result<Owned, HeapFull> {
        let with = |size, value| Message::sized(size, Content::Value(value), call, asked);
        // SAFETY: the caller's promise.
        match unsafe { measure(root, SMALL) } {
            Some(Size {
                bytes: 0,
                frozen: false,
            }) => with(BEHIND, Fragment::bare(root)),
            Some(Size { bytes, .. }) => {
                let message = with(BEHIND + bytes, Fragment::bare(root))?;
                // SAFETY: the caller's promise. The block has so many bytes behind the content, which is
                // nobody else's.
                unsafe {
                    let content = message.0.add(1).cast::<Content>();
                    let value = Fragment::behind(root, content.add(1).cast(), bytes)?;
                    *content.as_ptr() = Content::Value(value);
                }
                Ok(message)
            }
            None => {
                // SAFETY: the caller's promise.
                let value = unsafe { Fragment::large(root) }?;
                with(BEHIND, value)
            }
        }
    }

    #[inline]
    fn shape(&self) -> Shape {
        Shape(self.node.kept())
    }

    /// Bytes of a box behind the message that refers to nothing.
    #[inline]
    fn plain(&self) -> usize {
        self.shape().plain()
    }

    /// The link of the message, while it is in no queue.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// What it says; nothing where it is a plain value.
    fn content(&self) -> Option<&Content> {
        // SAFETY: where no plain value is behind the message, a content is.
        (self.plain() == 0).then(|| unsafe { NonNull::from(self).add(1).cast().as_ref() })
    }

    /// What it tells the runtime, if it does.
    pub fn control(&self) -> Option<&Control> {
        match self.content()? {
            Content::Control(control) => Some(control),
            _ => None,
        }
    }

    /// Why the callee has ended, if it says that.
    pub fn down(&self) -> Option<&Arc<Reason>> {
        match self.content()? {
            Content::Down(reason) => Some(reason),
            _ => None,
        }
    }

    /// The box of its value, if it has one.
    #[inline]
    pub fn value(&self) -> Option<*mut u8> {
        if self.plain() != 0 {
            return Some(NonNull::from(self).as_ptr().wrapping_add(1).cast());
        }
        self.fragment().map(Fragment::root)
    }

    /// The box of its value, if it came by `send`.
    #[inline]
    pub fn sent_value(&self) -> Option<*mut u8> {
        if self.call.is_none() {
            self.value()
        } else {
            None
        }
    }

    fn fragment(&self) -> Option<&Fragment> {
        match self.content()? {
            Content::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The call that its value came by.
    #[inline]
    pub fn call(&self) -> Call {
        self.call
    }

    /// Whether the call is answered through the handle that is in the value.
    #[inline]
    pub fn is_asked(&self) -> bool {
        self.shape().is_asked()
    }

    /// Bytes of memory that its value takes, with the large texts that it refers to.
    #[inline]
    pub fn bytes(&self) -> usize {
        match self.plain() {
            0 => self
                .fragment()
                .map_or(0, |value| value.bytes() + value.text_bytes()),
            bytes => bytes,
        }
    }

    /// Whether its value has memory besides the message's.
    #[inline]
    pub fn is_large(&self) -> bool {
        self.fragment().is_some_and(Fragment::is_large)
    }

    /// Whether its place in the receiver's mailbox is counted.
    #[inline]
    pub fn is_counted(&self) -> bool {
        self.shape().0 & Shape::COUNTED != 0
    }

    /// Calls `visit` with every two words that follow each other in what the value takes.
    pub fn pairs(&self, mut visit: impl FnMut(u64, u64)) {
        let bytes = self.plain();
        match self.fragment() {
            Some(value) => value.pairs(visit),
            // SAFETY: so many bytes stand behind the message.
            None => unsafe {
                pairs(
                    NonNull::from(self).add(1).cast().as_ptr(),
                    bytes,
                    &mut visit,
                )
            },
        }
    }

    /// Copies a plain value.
    ///
    /// # Safety
    /// There is one, and as many bytes as it has at `to`, aligned to 8.
    #[inline]
    unsafe fn copy_plain(&self, to: *mut u8) {
        let shape = self.shape();
        // SAFETY: the caller's promise; so many bytes stand behind the message.
        unsafe {
            copy_words(
                NonNull::from(self).add(1).cast().as_ptr(),
                to,
                shape.plain(),
            );
            if shape.is_linked() {
                relink(to);
            }
        }
    }

    /// A copy of its value in a heap: the box, null where there is none. The message stays.
    ///
    /// # Errors
    /// The heap is full.
    ///
    /// # Safety
    /// `heap` and `context` are the running actor's.
    pub unsafe fn copy_to(
        &self,
        heap: &mut Heap,
        context: *mut Context,
    ) -> Result<*mut u8, HeapFull> {
        if let Some(value) = self.fragment() {
            // SAFETY: the caller's promise.
            return unsafe { value.copy_to(heap, context) };
        }
        match self.plain() {
            0 => Ok(null_mut()),
            bytes => {
                // SAFETY: the caller's promise. So many bytes stand behind the message, and so many are fresh.
                unsafe {
                    let to = heap.allocate(context, bytes)?.as_ptr();
                    self.copy_plain(to);
                    Ok(to)
                }
            }
        }
    }
}

impl Owned {
    /// Its place in the receiver's mailbox is counted.
    pub fn set_counted(&mut self) {
        let shape = self.shape().0 | Shape::COUNTED;
        // SAFETY: the message is ours alone, and in no queue.
        unsafe { self.0.as_mut() }.node.keep(shape);
    }

    /// Moves a plain value into the heap, if there is room for it at hand; else gives the message back.
    ///
    /// # Safety
    /// `context` is the running actor's.
    #[inline]
    pub unsafe fn take_plain(self, context: *mut Context) -> Result<*mut u8, Owned> {
        let shape = self.shape();
        // SAFETY: the caller's promise; so many bytes are fresh. A plain message has nothing to drop, and is freed once.
        unsafe {
            if shape.plain() == 0 {
                return Err(self);
            }
            let Some(to) = bump(context, shape.plain()) else {
                return Err(self);
            };
            self.copy_plain(to.as_ptr());
            blocks::give(self.into_raw().cast(), shape.size());
            Ok(to.as_ptr())
        }
    }

    /// Moves the value into a heap: its box, null where there is none.
    ///
    /// # Errors
    /// The heap is full.
    ///
    /// # Safety
    /// `heap` and `context` are the running actor's.
    pub unsafe fn take_to(
        self,
        heap: &mut Heap,
        context: *mut Context,
    ) -> Result<*mut u8, HeapFull> {
        if self.plain() == 0 {
            // SAFETY: the message is ours alone, and has a content.
            let content = unsafe { self.0.add(1).cast::<Content>().as_mut() };
            if let Content::Value(value) = content {
                // SAFETY: the caller's promise.
                return unsafe { value.take_to(heap, context) };
            }
        }
        // SAFETY: as above.
        unsafe { self.copy_to(heap, context) }
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
