//! What one thread remembers of the leases it read last.
//!
//! To read again, the thread compares an address, reads a clock and counts on its own copy of the
//! token. No other thread writes to any of these.

use super::clock::{Clock, RoughDeadline};
use super::published::PublishedLease;
use crate::sync::thread_local;
use crate::token::{Token, WeakToken};
use jeel_auth_core::Moment;
use std::cell::RefCell;
use std::ptr;
use std::sync::{Arc, Weak};
use std::time::Duration;

thread_local! {
    static CACHE: RefCell<ThreadCache> = RefCell::new(ThreadCache::empty());
}

/// The token of the lease at this address, if this thread has noted the lease and it is not over.
#[inline]
pub(super) fn token(address: *const PublishedLease, clock: Clock) -> Option<Token> {
    let noted = CACHE.try_with(|cache| cache.try_borrow().ok()?.token(address, clock));
    noted.ok().flatten()
}

/// Notes a lease, in place of the one noted longest ago. A thread at its end notes nothing.
pub(super) fn add(entry: Entry) {
    let _ = CACHE.try_with(|cache| {
        if let Ok(mut cache) = cache.try_borrow_mut() {
            cache.add(entry);
        }
    });
}

struct ThreadCache {
    /// The latest first.
    entries: [Entry; SOURCES],
    /// The one that is replaced next.
    oldest: usize,
}

/// A thread reads as many sources without looking at the leases again. Few threads have more than
/// one.
pub(super) const SOURCES: usize = 8;

impl ThreadCache {
    fn empty() -> Self {
        Self { entries: [(); SOURCES].map(|()| Entry::none()), oldest: 0 }
    }

    #[inline]
    fn token(&self, address: *const PublishedLease, clock: Clock) -> Option<Token> {
        let entry = self.entries.iter().find(|entry| entry.address == address)?;
        if clock.is_before(&entry.until) { entry.token.upgrade() } else { None }
    }

    fn add(&mut self, entry: Entry) {
        self.oldest = self.oldest % (SOURCES - 1) + 1;
        if let Some(oldest) = self.entries.get_mut(self.oldest) {
            *oldest = entry;
        }
        self.entries.swap(0, self.oldest);
    }
}

/// One lease, as a thread remembers it.
pub(super) struct Entry {
    address: *const PublishedLease,
    /// Keeps the address from being used again.
    _lease: Weak<PublishedLease>,
    /// Weak, because a reader's entry must not keep a token alive.
    token: WeakToken,
    until: RoughDeadline,
}

impl Entry {
    pub(super) fn new(lease: &Arc<PublishedLease>, token: &Token) -> Self {
        Self {
            address: Arc::as_ptr(lease),
            _lease: Arc::downgrade(lease),
            token: token.downgrade(),
            until: lease.until.clone(),
        }
    }

    fn none() -> Self {
        let until = RoughDeadline::new(Moment::new(Duration::ZERO, Duration::ZERO));
        Self { address: ptr::null(), _lease: Weak::new(), token: WeakToken::gone(), until }
    }
}
