//! Putting a source together.

use crate::settings::{ConfigError, Settings};
use crate::shared::Shared;
use crate::twins::Place;
use jeel_auth_core::{Cache, EncodingChoice, Endpoint, Origin, Policy, Scope};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// Configures a source `S`: [`TokenSource`](crate::TokenSource) or
/// [`blocking::TokenSource`](crate::blocking::TokenSource). Each setting that is not named has the
/// default of its environment.
#[must_use]
pub struct Builder<S> {
    settings: Settings,
    policy: Policy,
    attach: Attach<S>,
}

/// Attaches the transport to what the clones of a source share.
type Attach<S> = Box<dyn FnOnce(Arc<Shared>) -> S + Send>;

impl<S> Builder<S> {
    pub(crate) fn new(
        settings: Settings,
        attach: impl FnOnce(Arc<Shared>) -> S + Send + 'static,
    ) -> Self {
        Self { settings, policy: Policy::default(), attach: Box::new(attach) }
    }

    /// Another token endpoint than the environment's.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.settings.endpoint = endpoint;
        self
    }

    /// Another API origin than the environment's.
    pub fn api_origin(mut self, origin: Origin) -> Self {
        self.settings.api_origin = Some(origin);
        self
    }

    /// How request bodies are encoded: [`EncodingChoice::Auto`] unless named.
    pub fn encoding(mut self, encoding: EncodingChoice) -> Self {
        self.settings.encoding = encoding;
        self
    }

    /// The scope to ask for (RFC 6749 §3.3). Nothing is sent without it.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.settings.scope = Some(scope);
        self
    }

    /// Other numbers than the default ones.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The source. Nothing is sent yet.
    ///
    /// # Errors
    /// When settings contradict each other.
    pub fn build(self) -> Result<S, ConfigError> {
        let Self { settings, policy, attach } = self;
        let place = Place::take(&settings.endpoint, settings.credentials.client_id());
        let mut cache = Cache::new(settings.endpoint, settings.credentials, seed())
            .with_policy(policy)
            .with_encoding(settings.encoding);
        if let Some(scope) = settings.scope {
            cache = cache.with_scope(scope);
        }
        Ok(attach(Shared::new(cache, settings.api_origin, Some(place))))
    }
}

impl<S> fmt::Debug for Builder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("settings", &self.settings)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// A seed from the operating system: the standard library keys its hash maps by one.
fn seed() -> u64 {
    RandomState::new().hash_one(std::process::id())
}
