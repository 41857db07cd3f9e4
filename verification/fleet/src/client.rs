//! What the world asks of a client, whatever rule it lives by.

use crate::server::Outcome;
use std::time::Duration;

/// One client of the token server, with the callers of one process.
pub(crate) trait Client {
    /// A waiting caller's place.
    type Ticket;

    fn new(seed: u64) -> Self;

    /// A caller wants a token.
    fn acquire(&mut self, now: Duration) -> Answer<Self::Ticket>;

    /// A caller who waits asks again.
    fn resume(&mut self, ticket: Self::Ticket, now: Duration) -> Answer<Self::Ticket>;

    /// The API refused the token that was just handed out.
    fn reject(&mut self, now: Duration);

    /// Whether a token request is sent now.
    fn sends(&mut self, now: Duration) -> bool;

    /// What became of the request.
    fn receive(&mut self, outcome: Outcome, now: Duration);

    /// When to look again although nothing comes in.
    fn wakeup(&self, somebody_waits: bool, now: Duration) -> Option<Duration>;

    /// Until when callers get the token just handed out, and nothing else happens.
    fn lease_end(&mut self, now: Duration) -> Duration;
}

/// The answer to a caller.
pub(crate) enum Answer<Ticket> {
    Token(usize),
    Wait(Ticket),
    Refused,
}
