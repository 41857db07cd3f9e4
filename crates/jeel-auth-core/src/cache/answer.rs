//! What a caller and a driver get from the cache.

use crate::error::Error;
use crate::moment::Moment;
use crate::request::TokenRequest;
use crate::token::AccessToken;
use std::time::Duration;

/// What a caller gets.
#[derive(Clone, Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "a driver must handle each of them")]
pub enum Acquire {
    /// A usable token. [`crate::Cache::poll_action`] may have a renewal to send; the caller need not wait
    /// for it.
    Ready(AccessToken),
    /// Poll the action, and come back with [`crate::Cache::resume`] when a flight has ended or
    /// [`crate::Cache::next_wakeup`] has come.
    Wait(Ticket),
    /// No token, and none soon.
    Refused(Error),
}

/// A waiting caller's place: what it wants, and what had happened when it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub(super) at_least: Duration,
    /// When it came, on the machine's monotonic clock.
    pub(super) came: Duration,
    pub(super) refusals: u64,
    pub(super) issued: u64,
}

/// Something for the driver to do.
#[derive(Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "a driver must handle each of them")]
pub enum Action {
    /// Send this request, and report its outcome by [`crate::Cache::handle_response`] or
    /// [`crate::Cache::handle_send_failed`].
    Send(TokenRequest),
}

/// A token that may be handed out for a while without asking the cache.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Lease {
    /// The token.
    pub token: AccessToken,
    /// Until either clock reaches this, [`crate::Cache::acquire`] would answer with this token and start
    /// nothing.
    pub until: Moment,
    /// When the token itself stops being usable; not before `until`.
    pub usable_until: Moment,
    /// How much earlier than the token's expiry that is: a reader whose clock lags by more must not
    /// rely on it.
    pub leeway: Duration,
}
