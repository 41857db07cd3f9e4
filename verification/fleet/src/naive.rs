//! The rule of common integration guides: renew thirty seconds before expiry, and retry on failure.

use crate::client::{Acquired, Client};
use crate::server::{LIFETIME, RequestResult};
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

    fn acquire(&mut self, now: Duration) -> Acquired<()> {
        match self.token {
            Some(held) if now < held.expires => Acquired::Token(held.token),
            _ => {
                self.next_request.get_or_insert(now);
                Acquired::Wait(())
            }
        }
    }

    fn resume(&mut self, now: Duration, (): ()) -> Acquired<()> {
        self.acquire(now)
    }

    fn reject(&mut self, now: Duration) {
        self.token = None;
        self.next_request = Some(now);
    }

    fn poll_send(&mut self, now: Duration) -> bool {
        let due = self.next_request.is_some_and(|at| at <= now);
        let sends = due && !self.in_flight;
        self.in_flight |= sends;
        sends
    }

    fn receive(&mut self, result: RequestResult, now: Duration) {
        self.in_flight = false;
        self.next_request = Some(now + RETRY);
        if let RequestResult::Issued { token } = result {
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
