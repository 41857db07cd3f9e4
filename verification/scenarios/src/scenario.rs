//! The scenarios in the form of the files.

use crate::client::{ClientSettings, Who};
use crate::server::{Accepts, ServerFault, ServerSettings};
use serde::Deserialize;
use serde_json::Value;
use std::fmt;

/// A server, a client, the steps, and the expected results.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    name: String,
    about: String,
    #[serde(default = "both_schemes")]
    schemes: Vec<Scheme>,
    #[serde(default)]
    pub(crate) server: ServerSettings,
    #[serde(default)]
    pub(crate) client: ClientSettings,
    pub(crate) steps: Vec<Written>,
    #[serde(default)]
    pub(crate) expect: Counts,
}

impl Scenario {
    /// Its topic, its name and, if it has cases, the case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One sentence that states the expected behaviour.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// The schemes that it runs over.
    pub fn schemes(&self) -> &[Scheme] {
        &self.schemes
    }
}

/// Whether the server uses TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there are two")]
pub enum Scheme {
    /// Plain HTTP over loopback.
    Http,
    /// TLS, with a certificate from the emulator's authority.
    Https,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

fn both_schemes() -> Vec<Scheme> {
    vec![Scheme::Http, Scheme::Https]
}

/// A step, and its text in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value")]
pub(crate) struct Written {
    pub(crate) step: Step,
    pub(crate) text: String,
}

impl TryFrom<Value> for Written {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let text = value.to_string();
        let step = serde_json::from_value(value).map_err(|error| format!("{text}: {error}"))?;
        Ok(Self { step, text })
    }
}

/// One action. Actions run in order.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// Concurrent callers acquire a token.
    Token(Call),
    /// Starts callers in the background.
    Start(Call),
    /// Waits for all callers in the background.
    Join,
    /// Callers acquire a token repeatedly; each must get a token that has not expired.
    KeepAsking { callers: usize, for_ms: u64 },
    /// Reports to the client that the API rejected a token.
    Reject {
        #[serde(default = "one")]
        times: usize,
        #[serde(default)]
        token: Which,
    },
    /// Sets the credentials of the client.
    SetCredentials(Who),
    /// Calls the API with the current token and expects this status.
    Resource(u16),
    /// Sets faults for the next token requests, one each.
    Script(Vec<ServerFault>),
    /// Sets a fault for every token request.
    Always(ServerFault),
    /// Removes all faults.
    ClearFaults,
    /// Holds back the responses to token requests.
    Hold,
    /// Sends the responses that are held back.
    Release,
    /// Replaces the secret that the server accepts.
    RotateSecret(String),
    /// Replaces the server's signing key.
    RotateKey,
    /// Revokes every token issued before this step.
    RevokeAll,
    /// Sets the lifetime of tokens issued after this step.
    SetLifetimeMs(u64),
    /// Sets the encodings that the server reads.
    SetAccepts(Accepts),
    /// Waits until the condition holds.
    WaitFor(Condition),
    /// Compares the counts of the server.
    Check(Counts),
}

/// Callers of a token step.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    #[serde(default = "one")]
    pub(crate) callers: usize,
    /// The time that each waits. The default is that of the policy.
    pub(crate) wait_ms: Option<u64>,
    /// The minimum validity that each asks for.
    pub(crate) valid_for_ms: Option<u64>,
    pub(crate) expect: Outcome,
}

fn one() -> usize {
    1
}

/// The expected result of all callers of a step.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// One token for all, which was not seen before.
    New,
    /// The token seen last.
    Same,
    /// An error that matches.
    Error(Failure),
}

/// The properties of an expected error. Absent ones are not compared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Failure {
    /// Its stable code.
    pub(crate) code: Codes,
    /// The status of the response.
    pub(crate) status: Option<u16>,
    /// The `error` code in that response.
    pub(crate) oauth_code: Option<String>,
    /// The status of the response to the other encoding.
    pub(crate) other_status: Option<u16>,
    /// The `error` code in that response.
    pub(crate) other_oauth_code: Option<String>,
    /// The target host of a redirect.
    pub(crate) location_host: Option<String>,
    /// The time until the client retries.
    pub(crate) retry_in_ms: Option<Bound>,
}

/// A stable code, or several alternatives if HTTP libraries report a failure with different detail.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Codes {
    One(String),
    OneOf(Vec<String>),
}

impl Codes {
    pub(crate) fn allow(&self, code: &str) -> bool {
        match self {
            Self::One(one) => one == code,
            Self::OneOf(several) => several.iter().any(|one| one == code),
        }
    }
}

impl fmt::Display for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(one) => f.write_str(one),
            Self::OneOf(several) => f.write_str(&several.join(" or ")),
        }
    }
}

/// Selects one of the tokens seen.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Which {
    #[default]
    Current,
    First,
}

/// The condition of a wait.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    /// The cache's state: `no_token`, `valid`, `near_expiry` or `expired`.
    pub(crate) state: Option<CacheState>,
    /// The code of the last error since a token was issued.
    pub(crate) last_error: Option<String>,
    /// The minimum number of token requests.
    pub(crate) token_requests: Option<u64>,
}

/// The four states of the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CacheState {
    NoToken,
    Valid,
    NearExpiry,
    Expired,
}

/// The expected counts of the server. Absent counts are not compared, except `refused_requests`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counts {
    /// Token requests, including refused ones.
    pub(crate) token_requests: Option<Bound>,
    /// Tokens issued. A token that is issued again counts once.
    pub(crate) tokens_issued: Option<Bound>,
    /// The encodings of the token requests, in order.
    pub(crate) encodings: Option<Vec<SeenEncoding>>,
    /// The statuses of their responses, in order; null if no response was sent.
    pub(crate) statuses: Option<Vec<Option<u16>>>,
    /// Connections accepted, failed TLS handshakes included.
    pub(crate) connections: Option<Bound>,
    /// Requests that were not valid HTTP/1.1.
    #[serde(default)]
    pub(crate) refused_requests: u64,
}

/// An encoding that the server recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SeenEncoding {
    Multipart,
    Urlencoded,
    Other,
}

/// A number, or the ends of a range.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Bound {
    Exactly(u64),
    Between(Range),
}

/// A range. An absent end is open.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Range {
    at_least: Option<u64>,
    at_most: Option<u64>,
}

impl Bound {
    pub(crate) fn holds(self, number: u64) -> bool {
        match self {
            Self::Exactly(exactly) => number == exactly,
            Self::Between(Range { at_least, at_most }) => {
                at_least.is_none_or(|least| number >= least)
                    && at_most.is_none_or(|most| number <= most)
            }
        }
    }
}
