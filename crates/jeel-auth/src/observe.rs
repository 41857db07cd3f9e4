//! Core's events as tracing events.
//!
//! A subscriber is foreign code: it may be slow, panic, or call the source. So no lock is held while
//! it runs, and flights and waiters do not wait for it. Nobody waits for an event, so the queue needs no
//! part of `sync`.

use jeel_auth_core::{Cache, Event};
use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use tracing::{debug, info, warn};

/// What has happened and was not traced yet, oldest first.
pub(crate) struct Events {
    untold: Mutex<VecDeque<Event>>,
    /// Whether there are any: most calls find none, and need not lock.
    any: AtomicBool,
}

/// As many as core keeps.
const MOST: usize = 64;

impl Events {
    pub(crate) fn none() -> Self {
        Self { untold: Mutex::new(VecDeque::new()), any: AtomicBool::new(false) }
    }

    /// Takes over the cache's events.
    pub(crate) fn collect(&self, cache: &mut Cache) {
        let Some(first) = cache.poll_event() else { return };
        let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        untold.push_back(first);
        while let Some(event) = cache.poll_event() {
            untold.push_back(event);
        }
        let excess = untold.len().saturating_sub(MOST);
        untold.drain(..excess);
        self.any.store(true, Ordering::Release);
    }

    /// Traces all of them, on this thread. A call from within a subscriber to one of these events
    /// leaves the others to the call further out.
    pub(crate) fn tell(&self) {
        let this = ptr::from_ref(self).addr();
        if !self.any.load(Ordering::Acquire) || TELLING.get() == Some(this) {
            return;
        }
        let outer = TELLING.replace(Some(this));
        while let Some(event) = self.next() {
            harmlessly(|| trace(event));
        }
        TELLING.set(outer);
    }

    fn next(&self) -> Option<Event> {
        let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        let event = untold.pop_front();
        self.any.store(!untold.is_empty(), Ordering::Release);
        event
    }
}

std::thread_local! {
    /// The address of the queue whose events this thread traces.
    static TELLING: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Runs what calls a subscriber. Its panic was reported by the panic hook. It must not reach the
/// caller, nor end a process that is unwinding already.
pub(crate) fn harmlessly(trace: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(trace));
}

/// Traces under the target `jeel_auth`. Events hold no secrets.
fn trace(event: Event) {
    match event {
        Event::Requested { encoding, .. } => {
            debug!(target: "jeel_auth", %encoding, "requesting a token");
        }
        Event::Issued { lifetime, renew_in, .. } => {
            info!(target: "jeel_auth", ?lifetime, ?renew_in, "token issued");
        }
        Event::Reissued { .. } => {
            debug!(target: "jeel_auth", "the server handed the token at hand out again");
        }
        Event::TryingOtherEncoding { refused } => {
            info!(target: "jeel_auth", %refused, "trying the other body encoding");
        }
        Event::Failed { error, usable_for: Some(usable_for) } => {
            let code = error.code();
            let seconds = usable_for.as_secs();
            warn!(
                target: "jeel_auth", code, %error,
                "renewal failed, the token at hand is used for another {seconds} s"
            );
        }
        Event::Failed { error, usable_for: None } => {
            let code = error.code();
            warn!(target: "jeel_auth", code, %error, "no token");
        }
        Event::Rejected { replace_in, .. } => {
            info!(target: "jeel_auth", ?replace_in, "the API rejected the token");
        }
        Event::CredentialsReplaced => {
            info!(target: "jeel_auth", "credentials replaced");
        }
        _ => {}
    }
}
