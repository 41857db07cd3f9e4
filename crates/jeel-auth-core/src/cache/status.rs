//! A look at the cache from outside.

use crate::error::Error;
use crate::request::BodyEncoding;
use crate::token::Generation;
use std::time::Duration;

/// The four states, derived from the token at hand and the time, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the four states are the contract")]
pub enum State {
    /// No token: none was asked for yet, or the last one was rejected.
    NoToken,
    /// A token that is handed out; nothing else happens.
    Valid,
    /// A token that is handed out while it is being renewed.
    NearExpiry,
    /// A token that may not be handed out any more.
    Expired,
}

/// What a cache is about, for health checks and people. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The state now.
    pub state: State,
    /// Which token is at hand, usable or not.
    pub generation: Option<Generation>,
    /// How much longer the token is handed out; `None` without a usable one.
    pub usable_for: Option<Duration>,
    /// How long until the token is renewed; `None` when that time has come or there is no token.
    pub renew_in: Option<Duration>,
    /// Whether a token request is under way.
    pub in_flight: bool,
    /// How long until a token request may be made; `None` when it may be made now.
    pub retry_in: Option<Duration>,
    /// The last failure since a token was issued.
    pub last_error: Option<Error>,
    /// How many rejections by resource servers came in a row, without a token that lived unrejected
    /// for [`Policy::fresh_for`](crate::Policy::fresh_for) between them.
    pub rejections_in_a_row: u32,
    /// The body encoding that brought a token, until put in doubt.
    pub proven_encoding: Option<BodyEncoding>,
    /// Whole requests in the budget's store.
    pub permits: u32,
    /// What has happened.
    pub counters: Counters,
}

/// How often things happened in a cache's life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Token requests handed out to be sent.
    pub requests: u64,
    /// New tokens issued.
    pub issued: u64,
    /// Times the server answered with the token at hand.
    pub reissued: u64,
    /// Requests that failed.
    pub failures: u64,
    /// Tokens that a resource server rejected, each counted once.
    pub rejections: u64,
}
