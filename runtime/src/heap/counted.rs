//! Large texts and byte strings: their bytes lie outside of all heaps, counted, so that messages and
//! slices share them.
//!
//! What a heap has of one is a proxy, an object like any text whose header says that the bytes are
//! elsewhere, and where. Each proxy, of a slice too, holds one count. A heap keeps its proxies on two
//! lists, of young and of old objects: a minor collection looks through the young ones, a major one
//! through both, and what was not marked gives its count back; the end of the heap gives back the rest.
//! The bytes count towards the heap's budget and limit once, with the proxy that came with them.

use super::mark::Marker;
use super::string::object_size;
use mesh_abi::object::{StringObject, TEXT_COUNTED};
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};

/// Texts from this many bytes on are counted.
pub const LEAST: usize = 4096;

/// The bytes follow, and a NUL.
#[repr(C)]
struct Counted {
    count: AtomicUsize,
    len: usize,
}

/// The object in a heap.
#[repr(C)]
pub struct Proxy {
    text: StringObject,
    bytes: *const u8,
    counted: *mut Counted,
    /// Bytes that the heap is charged for this proxy.
    charge: usize,
}

/// Bytes of a proxy.
pub const PROXY_SIZE: usize = size_of::<Proxy>();

fn layout(len: usize) -> Option<Layout> {
    let size = object_size(len)?.checked_add(size_of::<Counted>())?;
    Layout::from_size_align(size, 8).ok()
}

/// Whether a text's bytes are elsewhere.
#[inline]
pub fn is_counted(header: u64) -> bool {
    header >> mesh_abi::object::TAG_SHIFT == TEXT_COUNTED
}

/// Where the bytes of a counted text are.
///
/// # Safety
/// `object` is a live proxy.
pub unsafe fn bytes(object: NonNull<StringObject>) -> *const u8 {
    // SAFETY: the caller's promise.
    unsafe { (*object.cast::<Proxy>().as_ptr()).bytes }
}

/// Fresh bytes, zeroed, for a proxy that is then made of them; nothing where there is no memory.
pub fn fresh<'a>(len: usize) -> Option<(Fresh, &'a mut [u8])> {
    let layout = layout(len)?;
    // SAFETY: the size is not zero. What is allocated is large enough for both.
    unsafe {
        let start = NonNull::new(alloc_zeroed(layout))?;
        let counted = start.cast::<Counted>();
        counted.write(Counted {
            count: AtomicUsize::new(1),
            len,
        });
        let bytes = start.as_ptr().add(size_of::<Counted>());
        Some((Fresh(counted), std::slice::from_raw_parts_mut(bytes, len)))
    }
}

/// Bytes that no proxy has yet.
pub struct Fresh(NonNull<Counted>);

impl Drop for Fresh {
    fn drop(&mut self) {
        // SAFETY: the one count is ours.
        unsafe { give_back(self.0.as_ptr()) };
    }
}

/// Counts a copy of a proxy, which is one of its own then.
///
/// # Safety
/// `copy` has the words of a live proxy.
pub unsafe fn count(copy: *mut Proxy) {
    // SAFETY: the caller's promise.
    unsafe { (*(*copy).counted).count.fetch_add(1, Relaxed) };
}

/// Bytes that a heap is charged for a proxy.
///
/// # Safety
/// `proxy` is a live one.
pub unsafe fn charge(proxy: *mut Proxy) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (*proxy).charge }
}

/// The bytes that a proxy counts: where they start, where they end, and the proxy.
///
/// # Safety
/// `proxy` is a live one.
pub unsafe fn range(proxy: *mut Proxy) -> (usize, usize, usize) {
    // SAFETY: the caller's promise.
    let (start, len) = unsafe { ((*proxy).counted as usize, (*(*proxy).counted).len) };
    // The byte behind belongs to it, as to every object.
    (
        start,
        start + size_of::<Counted>() + len + 1,
        proxy as usize,
    )
}

impl Fresh {
    /// Makes the proxy.
    ///
    /// # Safety
    /// `memory` is fresh memory of [`PROXY_SIZE`] in a heap; the header is a text's, without a tag.
    pub unsafe fn proxy(self, memory: NonNull<u8>, header: u64) -> NonNull<Proxy> {
        let counted = self.0;
        std::mem::forget(self);
        let proxy = memory.cast::<Proxy>();
        // SAFETY: the caller's promise; the bytes stand behind the count.
        unsafe {
            let len = counted.as_ref().len;
            proxy.write(Proxy {
                text: StringObject {
                    header: header | TEXT_COUNTED << mesh_abi::object::TAG_SHIFT,
                    len: len as u64,
                },
                bytes: counted.as_ptr().cast::<u8>().add(size_of::<Counted>()),
                counted: counted.as_ptr(),
                charge: len,
            });
        }
        proxy
    }
}

