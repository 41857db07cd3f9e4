//! What a test can change while the emulator runs. Each change holds for every request that
//! arrives after the call.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::keys::SigningKey;
use crate::settings::Secret;
use crate::shared::Shared;
use crate::{Emulator, Encodings, Fault, RateLimit, resource};

/// # While it runs
impl Emulator {
    /// Replaces the client's secret; the old one stops working at once. Tokens stay good. (G)
    pub fn rotate_secret(&self, secret: impl Into<String>) {
        let secret = Secret::new(secret);
        self.shared.update(|state| state.settings.client_secret = secret);
    }

    /// Revokes every token issued so far: the API rejects them from here on. (G)
    pub fn revoke_all(&self) {
        self.shared.update(|state| state.issuer.revoke_all());
    }

    /// Signs and verifies with another key, as a server does that keeps none over a restart: the
    /// API rejects every JWT issued so far. (G)
    ///
    /// Blocks for a good part of a second where the process has not used the key before.
    ///
    /// # Errors
    ///
    /// If the system has no randomness to give.
    pub fn rotate_key(&self) -> io::Result<()> {
        let number = self.shared.read(|state| state.issuer.next_key_number());
        // Not under the lock, which the server needs meanwhile.
        let key = SigningKey::nth(number)?;
        self.shared.update(|state| state.issuer.set_key(number, key));
        Ok(())
    }

    /// Sets how long tokens issued from here on live.
    pub fn set_lifetime(&self, lifetime: Duration) {
        self.shared.update(|state| state.settings.lifetime = lifetime);
    }

    /// Sets how long token responses take, of requests that arrive from here on.
    pub fn set_delay(&self, delay: Duration) {
        self.shared.update(|state| state.settings.delay = delay);
    }

    /// Sets which body encodings the token endpoint reads.
    pub fn set_accepts(&self, encodings: Encodings) {
        self.shared.update(|state| state.settings.accepts = encodings);
    }

    /// Sets the token endpoint's rate limit, or lifts it. Earlier requests do not count against a
    /// new limit.
    pub fn set_rate_limit(&self, limit: impl Into<Option<RateLimit>>) {
        let limit = limit.into();
        self.shared.update(|state| {
            state.settings.rate_limit = limit;
            state.limiter.clear();
        });
    }

    /// Has one fault befall the next token request that no scripted fault is waiting for.
    pub fn script(&self, fault: impl Into<Fault>) {
        self.script_all([fault]);
    }

    /// Has these faults befall the next token requests, one each, in order.
    pub fn script_all<F: Into<Fault>>(&self, faults: impl IntoIterator<Item = F>) {
        let faults: Vec<Fault> = faults.into_iter().map(Into::into).collect();
        self.shared.update(|state| faults.into_iter().for_each(|f| state.token_faults.push(f)));
    }

    /// Has this fault befall every token request that no scripted fault is waiting for.
    pub fn always(&self, fault: impl Into<Fault>) {
        let fault = fault.into();
        self.shared.update(|state| state.token_faults.always(fault));
    }

    /// Has one fault befall the next request to the protected API.
    pub fn script_resource(&self, fault: impl Into<Fault>) {
        let fault = fault.into();
        self.shared.update(|state| state.resource_faults.push(fault));
    }

    /// Has the protected API answer its next `count` requests with a 401, whatever their tokens.
    pub fn reject_next(&self, count: usize) {
        (0..count).for_each(|_| self.script_resource(resource::invalid_token()));
    }

    /// Ends all faults, at the token endpoint and at the API. A response under way stays as it is.
    pub fn clear_faults(&self) {
        self.shared.update(|state| {
            state.token_faults.clear();
            state.resource_faults.clear();
        });
    }

    /// Holds back the responses to token requests until the guard is released or dropped.
    ///
    /// Requests are handled and on record when they arrive, and only their responses wait: so a test
    /// can assert how many there are, and in which order, without a clock.
    #[must_use = "the responses are held back only while the guard lives"]
    pub fn hold_responses(&self) -> HeldReplies {
        self.shared.update(|state| state.holds += 1);
        HeldReplies { shared: Arc::clone(&self.shared) }
    }
}

/// Holds back token responses while it lives. Where there are several, the last one to go lets the
/// responses go.
pub struct HeldReplies {
    shared: Arc<Shared>,
}

impl HeldReplies {
    /// Lets the responses go. The same as dropping it, in words.
    pub fn release(self) {}
}

impl Drop for HeldReplies {
    fn drop(&mut self) {
        self.shared.update(|state| state.holds -= 1);
    }
}

impl fmt::Debug for HeldReplies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldReplies").finish_non_exhaustive()
    }
}
