//! The token request under way.

use crate::credentials::Credentials;
use crate::moment::Moment;
use crate::request::{BodyEncoding, FlightId};
use std::time::Duration;

/// The token request under way. There is at most one.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) id: FlightId,
    pub(super) sent: Moment,
    /// When it is given up, on the monotonic clock alone: a stepped wall clock must not cost a token
    /// that is on its way.
    pub(super) deadline: Duration,
    /// When its transport must have ended, a little before the deadline: two requests must never be
    /// on the wire.
    pub(super) transport_deadline: Duration,
    pub(super) encoding: BodyEncoding,
    pub(super) credentials: Credentials,
    /// Whether another secret of the client was given since.
    pub(super) superseded: bool,
    /// Whether credentials of another client were given since: its token is not ours.
    pub(super) foreign: bool,
    /// Whether it was sent although our hold-off was not over, because the token at hand
    /// is about to end: its failure is not one more in a row.
    pub(super) uncounted: bool,
}

impl Flight {
    pub(super) fn is_over(&self, now: Moment) -> bool {
        now.monotonic() >= self.deadline
    }
}

/// How much later than its transport a flight is given up: a tenth of the request's time-out, at
/// least a quarter of a second and at most a second. A thread may run that late on a busy machine.
pub(super) fn grace(request_timeout: Duration) -> Duration {
    (request_timeout / 10).clamp(Duration::from_millis(250), Duration::from_secs(1))
}
