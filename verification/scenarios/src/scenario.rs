//! A scenario as it stands in a file.

use crate::client::{ClientSettings, Who};
use crate::server::{Accepts, ServerFault, ServerSettings};
use serde::Deserialize;
use serde_json::Value;
use std::fmt;

/// What a server does, what a client asks of it, and what must come of it.
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
    /// Its name: topic, name and, where there are cases, the case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One sentence on what must hold.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// What it is run over.
    pub fn schemes(&self) -> &[Scheme] {
        &self.schemes
    }
}

/// Whether the server speaks TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there are two")]
pub enum Scheme {
    /// Plain, over loopback.
    Http,
    /// TLS, with a certificate of the emulator's own authority.
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

/// A step, and how it is written in its file.
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

/// One thing that happens. They happen in order, each when the one before it is over.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// Callers ask for a token, all at once, and are answered.
    Token(Call),
    /// Callers ask for a token in the background...
    Start(Call),
    /// ... and here all who were started have been answered.
    Join,
    /// Callers ask again and again for so long; each answer is a token within its life.
    KeepAsking { callers: usize, for_ms: u64 },
    /// The API rejected a token, so many times.
    Reject {
        #[serde(default = "one")]
        times: usize,
        #[serde(default)]
        token: Which,
    },
    /// The client is given credentials.
    SetCredentials(Who),
    /// The current token is presented to the API, which answers with this status.
    Resource(u16),
    /// These faults befall the next token requests, one each.
    Script(Vec<ServerFault>),
    /// This fault befalls every token request.
    Always(ServerFault),
    /// Faults end.
    ClearFaults,
    /// Responses to token requests are held back...
    Hold,
    /// ... and let go.
    Release,
    /// The server takes another secret, and the old one no more.
    RotateSecret(String),
    /// The server signs with another key.
    RotateKey,
    /// The API rejects every token issued so far.
    RevokeAll,
    /// Tokens issued from here on live so long.
    SetLifetimeMs(u64),
    /// The server reads other encodings.
    SetAccepts(Accepts),
    /// Time passes until all of this holds.
    WaitFor(Condition),
    /// What the server has counted so far.
    Check(Counts),
}

/// Callers who ask for a token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    #[serde(default = "one")]
    pub(crate) callers: usize,
    /// How long each waits; the policy says so if this does not.
    pub(crate) wait_ms: Option<u64>,
    /// How long each wants the token to be usable.
    pub(crate) valid_for_ms: Option<u64>,
    pub(crate) expect: Outcome,
}

fn one() -> usize {
    1
}

/// What all callers of a step get.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The same token, which was never seen before.
    New,
    /// The token that was seen last.
    Same,
    /// An error like this.
    Error(Failure),
}

/// What an error says. What is not named is not looked at.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Failure {
    /// Its stable code.
    pub(crate) code: Codes,
    /// The status of the response behind it.
    pub(crate) status: Option<u16>,
    /// The `error` code in that response.
    pub(crate) oauth_code: Option<String>,
    /// The status of the response to the other encoding.
    pub(crate) other_status: Option<u16>,
    /// The `error` code in that response.
    pub(crate) other_oauth_code: Option<String>,
    /// The host that a redirect pointed to.
    pub(crate) location_host: Option<String>,
    /// When the client will ask again.
    pub(crate) retry_in_ms: Option<Bound>,
}

/// A stable code; or one of several, where HTTP libraries see more or less of what went wrong.
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

/// One of the tokens seen.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Which {
    #[default]
    Current,
    First,
}

/// What is waited for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    /// The cache's state: `no_token`, `valid`, `near_expiry` or `expired`.
    pub(crate) state: Option<CacheState>,
    /// The code of the last error since a token was issued.
    pub(crate) last_error: Option<String>,
    /// At least so many token requests.
    pub(crate) token_requests: Option<u64>,
}

/// The four states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CacheState {
    NoToken,
    Valid,
    NearExpiry,
    Expired,
}

/// What the server counts. What is not named is not looked at, but for refused requests.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counts {
    /// Token requests, whatever became of them.
    pub(crate) token_requests: Option<Bound>,
    /// Tokens issued; one that is issued again counts once.
    pub(crate) tokens_issued: Option<Bound>,
    /// The encodings of the token requests, in order.
    pub(crate) encodings: Option<Vec<SeenEncoding>>,
    /// The statuses of their responses, in order; null where none was sent.
    pub(crate) statuses: Option<Vec<Option<u16>>>,
    /// Requests that were not proper HTTP/1.1.
    #[serde(default)]
    pub(crate) refused_requests: u64,
}

/// An encoding, as the server recognised it.
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

/// A range; an end that is not named is open.
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
