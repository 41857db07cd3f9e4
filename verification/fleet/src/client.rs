//! The interface between the simulation and a client, for each renewal rule.

use crate::server::RequestResult;
use std::time::Duration;

/// One client of the token server, with the callers of one process.
pub(crate) trait Client {
    /// Identifies a waiting caller.
    type Ticket;

    fn new(seed: u64) -> Self;

    /// Acquires a token for a new caller.
    fn acquire(&mut self, now: Duration) -> Acquired<Self::Ticket>;

    /// Acquires a token for a waiting caller.
    fn resume(&mut self, now: Duration, ticket: Self::Ticket) -> Acquired<Self::Ticket>;

    /// Reports that the API rejected the token that was handed out last.
    fn reject(&mut self, now: Duration);

    /// Returns true if the client sends a token request now.
    fn poll_send(&mut self, now: Duration) -> bool;

    /// Delivers the result of the request in flight.
    fn receive(&mut self, result: RequestResult, now: Duration);

    /// The next time at which the client needs to be polled without an input.
    fn wakeup(&self, somebody_waits: bool, now: Duration) -> Option<Duration>;

    /// The time until which callers get the token that was handed out last, without any other
    /// effect.
    fn lease_end(&mut self, now: Duration) -> Duration;
}

/// The result of `acquire` and `resume`.
pub(crate) enum Acquired<Ticket> {
    Token(usize),
    Wait(Ticket),
    Refused,
}
