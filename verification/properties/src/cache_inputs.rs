//! Sequences of inputs to the cache machine.

use arbitrary::{Arbitrary, Unstructured};
use jeel_auth_core::{
    Acquire, Action, Cache, Credentials, Environment, FlightId, Generation, Moment, Response,
    SendFailure, Ticket, TransportKind,
};
use std::time::Duration;

#[derive(Arbitrary, Debug)]
enum Input {
    Acquire,
    AcquireFor(u16),
    Resume,
    Poll,
    Token { expires_in: u16, same: bool },
    Status(u16),
    Body(Vec<u8>),
    SendFailed,
    Reject,
    NewCredentials,
    Pass { milliseconds: u32, wall_too: bool },
    StepWall { seconds: i32 },
}

/// The bytes are inputs. For any inputs, at most one request is in flight, no token is handed out
/// after its expiry, a failure costs no usable token, and a lease agrees with the cache.
pub fn cache_inputs(bytes: &[u8]) {
    let mut harness = Harness::new();
    for input in Unstructured::new(bytes).arbitrary_iter::<Input>().into_iter().flatten() {
        let Ok(input) = input else { return };
        harness.apply(input);
        harness.check();
    }
}

struct Harness {
    cache: Cache,
    now: Moment,
    flight: Option<(FlightId, Duration)>,
    ticket: Option<Ticket>,
    tokens: u64,
    /// The generation of the latest token, and its expiry on the monotonic clock.
    end: Option<(Generation, Duration)>,
}

impl Harness {
    fn new() -> Self {
        let now = Moment::new(Duration::from_secs(1000), Duration::from_secs(1_800_000_000));
        Self {
            cache: Cache::new(Environment::Sandbox.token_endpoint(), credentials(), 3),
            now,
            flight: None,
            ticket: None,
            tokens: 0,
            end: None,
        }
    }

    fn apply(&mut self, input: Input) {
        let now = self.now;
        match input {
            Input::Acquire => self.acquire(Duration::ZERO),
            Input::AcquireFor(seconds) => self.acquire(Duration::from_secs(seconds.into())),
            Input::Resume => {
                if let Some(ticket) = self.ticket {
                    let acquired = self.cache.resume(now, ticket);
                    self.check_acquired(acquired);
                }
            }
            Input::Poll => {
                let in_flight = self.cache.status(now).in_flight;
                if let Some(Action::Send(request)) = self.cache.poll_action(now) {
                    assert!(!in_flight, "a second request in flight");
                    self.flight = Some((request.flight(), now.monotonic()));
                }
            }
            Input::Token { expires_in, same } => self.token(expires_in, same),
            Input::Status(status) => self.response(status, b"", 0),
            Input::Body(body) => self.response(200, &body, u16::MAX),
            Input::SendFailed => {
                if let Some((flight, _)) = self.flight.take() {
                    let failure = SendFailure::new(TransportKind::Broken, "");
                    self.cache.handle_send_failed(now, flight, &failure);
                }
            }
            Input::Reject => {
                if let Some(generation) = self.cache.status(now).generation {
                    self.cache.handle_rejected(now, generation);
                }
            }
            Input::NewCredentials => self.cache.set_credentials(now, credentials()),
            Input::Pass { milliseconds, wall_too } => self.pass(milliseconds, wall_too),
            Input::StepWall { seconds } => self.step_wall(seconds),
        }
    }

    fn token(&mut self, expires_in: u16, same: bool) {
        self.tokens += u64::from(!same);
        let body = format!(
            r#"{{"access_token":"t{}","token_type":"Bearer","expires_in":{expires_in}}}"#,
            self.tokens
        );
        self.response(200, body.as_bytes(), expires_in);
    }

    fn pass(&mut self, milliseconds: u32, wall_too: bool) {
        let passed = Duration::from_millis(milliseconds.into());
        let wall = if wall_too { self.now.wall() + passed } else { self.now.wall() };
        self.now = Moment::new(self.now.monotonic() + passed, wall);
    }

    fn step_wall(&mut self, seconds: i32) {
        let (step, wall) = (Duration::from_secs(seconds.unsigned_abs().into()), self.now.wall());
        let wall = if seconds < 0 { wall.saturating_sub(step) } else { wall + step };
        self.now = Moment::new(self.now.monotonic(), wall);
    }

    fn acquire(&mut self, at_least: Duration) {
        let acquired = self.cache.acquire(self.now, at_least);
        self.check_acquired(acquired);
    }

    fn check_acquired(&mut self, acquired: Acquire) {
        self.ticket = match acquired {
            Acquire::Wait(ticket) => Some(ticket),
            Acquire::Ready(token) => {
                self.check_token(token.generation());
                None
            }
            Acquire::Refused(_) => None,
        };
    }

    fn response(&mut self, status: u16, body: &[u8], lifetime: u16) {
        let Some((flight, sent)) = self.flight.take() else { return };
        let before = self.cache.status(self.now);
        self.cache.handle_response(self.now, flight, &Response::new(status, [], body));
        let after = self.cache.status(self.now);
        assert!(before.usable_for.is_none() || after.usable_for.is_some(), "a usable token lost");
        let Some(generation) = after.generation else { return };
        if after.counters.issued > before.counters.issued {
            self.end = Some((generation, sent + Duration::from_secs(lifetime.into())));
        } else if let Some((latest, _)) = &mut self.end {
            // A rejected token that is used again has a new generation and its old expiry.
            *latest = generation;
        }
    }

    fn check_token(&self, generation: Generation) {
        let (latest, end) = self.end.expect("a token that was issued");
        assert_eq!(generation, latest);
        assert!(self.now.monotonic() < end, "an expired token");
    }

    fn check(&mut self) {
        if let Some(lease) = self.cache.lease(self.now) {
            self.check_token(lease.token.generation());
            let Acquire::Ready(token) = self.cache.acquire(self.now, Duration::ZERO) else {
                panic!("a lease without a token in the cache")
            };
            assert_eq!(token.generation(), lease.token.generation());
        }
    }
}

fn credentials() -> Credentials {
    Credentials::new("school", "hush-hush").expect("good credentials")
}
