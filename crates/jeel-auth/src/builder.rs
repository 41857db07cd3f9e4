//! Putting a source together.

use crate::settings::{ConfigError, Settings};
use crate::shared::Shared;
use crate::source::{Driver, TokenSource};
use jeel_auth_core::{Cache, Credentials, EncodingChoice, Endpoint, Environment, Origin, Policy};
use std::hash::{BuildHasher, RandomState};

/// Configures a [`TokenSource`]. What is not named has the default of its environment.
#[derive(Debug)]
#[must_use]
pub struct Builder<D: Driver> {
    settings: Settings,
    policy: Policy,
    transport: Option<D::Transport>,
}

impl<D: Driver> Builder<D> {
    pub(crate) fn new(environment: Environment, credentials: Credentials) -> Self {
        Self::with_settings(Settings::new(environment, credentials))
    }

    /// Reads the environment variables of Jeel's guide, and a few of ours:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `JEELPAY_CLIENT_ID`, `JEELPAY_CLIENT_SECRET` | the client credentials |
    /// | `JEELPAY_CLIENT_ID_FILE`, `JEELPAY_CLIENT_SECRET_FILE` | a file that holds one instead, as mounted secrets do; one line break at its end is not part of it |
    /// | `JEELPAY_ENV` | `sandbox` or `production` |
    /// | `JEELPAY_AUTH_URL` | another token endpoint; a bare origin means its `/oauth2/token` |
    /// | `JEELPAY_API_URL` | another API origin |
    /// | `JEELPAY_BODY_ENCODING` | `auto` (the default), `multipart` or `urlencoded` |
    /// | `JEELPAY_ALLOW_LOOPBACK_HTTP` | `true`: the URLs may be `http://` to this machine |
    ///
    /// `JEELPAY_ENV` may be left out where `JEELPAY_AUTH_URL` is given. An empty variable counts as
    /// missing.
    ///
    /// # Errors
    /// A missing or malformed setting, by the name of its variable and never with its value.
    pub fn from_env() -> Result<Self, ConfigError> {
        Settings::from_env().map(Self::with_settings)
    }

    fn with_settings(settings: Settings) -> Self {
        Self { settings, policy: Policy::default(), transport: None }
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

    /// How request bodies are encoded; [`EncodingChoice::Auto`] unless named.
    pub fn encoding(mut self, encoding: EncodingChoice) -> Self {
        self.settings.encoding = encoding;
        self
    }

    /// Other numbers than the default ones.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// A transport of your own making, such as one around your own HTTP client.
    pub fn transport(mut self, transport: D::Transport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The source. Nothing is sent yet.
    ///
    /// # Errors
    /// When the default transport cannot be set up.
    pub fn build(self) -> Result<TokenSource<D>, ConfigError> {
        let Self { settings, policy, transport } = self;
        let transport = match transport {
            Some(transport) => transport,
            None => D::with_defaults().map_err(ConfigError::transport)?,
        };
        let cache = Cache::new(settings.endpoint, settings.credentials, seed())
            .with_policy(policy)
            .with_encoding(settings.encoding);
        Ok(TokenSource::new(Shared::new(cache, settings.api_origin), D::around(transport)))
    }
}

/// A seed from the operating system: the standard library keys its hash maps by one.
fn seed() -> u64 {
    RandomState::new().hash_one(std::process::id())
}
