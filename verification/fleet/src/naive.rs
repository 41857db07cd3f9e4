//! The rule that an integration guide gives: renew thirty seconds before expiry, and try again.

use crate::client::{Answer, Client};
use crate::server::{LIFETIME, Outcome};
use std::time::Duration;

const MARGIN: Duration = Duration::from_secs(30);
const RETRY: Duration = Duration::from_secs(1);

/// Renews exactly thirty seconds before expiry, and retries each second until it succeeds.
pub(crate) struct Naive {
    token: Option<CurrentToken>,
    in_flight: bool,
    next_request: Option<Duration>,
}

#[derive(Clone, Copy)]
struct CurrentToken {
    token: usize,
    expires: Duration,
}

impl Client for Naive {
    type Ticket = ();

    fn new(_seed: u64) -> Self {
        Self { token: None, in_flight: false, next_request: None }
    }

    fn acquire(&mut self, now: Duration) -> Answer<()> {
        match self.token {
            Some(held) if now < held.expires => Answer::Token(held.token),
            _ => {
                self.next_request.get_or_insert(now);
                Answer::Wait(())
            }
        }
    }

    fn resume(&mut self, (): (), now: Duration) -> Answer<()> {
        self.acquire(now)
    }

    fn reject(&mut self, now: Duration) {
        self.token = None;
        self.next_request = Some(now);
    }

    fn sends(&mut self, now: Duration) -> bool {
        let due = self.next_request.is_some_and(|at| at <= now);
        let sends = due && !self.in_flight;
        self.in_flight |= sends;
        sends
    }

    fn receive(&mut self, outcome: Outcome, now: Duration) {
        self.in_flight = false;
        self.next_request = Some(now + RETRY);
        if let Outcome::Issued { token } = outcome {
            let expires = now + LIFETIME;
            self.token = Some(CurrentToken { token, expires });
            self.next_request = Some(expires - MARGIN);
        }
    }

    fn wakeup(&self, _somebody_waits: bool, _now: Duration) -> Option<Duration> {
        self.next_request.filter(|_| !self.in_flight)
    }

    fn lease_end(&mut self, now: Duration) -> Duration {
        self.token.map_or(now, |held| held.expires)
    }
}
