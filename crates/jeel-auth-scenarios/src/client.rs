//! What a scenario says of the client, and the same in core's words.

use crate::scenario::Scheme;
use crate::server::{Login, Server};
use jeel_auth_driver::core::{
    BodyEncoding, Credentials, EncodingChoice, Endpoint, Environment, LoopbackHttp, Policy,
};
use jeel_auth_driver::{ConfigError, Driver, TokenSource};
use serde::Deserialize;
use std::num::NonZeroU32;
use std::time::Duration;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClientSettings {
    pub(crate) encoding: ClientEncoding,
    pub(crate) credentials: Who,
    pub(crate) policy: PolicySettings,
    /// Where its requests go.
    pub(crate) target: Target,
    /// Whether it trusts the machine's certificate authorities only, and not the server's.
    pub(crate) distrusts_server: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClientEncoding {
    #[default]
    Auto,
    Multipart,
    Urlencoded,
}

/// Whose credentials a client has.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Who {
    /// Those that the server takes now.
    #[default]
    Right,
    WrongSecret,
    UnknownClient,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    #[default]
    Server,
    /// The server's port, in the scheme that it does not speak.
    OtherScheme,
    /// A port that nobody listens on.
    ClosedPort,
    /// A port where connections are taken, and nothing is ever read or said.
    SilentPort,
}

/// Other numbers than the default ones, by their names in core's policy.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PolicySettings {
    request_timeout_ms: Option<u64>,
    caller_wait_ms: Option<u64>,
    backoff_floor_ms: Option<u64>,
    backoff_ceiling_ms: Option<u64>,
    denied_floor_ms: Option<u64>,
    patience_ms: Option<u64>,
    fleet_spread_ms: Option<u64>,
    burst: Option<NonZeroU32>,
}

impl PolicySettings {
    fn policy(&self) -> Policy {
        let mut policy = Policy::default();
        for (number, setting) in [
            (&mut policy.request_timeout, self.request_timeout_ms),
            (&mut policy.caller_wait, self.caller_wait_ms),
            (&mut policy.backoff_floor, self.backoff_floor_ms),
            (&mut policy.backoff_ceiling, self.backoff_ceiling_ms),
            (&mut policy.denied_floor, self.denied_floor_ms),
            (&mut policy.patience, self.patience_ms),
            (&mut policy.fleet_spread, self.fleet_spread_ms),
        ] {
            *number = setting.map_or(*number, Duration::from_millis);
        }
        policy.burst = self.burst.unwrap_or(policy.burst);
        policy
    }
}

impl Who {
    pub(crate) fn credentials(self, right: &Login) -> Result<Credentials, String> {
        let credentials = match self {
            Self::Right => Credentials::new(right.id.as_str(), right.secret.as_str()),
            Self::WrongSecret => Credentials::new(right.id.as_str(), WRONG_SECRET),
            Self::UnknownClient => Credentials::new("nobody-here", right.secret.as_str()),
        };
        credentials.map_err(|error| error.to_string())
    }
}

/// A secret that no server of the scenarios takes.
pub(crate) const WRONG_SECRET: &str = "a-secret-of-yesteryear";

/// All that an adapter needs to make a token source for a scenario.
#[derive(Debug)]
pub(crate) struct Setup {
    endpoint: Endpoint,
    credentials: Credentials,
    encoding: EncodingChoice,
    policy: Policy,
    /// The one authority to trust, in DER. None: the adapter's transport with its defaults.
    pub(crate) authority: Option<Vec<u8>>,
}

impl Setup {
    pub(crate) fn new(settings: &ClientSettings, server: &Server) -> Result<Self, String> {
        let authority = server.authority().filter(|_| !settings.distrusts_server);
        Ok(Self {
            endpoint: endpoint(settings.target, server)?,
            credentials: settings.credentials.credentials(server.login())?,
            encoding: match settings.encoding {
                ClientEncoding::Auto => EncodingChoice::Auto,
                ClientEncoding::Multipart => EncodingChoice::Always(BodyEncoding::Multipart),
                ClientEncoding::Urlencoded => EncodingChoice::Always(BodyEncoding::UrlEncoded),
            },
            policy: settings.policy.policy(),
            authority: authority.map(<[u8]>::to_vec),
        })
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

fn endpoint(target: Target, server: &Server) -> Result<Endpoint, String> {
    let url = server.token_url();
    let url = match (target, server.scheme()) {
        (Target::Server, _) => url,
        (Target::OtherScheme, Scheme::Http) => url.replacen("http:", "https:", 1),
        (Target::OtherScheme, Scheme::Https) => url.replacen("https:", "http:", 1),
        // The port of a service that has died out.
        (Target::ClosedPort, scheme) => format!("{scheme}://127.0.0.1:1"),
        (Target::SilentPort, scheme) => format!("{scheme}://{}", server.silent_address()?),
    };
    Endpoint::parse(&url, LoopbackHttp::Allowed).map_err(|error| error.to_string())
}
