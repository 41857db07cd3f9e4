//! A cache, its driver, its callers and what happens to them.

use crate::checker::Checker;
use crate::clock::Clock;
use crate::dice::Dice;
use crate::server::{Outcome, Server};
use jeel_auth_core::{
    Acquire, Action, Cache, Credentials, Environment, Error, Event, FlightId, Generation, Moment,
    Response, SendFailure, State, Ticket, TransportKind,
};
use std::fmt::Write;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

pub(crate) struct World {
    dice: Dice,
    clock: Clock,
    cache: Cache,
    server: Server,
    /// The client's own secret, which the server's may differ from.
    secret: String,
    callers: Vec<Caller>,
    /// Responses and failures on their way, and when they arrive.
    underway: Vec<(Duration, FlightId, Outcome)>,
    generations: Vec<Generation>,
    checker: Checker,
    /// The token in the response last delivered.
    delivered: String,
    transcript: String,
}

struct Caller {
    ticket: Ticket,
    at_least: Duration,
    leaves: Duration,
    /// When it comes back although nothing was reported.
    wakes: Moment,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let secret = "hush-0".to_owned();
        let credentials = Credentials::new("school-42", secret.clone()).unwrap();
        Self {
            cache: Cache::new(Environment::Sandbox.token_endpoint(), credentials, seed),
            clock: Clock::new(),
            server: Server::new(&secret, &mut dice),
            secret,
            dice,
            callers: Vec::new(),
            underway: Vec::new(),
            generations: vec![Generation::from_u64(7)],
            checker: Checker::default(),
            delivered: String::new(),
            transcript: String::new(),
        }
    }

    pub(crate) fn transcript(self) -> String {
        self.transcript
    }

    /// Something happens.
    pub(crate) fn step(&mut self) {
        self.time_passes();
        self.deliver();
        match self.dice.below(40) {
            0..20 => drop(self.come(Duration::ZERO)),
            20 => {
                let at_least = self.dice.seconds(5000);
                let _ = self.come(at_least);
            }
            21..24 => self.reject(),
            24 => self.new_credentials(),
            25 => self.server.secret = self.secret.clone(),
            26 if self.dice.one_in(10) => self.server.replace(&mut self.dice),
            27 => self.server.revoke(),
            28 => self.clock.fault(&mut self.dice),
            29..32 => self.look(),
            _ => {}
        }
        self.wake_if_due();
        self.leave();
        self.look_at_events(None);
    }

    /// The server and the clocks turn healthy: waiting callers are answered, and then nobody sees an
    /// error for a day.
    pub(crate) fn recover(&mut self) {
        self.underway.clear();
        self.server.replace(&mut self.dice);
        self.server.hostile = false;
        self.server.secret = self.secret.clone();
        let now = self.read();
        self.cache.handle_timeout(now);
        self.look_at_events(None);
        if let Some(generation) = self.cache.status(now).generation {
            self.cache.handle_rejected(now, generation);
            if self.cache.status(now).generation.is_none() {
                self.checker.withdrawn(generation);
            }
        }
        self.look_at_events(None);
        let (issued, deadline) = (self.generations.len(), self.now().after(HOUR * 2));
        while self.generations.len() == issued {
            assert!(!deadline.reached(self.now()), "no token from a healthy server");
            let _ = self.live_on(SECOND);
        }
        let end = self.now().after(HOUR * 12);
        while !end.reached(self.now()) {
            let answer = self.live_on(SECOND * 30);
            assert!(!matches!(answer, Acquire::Refused(_)), "{answer:?}");
        }
    }

    /// A caller comes, a response on its way arrives, and time passes.
    fn live_on(&mut self, by: Duration) -> Acquire {
        let answer = self.come(Duration::ZERO);
        while let Some((at, ..)) = self.underway.first() {
            let wait = at.saturating_sub(self.elapsed());
            self.clock.pass(wait);
            self.deliver();
        }
        self.clock.pass(by);
        self.wake(false);
        answer
    }

    // Time.

    const fn now(&self) -> Moment {
        self.clock.counted()
    }

    const fn elapsed(&self) -> Duration {
        self.clock.shown().monotonic()
    }

    /// A reading for the cache, of which the checker learns.
    fn read(&mut self) -> Moment {
        let read = self.clock.read(&mut self.dice);
        self.checker.pass(self.now());
        read
    }

    fn time_passes(&mut self) {
        let by = match self.dice.below(20) {
            0 => self.dice.seconds(2000),
            1..5 => self.dice.seconds(30),
            5..8 => self.next_moment(),
            _ => self.dice.millis(1000),
        };
        self.clock.pass(by);
    }

    /// To the next arrival or wake-up, exactly.
    fn next_moment(&self) -> Duration {
        let arrivals = self.underway.iter().map(|(at, ..)| at.saturating_sub(self.elapsed()));
        let wakeup = self.cache.next_wakeup().map(|wakeup| wakeup.remaining(self.clock.shown()));
        arrivals.chain(wakeup).min().unwrap_or(SECOND)
    }

    // The driver.

    fn poll(&mut self, now: Moment) {
        while let Some(action) = self.cache.poll_action(now) {
            let Action::Send(request) = action;
            self.checker.requested(request.flight(), self.now());
            let (at, dice) = (self.elapsed(), &mut self.dice);
            let (delay, outcome) = self.server.answer(&request, at, dice);
            self.underway.push((at + delay, request.flight(), outcome));
            self.underway.sort_by_key(|(at, ..)| *at);
            self.note(&format!("{request:?}"));
        }
    }

    fn deliver(&mut self) {
        let due = self.underway.iter().take_while(|(at, ..)| *at <= self.elapsed()).count();
        for (_, flight, outcome) in self.underway.drain(..due).collect::<Vec<_>>() {
            let sent = self.checker.landed(flight);
            let now = self.read();
            match outcome {
                Outcome::Response { status, fields, body } => {
                    let fields = fields.iter().map(|(name, value)| (*name, value.as_bytes()));
                    let response = Response::new(status, fields, body.as_bytes());
                    self.delivered = body.split('"').nth(3).unwrap_or_default().to_owned();
                    self.cache.handle_response(now, flight, &response);
                }
                Outcome::Failed(kind, secret) => {
                    let mut failure = SendFailure::new(kind, format!("of {secret}"));
                    if kind == TransportKind::Connect {
                        failure = failure.nothing_sent();
                        self.checker.nothing_sent(sent);
                    }
                    self.cache.handle_send_failed(now, flight, &failure);
                }
                Outcome::Lost => {}
            }
            self.look_at_events(sent);
            self.poll(now);
            self.wake(true);
        }
    }

    fn wake_if_due(&mut self) {
        let shown = self.clock.shown();
        let due = self.callers.iter().any(|caller| caller.wakes.reached(shown));
        if due || self.dice.one_in(10) {
            self.wake(false);
        }
    }

    /// Resumes all who wait; right after an outcome they are all answered alike.
    fn wake(&mut self, outcome: bool) {
        let mut answers = Vec::new();
        if self.callers.is_empty() {
            return;
        }
        let now = self.read();
        for mut caller in std::mem::take(&mut self.callers) {
            let answer = self.cache.resume(now, caller.ticket);
            self.judge(&answer);
            self.poll(now);
            if caller.at_least.is_zero() {
                answers.push(kind(&answer));
            }
            if let Acquire::Wait(ticket) = answer {
                (caller.ticket, caller.wakes) = (ticket, self.wakeup());
                self.callers.push(caller);
            }
        }
        answers.dedup();
        assert!(!outcome || answers.len() <= 1, "one outcome, answers {answers:?}");
    }

    // Callers.

    fn come(&mut self, at_least: Duration) -> Acquire {
        let now = self.read();
        let usable = self.checker.usable(self.now());
        let answer = self.cache.acquire(now, at_least);
        self.judge(&answer);
        if usable.is_some() && at_least.is_zero() {
            assert!(matches!(answer, Acquire::Ready(_)), "{answer:?} despite a usable token");
        }
        self.poll(now);
        if let Acquire::Wait(ticket) = answer {
            let leaves = self.elapsed() + self.dice.seconds(40);
            let wakes = self.wakeup();
            self.callers.push(Caller { ticket, at_least, leaves, wakes });
        }
        answer
    }

    fn judge(&mut self, answer: &Acquire) {
        self.look_at_events(None);
        match answer {
            Acquire::Ready(token) => self.checker.handed_out(token, self.now()),
            Acquire::Refused(error) => self.note(&shown(error)),
            Acquire::Wait(_) => {}
        }
        self.note(&format!("{answer:?}"));
    }

    /// Those whose time is up; each learns of it in words.
    fn leave(&mut self) {
        let (elapsed, callers) = (self.elapsed(), std::mem::take(&mut self.callers));
        for caller in callers {
            if caller.leaves > elapsed {
                self.callers.push(caller);
                continue;
            }
            let now = self.read();
            let error = self.cache.give_up(now, caller.ticket);
            self.note(&shown(&error));
        }
    }

    /// Of a token old or new; only the one at hand can be meant.
    fn reject(&mut self) {
        let last = self.generations.len();
        let recent = &self.generations[last.saturating_sub(3)..];
        let generation = self.dice.pick(recent);
        let now = self.read();
        self.cache.handle_timeout(now);
        self.look_at_events(None);
        let before = self.cache.status(now);
        self.cache.handle_rejected(now, generation);
        let after = self.cache.status(now);
        if before.generation != Some(generation) {
            assert_eq!(before, after, "a stale rejection");
        } else if after.generation.is_none() {
            self.checker.withdrawn(generation);
        } else {
            assert_eq!(
                after.generation,
                Some(generation),
                "a rejection replaces nothing by itself"
            );
        }
    }

    fn new_credentials(&mut self) {
        self.secret = format!("hush-{}", self.transcript.len());
        if self.dice.one_in(2) {
            self.server.secret = self.secret.clone();
        }
        let credentials = Credentials::new("school-42", self.secret.clone()).unwrap();
        let now = self.read();
        self.checker.new_credentials(self.now());
        self.cache.set_credentials(now, credentials);
        let status = self.cache.status(now);
        assert!(status.permits > 0, "new credentials pay for a request");
    }

    // What is seen.

    fn look(&mut self) {
        let now = self.read();
        // A look alone leaves no reading behind.
        self.cache.handle_timeout(now);
        self.look_at_events(None);
        let status = self.cache.status(now);
        let lease = self.cache.lease(now);
        if let Some(lease) = &lease {
            self.checker.handed_out(&lease.token, self.now());
        }
        if status.state != State::Valid {
            assert!(status.retry_in.is_none_or(|wait| wait <= HOUR * 11 / 10), "{status:?}");
        }
        self.note(&format!("{status:?} {lease:?}"));
        if self.dice.one_in(20) {
            self.note(&format!("{:?}", self.cache));
        }
    }

    fn look_at_events(&mut self, sent: Option<Moment>) {
        while let Some(event) = self.cache.poll_event() {
            if let Event::Issued { generation, .. } | Event::Reissued { generation } = event {
                self.generations.push(generation);
            }
            self.checker.event(&event, sent, &self.delivered, self.now());
            if let Event::Failed { error, .. } = &event {
                self.note(&shown(error));
            }
            self.note(&format!("{event:?}"));
        }
    }

    /// When a waiting caller comes back: within the time of one request, or of a slow round trip and
    /// the leeway of a token that the server hands out again.
    fn wakeup(&self) -> Moment {
        let wakeup = self.cache.next_wakeup().expect("a wake-up for those who wait");
        let wait = wakeup.remaining(self.clock.last());
        assert!(wait <= SECOND * 16, "nobody is woken for {wait:?}");
        wakeup
    }

    /// Nothing that is shown contains a secret.
    fn note(&mut self, text: &str) {
        assert!(!text.contains("hush-") && !text.contains("t0k3n-"), "a secret in {text}");
        writeln!(self.transcript, "{text}").unwrap();
    }
}

fn kind(answer: &Acquire) -> String {
    match answer {
        Acquire::Ready(token) => format!("{:?}", token.generation()),
        Acquire::Wait(_) => "wait".to_owned(),
        Acquire::Refused(error) => error.code().to_owned(),
    }
}

fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {:?} {:?}", error.response(), error.other_response());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        write!(text, " {cause} {cause:?}").unwrap();
        source = cause.source();
    }
    text
}
