//! The configuration of a client.

use jeel_auth::core::{Credentials, EncodingChoice, Endpoint, Environment, Policy};
use jeel_auth::{ConfigError, Driver, TokenSource};

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
    /// The only authority to trust, in DER. `None` means the adapter's default transport.
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

    /// The source, on this transport; on the default one if it is none.
    pub(crate) fn source<D: Driver>(
        &self,
        transport: Option<D::Transport>,
    ) -> Result<TokenSource<D>, ConfigError> {
        let mut builder = TokenSource::<D>::builder(Environment::Sandbox, self.credentials.clone())
            .endpoint(self.endpoint.clone())
            .encoding(self.encoding)
            .policy(self.policy.clone());
        if let Some(transport) = transport {
            builder = builder.transport(transport);
        }
        builder.build()
    }
}
