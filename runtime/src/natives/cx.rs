//! What a native's body may do with the actor that called it.

use crate::actor::Actor;
use crate::crash::{Reason, crash_by_unwinding};
use crate::heap::collect;
use crate::heap::counted::{self, PROXY_SIZE, Proxy};
use crate::heap::list::{List, STRING_BUFFER};
use crate::heap::string::{
    Bytes, Str, initialise, mesh_rt_bytes_desc, mesh_rt_string_desc, object_size,
};
use crate::heap::{HeapFull, bump};
use crate::sched::worker::Worker;
use mesh_abi::context::Context;
use mesh_abi::descriptor::ObjectDesc;
use mesh_abi::object::StringObject;
use std::ptr::NonNull;

/// The calling actor, for the time of the call.
pub struct Cx {
    context: NonNull<Context>,
}

impl Cx {
    /// # Safety
    /// `context` is the running actor's, and stays so while the value is used.
    #[inline]
    pub unsafe fn new(context: *mut Context) -> Cx {
        // SAFETY: a running actor has a context.
        let context = unsafe { NonNull::new_unchecked(context) };
        Cx { context }
    }

    /// The raw context.
    #[inline]
    pub fn context(&self) -> *mut Context {
        self.context.as_ptr()
    }

    /// The runtime's record of the actor.
    #[inline]
    pub fn actor(&self) -> &'static Actor {
        // SAFETY: `actor` points to the record of the running actor, which outlives its run; its
        // fields are cells that only the running actor uses.
        unsafe { &*(*self.context.as_ptr()).actor.cast::<Actor>() }
    }

    /// The worker that runs the actor.
    #[inline]
    pub fn worker(&self) -> &Worker {
        // SAFETY: an actor of a program runs on a worker, which lives for ever.
        unsafe { &*self.actor().worker.get() }
    }

    /// Serves what others ask of the actor.
    pub fn serve(&mut self) {
        // SAFETY: the actor runs this, on its own stack.
        if let Err(reason) = unsafe { self.actor().serve() } {
            self.crash(reason)
        }
    }

    /// Says that the actor has done something that others may see, which is where they may go on in
    /// deterministic mode.
    #[inline]
    pub fn cross(&mut self) {
        // SAFETY: the actor runs this, on its own stack.
        unsafe { self.actor().cross() };
    }

    /// Waits until something wakes the actor, at the latest at `deadline` on the scheduler's clock.
    pub fn wait(&mut self, deadline: u64) {
        self.worker().wake_at(self.actor(), deadline);
        // SAFETY: the actor runs this, on its own stack.
        if let Err(reason) = unsafe { self.actor().wait_on_stack() } {
            self.crash(reason)
        }
    }

    /// Ends the actor with a reason, after the destructors of the native's own frames.
    pub fn crash(&mut self, reason: Reason) -> ! {
        crash_by_unwinding(reason)
    }

    /// Fresh memory for an object, 8-byte aligned and not zeroed. The actor ends with `HeapLimit`
    /// if there is none.
    #[inline]
    pub fn allocate(&mut self, bytes: usize) -> NonNull<u8> {
        // SAFETY: the context is the running actor's.
        match unsafe { bump(self.context(), bytes) } {
            Some(memory) => memory,
            None => self.allocate_slow(bytes),
        }
    }

    /// As [`Cx::allocate`], when the bump region is known to have no room.
    pub fn allocate_slow(&mut self, bytes: usize) -> NonNull<u8> {
        // SAFETY: the context is the running actor's; no borrow of a heap outlives a native's own
        // statements.
        match unsafe { collect::allocate(self.context(), bytes) } {
            Ok(memory) => memory,
            Err(HeapFull) => self.crash(Reason::HeapLimit),
        }
    }

    /// Runs `f` while the objects whose addresses are among `words` count as held. Needed where these
    /// stand in memory of Rust's own, which the collector does not look at as it does at stacks.
    pub fn protect<R>(&mut self, words: &[u64], f: impl FnOnce(&mut Cx) -> R) -> R {
        struct Protection(&'static Actor);
        impl Drop for Protection {
            fn drop(&mut self) {
                self.0.heap.borrow_mut().unprotect();
            }
        }
        self.actor().heap.borrow_mut().protect(words);
        let _until_done = Protection(self.actor());
        f(self)
    }

    fn text_object(
        &mut self,
        desc: &'static ObjectDesc,
        len: usize,
        fill: impl FnOnce(&mut [u8]),
    ) -> NonNull<StringObject> {
        if len >= counted::LEAST {
            return self.counted_text(desc, len, fill);
        }
        let Some(size) = object_size(len) else {
            self.crash(Reason::HeapLimit)
        };
        let memory = self.allocate(size);
        // SAFETY: fresh memory of the object's size.
        let (object, bytes) = unsafe { initialise(memory, desc, len) };
        fill(bytes);
        object
    }

    /// A text whose bytes stand outside of the heap.
    fn counted_text(
        &mut self,
        desc: &'static ObjectDesc,
        len: usize,
        fill: impl FnOnce(&mut [u8]),
    ) -> NonNull<StringObject> {
        // SAFETY: the context is the running actor's.
        unsafe { collect::make_room(self.context(), len) };
        let full = self.actor().heap.borrow().is_full(len);
        let Some((fresh, bytes)) = counted::fresh(len).filter(|_| !full) else {
            self.crash(Reason::HeapLimit)
        };
        fill(bytes);
        let memory = self.allocate(PROXY_SIZE);
        // SAFETY: fresh memory of the proxy's size.
        let proxy = unsafe { fresh.proxy(memory, desc as *const ObjectDesc as u64) };
        self.keep(proxy)
    }

    fn keep(&mut self, proxy: NonNull<Proxy>) -> NonNull<StringObject> {
        let mut heap = self.actor().heap.borrow_mut();
        heap.add_proxy(proxy.as_ptr());
        proxy.cast()
    }

    /// A Mesh string with a part of a string's text: of a large one a slice, else a copy.
    pub fn part(&mut self, text: Str, part: &str) -> Str {
        let part_bytes = part.as_bytes();
        match self.slice(
            text.as_raw(),
            text.as_bytes(),
            part_bytes,
            &mesh_rt_string_desc,
        ) {
            // SAFETY: a part of a string that is a text.
            Some(slice) => unsafe { Str::from_raw(slice) },
            None => self.string(part),
        }
    }

    /// Mesh `Bytes` with a part of others, as [`Cx::part`].
    pub fn bytes_part(&mut self, bytes: Bytes, part: &[u8]) -> Bytes {
        match self.slice(bytes.as_raw(), bytes.as_bytes(), part, &mesh_rt_bytes_desc) {
            // SAFETY: a part of bytes.
            Some(slice) => unsafe { Bytes::from_raw(slice) },
            None => self.bytes(part),
        }
    }

    /// Mesh `Bytes` with those of a string; those of a large one are shared.
    pub fn bytes_of(&mut self, text: Str) -> Bytes {
        let bytes = text.as_bytes();
        match self.slice(text.as_raw(), bytes, bytes, &mesh_rt_bytes_desc) {
            // SAFETY: the object was made as bytes.
            Some(slice) => unsafe { Bytes::from_raw(slice) },
            None => self.bytes(bytes),
        }
    }

    /// The Mesh string that bytes are, where they are UTF-8; those of a large one are shared.
    pub fn text_of(&mut self, bytes: Bytes) -> Option<Str> {
        let text = std::str::from_utf8(bytes.as_bytes()).ok()?;
        let whole = text.as_bytes();
        Some(
            match self.slice(bytes.as_raw(), whole, whole, &mesh_rt_string_desc) {
                // SAFETY: the object was made as a string, of UTF-8.
                Some(slice) => unsafe { Str::from_raw(slice) },
                None => self.string(text),
            },
        )
    }

    /// A slice with the part of what an object has, as a text with this descriptor, unless it is better copied.
    fn slice(
        &mut self,
        object: NonNull<StringObject>,
        whole: &[u8],
        part: &[u8],
        desc: &'static ObjectDesc,
    ) -> Option<NonNull<StringObject>> {
        // SAFETY: the object has a header.
        let is_counted = unsafe { counted::is_counted((*object.as_ptr()).header) };
        if !is_counted || part.len() < counted::LEAST {
            return None;
        }
        let from = part.as_ptr().addr() - whole.as_ptr().addr();
        let memory = self.allocate(PROXY_SIZE);
        // SAFETY: the object is held, and has the part; fresh memory of the proxy's size.
        unsafe {
            let header = desc as *const ObjectDesc as u64;
            let proxy = counted::slice(object.as_ptr().cast(), from, part.len(), header, memory);
            Some(self.keep(proxy))
        }
    }

    /// A Mesh string with this text.
    pub fn string(&mut self, text: &str) -> Str {
        self.string_of(&[text])
    }

    /// A Mesh string of several texts after one another.
    pub fn string_of(&mut self, parts: &[&str]) -> Str {
        let len = parts
            .iter()
            .fold(0usize, |len, part| len.saturating_add(part.len()));
        let object = self.text_object(&mesh_rt_string_desc, len, |bytes| {
            let mut rest = bytes;
            for part in parts {
                let (here, after) = rest.split_at_mut(part.len());
                here.copy_from_slice(part.as_bytes());
                rest = after;
            }
        });
        // SAFETY: just made, of UTF-8 parts.
        unsafe { Str::from_raw(object) }
    }

    /// A Mesh string of several strings after one another, which the iterator gets from where the
    /// collector sees them.
    pub fn joined(&mut self, parts: impl Iterator<Item = Str> + Clone) -> Str {
        let lengths = parts.clone().map(|part| part.as_bytes().len());
        let len = lengths.fold(0, usize::saturating_add);
        let object = self.text_object(&mesh_rt_string_desc, len, |bytes| {
            let mut rest = bytes;
            for part in parts {
                let part = part.as_bytes();
                let (here, after) = rest.split_at_mut(part.len());
                here.copy_from_slice(part);
                rest = after;
            }
        });
        // SAFETY: just made, of UTF-8 parts.
        unsafe { Str::from_raw(object) }
    }

    /// Mesh `Bytes` with these contents.
    pub fn bytes(&mut self, contents: &[u8]) -> Bytes {
        let object = self.text_object(&mesh_rt_bytes_desc, contents.len(), |bytes| {
            bytes.copy_from_slice(contents);
        });
        // SAFETY: just made.
        unsafe { Bytes::from_raw(object) }
    }

    /// A Mesh list of strings.
    pub fn list_of_strings<'a>(&mut self, texts: impl ExactSizeIterator<Item = &'a str>) -> List {
        if texts.len() == 0 {
            return List::EMPTY;
        }
        let mut list = List::with_room(self, texts.len(), &STRING_BUFFER);
        for text in texts {
            let text = self.string(text).as_raw().as_ptr() as u64;
            list = list.push(self, &[text], &STRING_BUFFER);
        }
        list
    }
}
