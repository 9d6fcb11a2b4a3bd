//! Counts that come with a copy: of large texts and of frozen regions, until a heap answers for them.

use super::counted::{self, Proxy};
use super::frozen::Region;
use std::sync::Arc;

/// What a copy refers to outside of its own memory; given back when dropped, before that memory.
#[derive(Debug, Default)]
pub struct Loose(Option<Box<Held>>);

/// The proxies in the copy, and the regions that it refers to in the order of their addresses.
#[derive(Debug, Default)]
pub struct Held {
    proxies: Vec<*mut Proxy>,
    regions: Vec<Arc<Region>>,
}

impl Loose {
    /// Nothing.
    pub const NONE: Loose = Loose(None);

    /// Makes the copy of a proxy a proxy of its own, with a count.
    ///
    /// # Safety
    /// `copy` has the words of a live proxy, and lives as long as `self`.
    pub unsafe fn share(&mut self, copy: *mut Proxy) {
        // SAFETY: the caller's promise.
        unsafe { counted::count(copy) };
        self.0.get_or_insert_default().proxies.push(copy);
    }

    /// Holds the region of a frozen object.
    ///
    /// # Safety
    /// The object is frozen, and its region is held meanwhile.
    pub unsafe fn hold(&mut self, object: *const u8) {
        let regions = &mut self.0.get_or_insert_default().regions;
        let region = super::frozen::arena::owner(object as usize);
        let found = regions.binary_search_by_key(&region, Arc::as_ptr);
        if let Err(at) = found {
            // SAFETY: the caller's promise.
            regions.insert(at, unsafe { Region::counted(region) });
        }
    }

    /// The regions.
    pub fn regions(&self) -> &[Arc<Region>] {
        self.0.as_ref().map_or(&[], |held| &held.regions)
    }

    /// The proxies.
    pub fn proxies(&self) -> &[*mut Proxy] {
        self.0.as_ref().map_or(&[], |held| &held.proxies)
    }

    /// The proxies and the regions, which the caller answers for.
    pub fn take(self) -> Option<(Vec<*mut Proxy>, Vec<Arc<Region>>)> {
        let mut held = self.0?;
        Some((
            std::mem::take(&mut held.proxies),
            std::mem::take(&mut held.regions),
        ))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        for proxy in &self.proxies {
            // SAFETY: nobody else answers for them.
            unsafe { counted::release(*proxy) };
        }
    }
}
