//! The state that the handle and the connections share, and ways to wait for a change.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use event_listener::{Event, Listener};

use crate::fault::Script;
use crate::issuer::{Issuer, Now};
use crate::rate_limit::Limiter;
use crate::record::{Journal, ResourceRequestRecord, TokenRequestRecord};
use crate::settings::Settings;

/// The state of an emulator. It does not implement `Debug`, because it holds tokens.
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) issuer: Issuer,
    pub(crate) limiter: Limiter,
    pub(crate) token_faults: Script,
    pub(crate) resource_faults: Script,
    pub(crate) token_requests: Journal<TokenRequestRecord>,
    pub(crate) resource_requests: Journal<ResourceRequestRecord>,
    pub(crate) refused_requests: u64,
    pub(crate) connections: u64,
    /// The number of guards that hold back token responses.
    pub(crate) holds: usize,
    pub(crate) stopping: bool,
}

impl State {
    pub(crate) fn now(&self) -> Now {
        Now { instant: Instant::now(), wall: self.settings.wall_clock() }
    }
}

pub(crate) struct Shared {
    pub(crate) started: Instant,
    state: Mutex<State>,
    changed: Event,
}

impl Shared {
    pub(crate) fn new(settings: Settings, issuer_name: String) -> Self {
        let state = State {
            settings,
            issuer: Issuer::new(issuer_name),
            limiter: Limiter::default(),
            token_faults: Script::default(),
            resource_faults: Script::default(),
            token_requests: Journal::default(),
            resource_requests: Journal::default(),
            refused_requests: 0,
            connections: 0,
            holds: 0,
            stopping: false,
        };
        Self { started: Instant::now(), state: Mutex::new(state), changed: Event::new() }
    }

    /// Reads the state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the state, and wakes every task and thread that waits for a change.
    pub(crate) fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify(usize::MAX);
        result
    }

    /// Waits until `done` returns true, on any executor.
    pub(crate) async fn until(&self, done: impl Fn(&State) -> bool) {
        loop {
            // Listen before the check, or a change between the two would be missed.
            let change = self.changed.listen();
            if self.read(&done) {
                return;
            }
            change.await;
        }
    }

    /// Blocks the thread until `done` returns true. Returns false after `timeout`.
    pub(crate) fn wait(&self, timeout: Duration, done: impl Fn(&State) -> bool) -> bool {
        // A deadline out of range never comes.
        let deadline = Instant::now().checked_add(timeout);
        loop {
            let change = self.changed.listen();
            if self.read(&done) {
                return true;
            }
            match deadline {
                None => change.wait(),
                Some(deadline) if change.wait_deadline(deadline).is_some() => {}
                Some(_) => return self.read(&done),
            }
        }
    }

    /// Ignores poisoning, because no change to the state has a step that a panic could skip.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
