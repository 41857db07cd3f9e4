//! A cache of `jeel-auth-core`, driven through its public interface, with a checker.

use crate::checker::Checker;
use crate::client::{Acquired, Client};
use crate::server::{LIFETIME, RequestResult};
use jeel_auth_core::{
    Acquire, Action, Cache, Credentials, Environment, FlightId, Generation, Moment, Response,
    SendFailure, Ticket, TransportKind,
};
use std::time::Duration;

pub(crate) struct Ours {
    cache: Cache,
    checker: Checker,
    flight: Option<FlightId>,
    /// The token that was handed out last.
    handed_out: Option<Generation>,
}

/// Both clocks agree. The simulation of `jeel-auth-core` covers clocks that do not.
fn moment(now: Duration) -> Moment {
    Moment::new(now, Duration::from_secs(1_800_000_000) + now)
}

impl Client for Ours {
    type Ticket = Ticket;

    fn new(seed: u64) -> Self {
        let endpoint = Environment::Sandbox.token_endpoint();
        let credentials = Credentials::new("school-42", "hush").expect("good credentials");
        let cache = Cache::new(endpoint, credentials, seed);
        let checker = Checker::new(cache.policy().clone());
        Self { cache, checker, flight: None, handed_out: None }
    }

    fn acquire(&mut self, now: Duration) -> Acquired<Ticket> {
        self.checker.pass(now);
        let acquired = self.cache.acquire(moment(now), Duration::ZERO);
        self.judge(acquired, now)
    }

    fn resume(&mut self, now: Duration, ticket: Ticket) -> Acquired<Ticket> {
        self.checker.pass(now);
        let acquired = self.cache.resume(moment(now), ticket);
        self.judge(acquired, now)
    }

    fn reject(&mut self, now: Duration) {
        let generation = self.handed_out.expect("a token that was handed out");
        self.checker.pass(now);
        self.cache.handle_rejected(moment(now), generation);
        self.checker.rejected(generation);
    }

    fn poll_send(&mut self, now: Duration) -> bool {
        self.checker.pass(now);
        let Some(action) = self.cache.poll_action(moment(now)) else { return false };
        let Action::Send(request) = action;
        self.flight = Some(request.flight());
        self.checker.requested(now);
        true
    }

    fn receive(&mut self, result: RequestResult, now: Duration) {
        self.checker.pass(now);
        let flight = self.flight.take().expect("a flight that ends");
        let at = moment(now);
        match result {
            RequestResult::Issued { token } => {
                let body = format!(
                    r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{}}}"#,
                    LIFETIME.as_secs()
                );
                self.cache.handle_response(at, flight, &Response::new(200, [], body.as_bytes()));
            }
            RequestResult::TooMany { retry_after } => {
                let seconds = retry_after.as_secs().to_string();
                let fields = [("Retry-After", seconds.as_bytes())];
                self.cache.handle_response(at, flight, &Response::new(429, fields, b""));
            }
            RequestResult::Down => {
                let failure = SendFailure::new(TransportKind::Connect, "connection refused");
                self.cache.handle_send_failed(at, flight, &failure);
            }
        }
        while let Some(event) = self.cache.poll_event() {
            self.checker.event(&event, now);
        }
        self.checker.finished();
        let kept = self.cache.status(at).usable_for.is_some();
        assert!(kept || !self.checker.usable(now), "the cache keeps a usable token");
    }

    fn wakeup(&self, somebody_waits: bool, now: Duration) -> Option<Duration> {
        let wakeup = self.cache.next_wakeup().filter(|_| somebody_waits)?;
        Some(now + wakeup.remaining(moment(now)))
    }

    fn lease_end(&mut self, now: Duration) -> Duration {
        let lease = self.cache.lease(moment(now));
        lease.map_or(now, |lease| now + lease.until.remaining(moment(now)))
    }
}

impl Ours {
    fn judge(&mut self, acquired: Acquire, now: Duration) -> Acquired<Ticket> {
        match acquired {
            Acquire::Ready(token) => {
                self.checker.handed_out(token.generation(), now);
                self.handed_out = Some(token.generation());
                Acquired::Token(token.expose_secret().parse().expect("a number for a token"))
            }
            Acquire::Wait(ticket) => {
                assert!(!self.checker.usable(now), "a caller waits despite a usable token");
                Acquired::Wait(ticket)
            }
            Acquire::Refused(error) => {
                assert!(!self.checker.usable(now), "{error} despite a usable token");
                Acquired::Refused
            }
        }
    }
}