/// Makes a proxy of a part of what another stands for, as a text with this header.
///
/// # Safety
/// `of` is a live proxy with the part, which may be such a text; `memory` is fresh memory of [`PROXY_SIZE`] in a heap;
/// the header is a text's, without a tag.
pub unsafe fn slice(
    of: *const Proxy,
    from: usize,
    len: usize,
    header: u64,
    memory: NonNull<u8>,
) -> NonNull<Proxy> {
    let proxy = memory.cast::<Proxy>();
    // SAFETY: the caller's promise.
    unsafe {
        let Proxy { bytes, counted, .. } = *of;
        (*counted).count.fetch_add(1, Relaxed);
        proxy.write(Proxy {
            text: StringObject {
                header: header | TEXT_COUNTED << mesh_abi::object::TAG_SHIFT,
                len: len as u64,
            },
            bytes: bytes.add(from),
            counted,
            charge: 0,
        });
    }
    proxy
}

/// Counted bytes that no heap answers for: whoever has this holds a count.
pub struct Shared {
    counted: *mut Counted,
    bytes: *const u8,
    len: usize,
}

// SAFETY: the bytes are never written again, and the count is atomic.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// What a proxy stands for.
    ///
    /// # Safety
    /// `object` is a live proxy.
    pub unsafe fn of(object: NonNull<StringObject>) -> Shared {
        // SAFETY: the caller's promise.
        unsafe {
            let proxy = object.cast::<Proxy>().as_ref();
            (*proxy.counted).count.fetch_add(1, Relaxed);
            Shared {
                counted: proxy.counted,
                bytes: proxy.bytes,
                len: proxy.text.len as usize,
            }
        }
    }
}

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: the bytes live as long as the count is held.
        unsafe { std::slice::from_raw_parts(self.bytes, self.len) }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the count is ours.
        unsafe { give_back(self.counted) };
    }
}

/// Gives the count of a proxy back, which is no object from then on.
///
/// # Safety
/// `proxy` is one whose count was not given back.
pub unsafe fn release(proxy: *mut Proxy) {
    // SAFETY: the caller's promise.
    unsafe { give_back((*proxy).counted) };
}

/// # Safety
/// One of the counts is the caller's, and is not after that.
unsafe fn give_back(counted: *mut Counted) {
    // SAFETY: the caller's promise; who gives back the last count is the only one that knows of it.
    unsafe {
        if (*counted).count.fetch_sub(1, AcqRel) == 1
            && let Some(layout) = layout((*counted).len)
        {
            dealloc(counted.cast(), layout);
        }
    }
}

/// The proxies of a heap.
#[derive(Default)]
pub struct Proxies {
    young: Vec<*mut Proxy>,
    old: Vec<*mut Proxy>,
    /// Bytes that the heap is charged for.
    charged: usize,
}

impl Proxies {
    /// A proxy has come into the heap; gives the bytes it is charged for.
    ///
    /// # Safety
    /// The proxy lives in the heap, which answers for it from now on.
    pub unsafe fn add(&mut self, proxy: *mut Proxy) -> usize {
        self.young.push(proxy);
        // SAFETY: the caller's promise.
        let charge = unsafe { charge(proxy) };
        self.charged += charge;
        charge
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.young.is_empty() && self.old.is_empty()
    }

    /// Bytes that the heap is charged for.
    pub fn charged(&self) -> usize {
        self.charged
    }

    /// The bytes that lose proxies if a collection frees all it may: see [`range`].
    pub fn ranges(&self, major: bool) -> Vec<(usize, usize, usize)> {
        let old: &[*mut Proxy] = if major { &self.old } else { &[] };
        // SAFETY: what is on the lists lives until a collection has found that it does not.
        let range = |proxy: &*mut Proxy| unsafe { range(*proxy) };
        self.young.iter().chain(old).map(range).collect()
    }

    /// Releases those that were not marked; the others are old.
    pub fn sweep(&mut self, marker: &mut Marker, major: bool) {
        let young = std::mem::take(&mut self.young);
        let mut seen = if major {
            std::mem::take(&mut self.old)
        } else {
            Vec::new()
        };
        seen.extend(young);
        for proxy in seen {
            if marker.is_marked(proxy as usize) {
                self.old.push(proxy);
            } else {
                // SAFETY: nothing refers to it any more.
                unsafe {
                    self.charged -= (*proxy).charge;
                    release(proxy);
                }
            }
        }
    }
}

impl Drop for Proxies {
    fn drop(&mut self) {
        for proxy in self.young.iter().chain(&self.old) {
            // SAFETY: the heap ends, and with it what refers to the proxy.
            unsafe { release(*proxy) };
        }
    }
}
