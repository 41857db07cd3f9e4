//! The published lease: all threads may look, and none waits for another.

use super::clock::{Clock, RoughDeadline};
use super::copies::Copies;
use super::thread_cache::{self, Entry};
use crate::sync::{ArcSwapOption, AtomicPtr, Ordering};
use crate::token::Token;
use jeel_auth_core::Moment;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

/// A lease of core's, with the token as callers get it.
pub(crate) struct PublishedLease {
    pub(crate) token: Arc<Copies>,
    pub(crate) until: RoughDeadline,
    pub(crate) usable_until: Moment,
}

/// Where the lease is published.
pub(crate) struct CachedRead {
    /// The address of `lease`, or null. It is changed before `lease`.
    address: AtomicPtr<PublishedLease>,
    lease: ArcSwapOption<PublishedLease>,
}

impl CachedRead {
    pub(crate) fn empty() -> Self {
        Self { address: AtomicPtr::new(ptr::null_mut()), lease: ArcSwapOption::empty() }
    }

    /// Publishes a lease, or withdraws the one there is.
    // The release here and arc-swap's own orderings keep the order of the two stores: a thread that
    // finds the new lease, or hears of it from one that did, finds the new address.
    pub(crate) fn publish(&self, lease: Option<PublishedLease>) {
        let lease = lease.map(Arc::new);
        let address = lease.as_ref().map_or(ptr::null(), Arc::as_ptr);
        self.address.store(address.cast_mut(), Ordering::Release);
        self.lease.store(lease);
    }

    /// The token, if its lease is not over.
    #[inline]
    pub(crate) fn token(&self, clock: Clock) -> Option<Token> {
        let address = self.address.load(Ordering::Acquire);
        thread_cache::token(address, clock).or_else(|| self.look(clock))
    }

    /// Reads the lease itself, and notes it for this thread.
    #[cold]
    #[inline(never)]
    fn look(&self, clock: Clock) -> Option<Token> {
        let lease = self.lease.load_full()?;
        if !clock.is_before(&lease.until) {
            return None;
        }
        let token = lease.token.mine();
        thread_cache::add(Entry::new(&lease, &token));
        Some(token)
    }

    /// As [`token`](Self::token), if the token is usable for `at_least` or longer.
    pub(crate) fn token_for(&self, at_least: Duration, clock: Clock) -> Option<Token> {
        let lease = self.lease.load();
        let lease = lease.as_deref()?;
        let latest = RoughDeadline::new(lease.usable_until.before(at_least));
        let is_good = clock.is_before(&lease.until) && clock.is_before(&latest);
        is_good.then(|| lease.token.mine())
    }
}

#[cfg(test)]
mod tests {
    use super::super::copies::tests::access;
    use super::super::thread_cache::SOURCES;
    use super::*;
    use std::cell::Cell;
    use std::sync::mpsc::{Sender, channel};
    use std::thread;

    fn clock() -> Clock {
        Clock::start()
    }

    fn lease(name: &str) -> PublishedLease {
        let now = clock().now();
        let usable_until = now.after(Duration::from_secs(60));
        let token = Arc::new(Copies::new(&access(name)));
        PublishedLease { token, until: RoughDeadline::new(usable_until), usable_until }
    }

    fn published(name: &str) -> CachedRead {
        let published = CachedRead::empty();
        published.publish(Some(lease(name)));
        published
    }

    fn read(published: &CachedRead) -> Option<String> {
        published.token(clock()).map(|token| token.expose_secret().to_owned())
    }

    #[test]
    fn a_published_lease_is_seen_at_once_and_a_withdrawn_one_no_more() {
        let published = CachedRead::empty();
        assert_eq!(read(&published), None);
        for name in ["a", "b"] {
            published.publish(Some(lease(name)));
            assert_eq!(read(&published).as_deref(), Some(name));
            assert_eq!(read(&published).as_deref(), Some(name));
        }
        published.publish(None);
        assert_eq!(read(&published), None);
    }

    #[test]
    fn a_lease_that_is_over_is_none() {
        let published = CachedRead::empty();
        let over = PublishedLease { until: RoughDeadline::new(clock().now()), ..lease("a") };
        published.publish(Some(over));
        assert_eq!(read(&published), None);
        assert_eq!(read(&published), None);
    }

    /// The thread may be stopped before its first read, so longer and longer leases are tried.
    #[test]
    fn a_lease_that_a_thread_has_noted_ends_for_that_thread() {
        for milliseconds in (4..).map(|power| 1 << power) {
            let until = clock().now().after(Duration::from_millis(milliseconds));
            let ending = PublishedLease { until: RoughDeadline::new(until), ..lease("a") };
            let published = CachedRead::empty();
            published.publish(Some(ending));
            if read(&published).is_some() {
                while !until.reached(clock().now()) {
                    thread::yield_now();
                }
                return assert_eq!(read(&published), None);
            }
        }
    }

    /// A new lease may lie at the address of an older one whose token somebody still holds.
    #[test]
    fn an_entry_is_not_taken_for_one_of_a_later_lease_at_its_address() {
        let published = CachedRead::empty();
        let mut held = Vec::new();
        for number in 0..100 {
            let name = format!("number-{number}");
            published.publish(None);
            published.publish(Some(lease(&name)));
            held.push(published.token(clock()).unwrap());
            assert_eq!(read(&published), Some(name));
        }
    }

    #[test]
    fn an_entry_keeps_no_token_in_memory() {
        let published = published("a");
        let token = published.token(clock()).unwrap().downgrade();
        assert!(token.upgrade().is_some());
        published.publish(None);
        assert!(token.upgrade().is_none());
    }

    #[test]
    fn a_thread_may_read_more_sources_than_it_has_entries() {
        let names: Vec<_> = (0..3 * SOURCES).map(|number| format!("number-{number}")).collect();
        let sources: Vec<_> = names.iter().map(|name| published(name)).collect();
        for _ in 0..3 {
            for (source, name) in sources.iter().zip(&names) {
                assert_eq!(read(source).as_ref(), Some(name));
            }
        }
    }

    #[test]
    fn a_thread_at_its_end_can_read() {
        struct ReadsAtItsEnd(Arc<CachedRead>, Sender<Option<String>>);
        impl Drop for ReadsAtItsEnd {
            fn drop(&mut self) {
                self.1.send(read(&self.0)).unwrap();
            }
        }
        std::thread_local! {
            static FIRST: Cell<Option<ReadsAtItsEnd>> = const { Cell::new(None) };
            static LAST: Cell<Option<ReadsAtItsEnd>> = const { Cell::new(None) };
        }
        let published = Arc::new(published("a"));
        let (send, receive) = channel();
        thread::spawn(move || {
            FIRST.set(Some(ReadsAtItsEnd(Arc::clone(&published), send.clone())));
            read(&published);
            LAST.set(Some(ReadsAtItsEnd(published, send)));
        });
        let found: Vec<_> = receive.iter().collect();
        assert_eq!(found, [Some("a".to_owned()), Some("a".to_owned())]);
    }
}
