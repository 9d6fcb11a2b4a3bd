//! What a native's body may do with the actor that called it.

use crate::actor::Actor;
use crate::crash::{Reason, crash_by_unwinding};
use crate::heap::list::List;
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

    /// As [`Cx::allocate`], for who has things to drop first.
    pub fn try_allocate(&mut self, bytes: usize) -> Result<NonNull<u8>, HeapFull> {
        // SAFETY: the context is the running actor's.
        if let Some(memory) = unsafe { bump(self.context(), bytes) } {
            return Ok(memory);
        }
        let mut heap = self.actor().heap.borrow_mut();
        // SAFETY: the heap and the context are the same actor's.
        unsafe { heap.grow(self.context(), bytes) }
    }

    /// As [`Cx::allocate`], when the bump region is known to have no room.
    pub fn allocate_slow(&mut self, bytes: usize) -> NonNull<u8> {
        let mut heap = self.actor().heap.borrow_mut();
        // SAFETY: the heap and the context are the same actor's.
        match unsafe { heap.grow(self.context(), bytes) } {
            Ok(memory) => memory,
            Err(HeapFull) => {
                drop(heap);
                self.crash(Reason::HeapLimit)
            }
        }
    }

    fn text_object(
        &mut self,
        desc: &'static ObjectDesc,
        len: usize,
        fill: impl FnOnce(&mut [u8]),
    ) -> NonNull<StringObject> {
        let Some(size) = object_size(len) else {
            self.crash(Reason::HeapLimit)
        };
        let memory = self.allocate(size);
        // SAFETY: fresh memory of the object's size.
        let (object, bytes) = unsafe { initialise(memory, desc, len) };
        fill(bytes);
        object
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

    /// A Mesh string of several strings after one another.
    pub fn joined(&mut self, parts: &[Str]) -> Str {
        let len = parts
            .iter()
            .map(|part| part.as_bytes().len())
            .fold(0, usize::saturating_add);
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
        let words: Vec<u64> = texts
            .map(|text| self.string(text).as_raw().as_ptr() as u64)
            .collect();
        List::of_strings(self, &words)
    }
}
