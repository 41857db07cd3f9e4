//! Changes to a running emulator. Each change applies to every request that arrives after the call.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::options::InvalidOption;
use crate::shared::{Shared, State};
use crate::{Emulator, Encodings, Fault, RateLimit, Rule, RuleRecord, resource};

/// # While it runs
impl Emulator {
    /// Replaces the secret of the first client. The old secret stops working at once; tokens stay
    /// valid. (G)
    pub fn rotate_secret(&self, secret: impl Into<String>) {
        let secret = secret.into();
        self.shared.update(|state| state.settings.clients.rotate_first(secret));
    }

    /// Sets the secrets of a client, which may be new. The server accepts each of them, as servers
    /// do while a secret is being replaced. Without secrets, the client is removed. Tokens stay
    /// valid. (G)
    pub fn set_client<S: Into<String>>(
        &self,
        id: impl Into<String>,
        secrets: impl IntoIterator<Item = S>,
    ) {
        let (id, secrets) = (id.into(), secrets.into_iter().map(Into::into).collect());
        self.shared.update(|state| state.settings.clients.set(id, secrets));
    }

    /// Changes a setting, as [`Builder::option`](crate::Builder::option) does.
    ///
    /// # Errors
    ///
    /// The same as [`Builder::option`](crate::Builder::option).
    pub fn set_option(&self, name: &str, value: &str) -> Result<(), InvalidOption> {
        self.shared.update(|state| state.set_option(name, value))
    }

    /// Revokes every token issued before this call. The API rejects them from now on. (G)
    pub fn revoke_all(&self) {
        self.shared.update(|state| state.issuer.revoke_all());
    }

    /// Replaces the signing key, as a restart does to a server that does not store its key. The API
    /// rejects every JWT issued before this call. (G)
    ///
    /// Blocks for up to a second if the process has not used the new key before.
    ///
    /// # Errors
    ///
    /// Returns an error if the system cannot supply randomness.
    pub fn rotate_key(&self) -> io::Result<()> {
        self.shared.rotate_key()
    }

    /// Sets the lifetime of tokens issued from now on.
    pub fn set_lifetime(&self, lifetime: Duration) {
        self.shared.update(|state| state.settings.lifetime = lifetime);
    }

    /// Sets the delay before the response to each token request that arrives from now on.
    pub fn set_delay(&self, delay: Duration) {
        self.shared.update(|state| state.settings.delay = delay);
    }

    /// Sets the body encodings that the token endpoint reads.
    pub fn set_accepts(&self, encodings: Encodings) {
        self.shared.update(|state| state.settings.accepts = encodings);
    }

    /// Sets the rate limit of the token endpoint, or removes it. Earlier requests do not count
    /// against a new limit.
    pub fn set_rate_limit(&self, limit: impl Into<Option<RateLimit>>) {
        let limit = limit.into();
        self.shared.update(|state| {
            state.settings.rate_limit = limit;
            state.limiter.clear();
        });
    }

    /// Appends a fault to the script of the token endpoint. Each token request takes the next fault
    /// of the script.
    pub fn script(&self, fault: impl Into<Fault>) {
        self.script_all([fault]);
    }

    /// Appends these faults to the script of the token endpoint, in order.
    pub fn script_all<F: Into<Fault>>(&self, faults: impl IntoIterator<Item = F>) {
        let faults: Vec<Fault> = faults.into_iter().map(Into::into).collect();
        self.shared.update(|state| faults.into_iter().for_each(|f| state.token_faults.push(f)));
    }

    /// Applies this fault to every token request while the script is empty.
    pub fn always(&self, fault: impl Into<Fault>) {
        let fault = fault.into();
        self.shared.update(|state| state.token_faults.always(fault));
    }

    /// Applies this fault to every request to the protected API while its script is empty.
    pub fn always_resource(&self, fault: impl Into<Fault>) {
        let fault = fault.into();
        self.shared.update(|state| state.resource_faults.always(fault));
    }

    /// Adds a rule, and returns its number. Rules apply before scripts and in the order in which
    /// they were added.
    pub fn add_rule(&self, rule: Rule) -> u64 {
        self.shared.update(|state| state.rules.add(rule))
    }

    /// The rules, in the order in which they were added, with the number of requests each applied
    /// to.
    pub fn rules(&self) -> Vec<RuleRecord> {
        self.shared.read(|state| state.rules.records())
    }

    /// Removes the rule with this number. Returns false if there is none.
    pub fn remove_rule(&self, number: u64) -> bool {
        self.shared.update(|state| state.rules.remove(number))
    }

    /// Appends a fault to the script of the protected API. Each request to the API takes the next
    /// fault of the script.
    pub fn script_resource(&self, fault: impl Into<Fault>) {
        let fault = fault.into();
        self.shared.update(|state| state.resource_faults.push(fault));
    }

    /// Answers the next `count` requests to the protected API with 401, even if their tokens are
    /// valid.
    pub fn reject_next(&self, count: usize) {
        (0..count).for_each(|_| self.script_resource(resource::invalid_token()));
    }

    /// Removes all scripted faults and all rules. A response that is being sent does not change.
    pub fn clear_faults(&self) {
        self.shared.update(State::clear_faults);
    }

    /// Restores the settings and rules of the start, revokes all tokens, and removes other faults,
    /// records and counts.
    pub fn reset(&self) {
        self.shared.update(State::reset);
    }

    /// Holds back the responses to token requests until the guard is released or dropped.
    ///
    /// The emulator handles and records each request when it arrives; only the response waits. A
    /// test can therefore assert the number and order of requests without a clock.
    #[must_use = "dropping the guard releases the responses"]
    pub fn hold_responses(&self) -> HeldResponses {
        self.shared.update(|state| state.holds += 1);
        HeldResponses { shared: Arc::clone(&self.shared) }
    }
}

/// A guard that holds back token responses. If there are several guards, the responses wait for the
/// last one.
pub struct HeldResponses {
    shared: Arc<Shared>,
}

impl HeldResponses {
    /// Releases the responses, as dropping the guard does.
    pub fn release(self) {}
}

impl Drop for HeldResponses {
    fn drop(&mut self) {
        self.shared.update(|state| state.holds -= 1);
    }
}

impl fmt::Debug for HeldResponses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldResponses").finish_non_exhaustive()
    }
}
