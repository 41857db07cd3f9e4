//! The client's settings in a scenario, and their conversion to a setup.

use crate::scenario::Scheme;
use crate::server::{Login, Server};
use crate::setup::Setup;
use jeel_auth::core::{BodyEncoding, Credentials, EncodingChoice, Endpoint, LoopbackHttp, Policy};
use serde::Deserialize;
use std::num::NonZeroU32;
use std::time::Duration;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClientSettings {
    pub(crate) encoding: ClientEncoding,
    pub(crate) credentials: Who,
    pub(crate) policy: PolicySettings,
    /// The target of its requests.
    pub(crate) target: Target,
    /// Whether it trusts only the certificate authorities of the machine.
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
    /// The credentials that the server accepts now.
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
    /// The server's port, with the other scheme.
    OtherScheme,
    /// A port that refuses connections.
    ClosedPort,
    /// A port that accepts connections, and neither reads nor sends.
    SilentPort,
}

/// Values that replace the defaults, named as in core's policy.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PolicySettings {
    request_timeout_ms: Option<u64>,
    caller_wait_ms: Option<u64>,
    backoff_floor_ms: Option<u64>,
    backoff_ceiling_ms: Option<u64>,
    backoff_ceiling_without_token_ms: Option<u64>,
    denied_floor_ms: Option<u64>,
    not_soon_floor_ms: Option<u64>,
    not_soon_ceiling_ms: Option<u64>,
    patience_ms: Option<u64>,
    fleet_spread_ms: Option<u64>,
    burst: Option<NonZeroU32>,
}

impl PolicySettings {
    fn policy(&self) -> Policy {
        let mut policy = Policy::default();
        for (number, setting) in [
            (&mut policy.transport.request_timeout, self.request_timeout_ms),
            (&mut policy.caller_wait, self.caller_wait_ms),
            (&mut policy.backoff_floor, self.backoff_floor_ms),
            (&mut policy.backoff_ceiling, self.backoff_ceiling_ms),
            (&mut policy.backoff_ceiling_without_token, self.backoff_ceiling_without_token_ms),
            (&mut policy.denied_floor, self.denied_floor_ms),
            (&mut policy.not_soon_floor, self.not_soon_floor_ms),
            (&mut policy.not_soon_ceiling, self.not_soon_ceiling_ms),
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

/// A secret that no server of the scenarios accepts.
pub(crate) const WRONG_SECRET: &str = "a-secret-of-last-year";

impl ClientSettings {
    pub(crate) fn setup(&self, server: &Server) -> Result<Setup, String> {
        let endpoint = endpoint(self.target, server)?;
        let mut setup = Setup::new(endpoint, self.credentials.credentials(server.login())?);
        setup.encoding = match self.encoding {
            ClientEncoding::Auto => EncodingChoice::Auto,
            ClientEncoding::Multipart => EncodingChoice::Always(BodyEncoding::Multipart),
            ClientEncoding::Urlencoded => EncodingChoice::Always(BodyEncoding::UrlEncoded),
        };
        setup.policy = self.policy.policy();
        let authority = server.authority().filter(|_| !self.distrusts_server);
        setup.authority = authority.map(<[u8]>::to_vec);
        Ok(setup)
    }
}

fn endpoint(target: Target, server: &Server) -> Result<Endpoint, String> {
    let url = server.token_url();
    let url = match (target, server.scheme()) {
        (Target::Server, _) => url,
        (Target::OtherScheme, Scheme::Http) => url.replacen("http:", "https:", 1),
        (Target::OtherScheme, Scheme::Https) => url.replacen("https:", "http:", 1),
        // The port of tcpmux, a service that no machine offers any more.
        (Target::ClosedPort, scheme) => format!("{scheme}://127.0.0.1:1"),
        (Target::SilentPort, scheme) => format!("{scheme}://{}", server.silent_address()?),
    };
    Endpoint::parse(&url, LoopbackHttp::Allowed).map_err(|error| error.to_string())
}
