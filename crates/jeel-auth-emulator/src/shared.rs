//! The state that the handle and the connections share, and ways to wait for a change.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use event_listener::{Event, Listener};

use crate::fault::{Fault, Script};
use crate::http1::Request;
use crate::issuer::{Issuer, Now};
use crate::keys::SigningKey;
use crate::options::{self, InvalidOption};
use crate::rate_limit::Limiter;
use crate::record::{Journal, ResourceRequestRecord, TokenRequestRecord};
use crate::rule::{Rule, Rules};
use crate::settings::Settings;

/// The state of an emulator. It does not implement `Debug`, because it holds tokens.
pub(crate) struct State {
    pub(crate) settings: Settings,
    /// The settings and rules at the start.
    initial: (Settings, Vec<Rule>),
    pub(crate) issuer: Issuer,
    pub(crate) limiter: Limiter,
    pub(crate) token_faults: Script,
    pub(crate) resource_faults: Script,
    pub(crate) rules: Rules,
    pub(crate) token_requests: Journal<TokenRequestRecord>,
    pub(crate) resource_requests: Journal<ResourceRequestRecord>,
    pub(crate) refused_requests: u64,
    pub(crate) connections: u64,
    /// The number of guards that hold back token responses.
    pub(crate) holds: usize,
    /// Whether the control endpoint holds back token responses.
    pub(crate) control_holds: bool,
    pub(crate) stopping: bool,
}

impl State {
    fn new(settings: Settings, rules: Vec<Rule>, issuer_name: String) -> Self {
        let mut state = Self {
            initial: (settings.clone(), rules),
            settings,
            issuer: Issuer::new(issuer_name),
            limiter: Limiter::default(),
            token_faults: Script::default(),
            resource_faults: Script::default(),
            rules: Rules::default(),
            token_requests: Journal::default(),
            resource_requests: Journal::default(),
            refused_requests: 0,
            connections: 0,
            holds: 0,
            control_holds: false,
            stopping: false,
        };
        state.add_initial_rules();
        state
    }

    fn add_initial_rules(&mut self) {
        for rule in &self.initial.1 {
            self.rules.add(rule.clone());
        }
    }

    /// Sets an option by its name. A new rate limit does not count earlier requests.
    pub(crate) fn set_option(&mut self, name: &str, value: &str) -> Result<(), InvalidOption> {
        options::apply(&mut self.settings, name, value)?;
        if name == "rate" {
            self.limiter.clear();
        }
        Ok(())
    }

    pub(crate) fn clear_faults(&mut self) {
        self.token_faults.clear();
        self.resource_faults.clear();
        self.rules.clear();
    }

    pub(crate) fn reset_counts(&mut self) {
        self.token_requests = Journal::default();
        self.resource_requests = Journal::default();
        self.refused_requests = 0;
        self.issuer.issued = 0;
    }

    /// Restores the settings and rules of the start, revokes all tokens, and removes other faults,
    /// records and counts.
    pub(crate) fn reset(&mut self) {
        self.settings = self.initial.0.clone();
        self.issuer.revoke_all();
        self.limiter.clear();
        self.control_holds = false;
        self.clear_faults();
        self.add_initial_rules();
        self.reset_counts();
    }

    /// Whether token responses are held back.
    pub(crate) fn is_holding(&self) -> bool {
        self.holds > 0 || self.control_holds
    }

    pub(crate) fn now(&self) -> Now {
        let wall = self.settings.wall_clock();
        Now { instant: Instant::now(), wall, date: self.settings.date(wall) }
    }

    /// Takes the fault for a request to this path.
    pub(crate) fn rule_fault(&mut self, request: &Request) -> Option<Fault> {
        self.rules.take(&request.method, &request.path)
    }
}

pub(crate) struct Shared {
    pub(crate) started: Instant,
    state: Mutex<State>,
    changed: Event,
}

impl Shared {
    pub(crate) fn new(settings: Settings, rules: Vec<Rule>, issuer_name: String) -> Self {
        let state = State::new(settings, rules, issuer_name);
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

    /// Replaces the signing key.
    pub(crate) fn rotate_key(&self) -> io::Result<()> {
        let number = self.read(|state| state.issuer.next_key_number());
        // Made without the lock, because the server needs the lock meanwhile.
        let key = SigningKey::nth(number)?;
        self.update(|state| state.issuer.set_key(number, key));
        Ok(())
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
