//! What a client is made of.

use jeel_auth::core::{Credentials, EncodingChoice, Endpoint, Environment, Policy};
use jeel_auth::{ConfigError, Driver, TokenSource};

/// All that an adapter needs to make a token source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// Where tokens are asked for.
    pub endpoint: Endpoint,
    /// Who asks.
    pub credentials: Credentials,
    /// How request bodies are encoded.
    pub encoding: EncodingChoice,
    /// The numbers of the policy.
    pub policy: Policy,
    /// The one authority to trust, in DER. None: the adapter's transport with its defaults.
    pub authority: Option<Vec<u8>>,
}

impl Setup {
    /// The default settings, for this endpoint and this client.
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
