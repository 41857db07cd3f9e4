//! The lease that readers look at: for every API call, while it changes once in minutes.

use crate::clock::{Clock, RoughDeadline};
use crate::lanes::Lanes;
use crate::sync::{ArcSwapOption, AtomicPtr, Ordering, thread_local};
use crate::token::{Token, WeakToken};
use jeel_auth_core::Moment;
use std::cell::RefCell;
use std::ptr;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// A lease of core's, with the token as callers get it.
pub(crate) struct Lease {
    pub(crate) token: Arc<Lanes>,
    pub(crate) until: RoughDeadline,
    pub(crate) usable_until: Moment,
}

/// Where the lease is published: all may look, and nobody waits for anybody.
///
/// Each thread notes what it found. To look again it compares an address, reads a clock and counts
/// itself in, none of which other threads write to.
pub(crate) struct Published {
    /// The address of `lease`, or null; changed before it, so that whoever has noted what it finds here
    /// has seen what is or will be there, and nobody has seen anything later.
    address: AtomicPtr<Lease>,
    lease: ArcSwapOption<Lease>,
}

impl Published {
    pub(crate) fn nothing() -> Self {
        Self { address: AtomicPtr::new(ptr::null_mut()), lease: ArcSwapOption::empty() }
    }

    /// The order of the two is what [`address`](Self::address) says; a release and arc-swap's own keep it:
    /// whoever finds the new lease, and whoever hears of it from one who did, finds the new address.
    pub(crate) fn store(&self, lease: Option<Lease>) {
        let lease = lease.map(Arc::new);
        let address = lease.as_ref().map_or(ptr::null(), Arc::as_ptr);
        self.address.store(address.cast_mut(), Ordering::Release);
        self.lease.store(lease);
    }

    /// The token, if its lease is not over.
    #[inline]
    pub(crate) fn token(&self, clock: Clock) -> Option<Token> {
        let address = self.address.load(Ordering::Acquire);
        let noted = NOTES.try_with(|notes| notes.try_borrow().ok()?.token(address, clock));
        noted.ok().flatten().or_else(|| self.look(clock))
    }

    /// Looks at the lease itself, and notes it.
    #[cold]
    #[inline(never)]
    fn look(&self, clock: Clock) -> Option<Token> {
        let lease = self.lease.load_full()?;
        if !clock.is_before(&lease.until) {
            return None;
        }
        let token = lease.token.mine();
        // A thread at its end has no notes any more.
        let _ = NOTES.try_with(|notes| {
            if let Ok(mut notes) = notes.try_borrow_mut() {
                notes.add(Note::new(&lease, &token));
            }
        });
        Some(token)
    }

    /// As [`token`](Self::token), for a token usable at least that long.
    pub(crate) fn token_for(&self, at_least: Duration, clock: Clock) -> Option<Token> {
        let lease = self.lease.load();
        let lease = lease.as_deref()?;
        let latest = RoughDeadline::new(lease.usable_until.before(at_least));
        let is_good = clock.is_before(&lease.until) && clock.is_before(&latest);
        is_good.then(|| lease.token.mine())
    }
}

thread_local! {
    static NOTES: RefCell<Notes> = RefCell::new(Notes::none());
}

/// What a thread found when it last looked at leases.
struct Notes {
    /// The latest first.
    notes: [Note; SOURCES],
    /// The one that goes next.
    oldest: usize,
}

/// Of so many sources can a thread read without looking again. Few threads have more than one.
const SOURCES: usize = 8;

impl Notes {
    fn none() -> Self {
        Self { notes: [(); SOURCES].map(|()| Note::none()), oldest: 0 }
    }

    #[inline]
    fn token(&self, address: *const Lease, clock: Clock) -> Option<Token> {
        let note = self.notes.iter().find(|note| note.address == address)?;
        if clock.is_before(&note.until) { note.token.upgrade() } else { None }
    }

    fn add(&mut self, note: Note) {
        self.oldest = self.oldest % (SOURCES - 1) + 1;
        if let Some(oldest) = self.notes.get_mut(self.oldest) {
            *oldest = note;
        }
        self.notes.swap(0, self.oldest);
    }
}

struct Note {
    address: *const Lease,
    /// Keeps the address from being used again.
    _lease: Weak<Lease>,
    /// Weak, for how long a token stays in memory is not for a thread to say that once read it.
    token: WeakToken,
    until: RoughDeadline,
}

impl Note {
    fn new(lease: &Arc<Lease>, token: &Token) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::tests::access;
    use std::cell::Cell;
    use std::sync::mpsc::{Sender, channel};
    use std::thread;

    fn clock() -> Clock {
        Clock::start()
    }

    fn lease(name: &str) -> Lease {
        let now = clock().now();
        let usable_until = now.after(Duration::from_secs(60));
        let token = Arc::new(Lanes::new(&access(name)));
        Lease { token, until: RoughDeadline::new(usable_until), usable_until }
    }

    fn published(name: &str) -> Published {
        let published = Published::nothing();
        published.store(Some(lease(name)));
        published
    }

    fn read(published: &Published) -> Option<String> {
        published.token(clock()).map(|token| token.expose_secret().to_owned())
    }

    #[test]
    fn what_is_stored_is_seen_at_once_and_what_is_withdrawn_no_more() {
        let published = Published::nothing();
        assert_eq!(read(&published), None);
        for name in ["a", "b"] {
            published.store(Some(lease(name)));
            assert_eq!(read(&published).as_deref(), Some(name));
            assert_eq!(read(&published).as_deref(), Some(name));
        }
        published.store(None);
        assert_eq!(read(&published), None);
    }

    #[test]
    fn a_lease_that_is_over_is_none() {
        let published = Published::nothing();
        let over = Lease { until: RoughDeadline::new(clock().now()), ..lease("a") };
        published.store(Some(over));
        assert_eq!(read(&published), None);
        assert_eq!(read(&published), None);
    }

    /// A new lease may lie where a note says that an older one lay, whose token somebody still holds.
    #[test]
    fn a_note_is_not_taken_for_one_of_a_later_lease_at_its_address() {
        let published = Published::nothing();
        let mut held = Vec::new();
        for number in 0..100 {
            let name = format!("number-{number}");
            published.store(None);
            published.store(Some(lease(&name)));
            held.push(published.token(clock()).unwrap());
            assert_eq!(read(&published), Some(name));
        }
    }

    #[test]
    fn a_note_keeps_no_token_in_memory() {
        let published = published("a");
        let token = published.token(clock()).unwrap().downgrade();
        assert!(token.upgrade().is_some());
        published.store(None);
        assert!(token.upgrade().is_none());
    }

    #[test]
    fn a_thread_may_read_more_sources_than_it_has_notes() {
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
        struct ReadsAtItsEnd(Arc<Published>, Sender<Option<String>>);
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
