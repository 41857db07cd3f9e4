//! The configuration of a client.

use jeel_auth::core::{Credentials, EncodingChoice, Endpoint, Environment, Policy};
use jeel_auth::{Builder, ConfigError, Runtime, TokenSource, Transport, blocking};

/// The configuration from which an adapter makes a token source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// The token endpoint.
    pub endpoint: Endpoint,
    /// The client credentials.
    pub credentials: Credentials,
    /// The encoding of request bodies.
    pub encoding: EncodingChoice,
    /// The policy.
    pub policy: Policy,
    /// An authority to trust besides those of the system, in DER.
    pub authority: Option<Vec<u8>>,
}

impl Setup {
    /// A setup with default settings.
    pub fn new(endpoint: Endpoint, credentials: Credentials) -> Self {
        Self {
            endpoint,
            credentials,
            encoding: EncodingChoice::default(),
            policy: Policy::default(),
            authority: None,
        }
    }

    /// A source on this transport, for tasks.
    pub(crate) fn source(
        &self,
        transport: impl Transport + Runtime,
    ) -> Result<TokenSource, ConfigError> {
        let credentials = self.credentials.clone();
        self.build(TokenSource::builder(Environment::Sandbox, credentials, transport))
    }

    /// A source on this transport, for threads.
    pub(crate) fn blocking_source(
        &self,
        transport: impl blocking::Transport,
    ) -> Result<blocking::TokenSource, ConfigError> {
        let credentials = self.credentials.clone();
        self.build(blocking::TokenSource::builder(Environment::Sandbox, credentials, transport))
    }

    fn build<S>(&self, builder: Builder<S>) -> Result<S, ConfigError> {
        builder
            .endpoint(self.endpoint.clone())
            .encoding(self.encoding)
            .policy(self.policy.clone())
            .build()
    }
}
