//! The invariants, judged from outside and with nothing of the machine's own.

use jeel_auth_core::{AccessToken, Event, FlightId, Generation, Moment, Policy};
use std::collections::BTreeSet;
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Checker {
    policy: Policy,
    flight: Option<(FlightId, Moment)>,
    /// When requests were sent, on the monotonic clock as all here.
    requests: Vec<Duration>,
    /// When a token reached its renewal time or its expiry, and which.
    payments: Vec<(Duration, u64)>,
    credentials: Vec<Duration>,
    held: Option<CurrentToken>,
    /// The token that was withdrawn last, because it was rejected.
    withdrawn: Option<CurrentToken>,
}

/// The token at hand, as the published rules have it.
struct CurrentToken {
    generation: Generation,
    text: String,
    sent: Moment,
    received: Moment,
    lifetime: Duration,
    leeway: Duration,
    reissued: bool,
    /// The deadlines not yet reached, each on each clock.
    awaited: Vec<Deadline>,
}

enum Deadline {
    Monotonic(Duration),
    Wall(Duration),
}

impl Checker {
    /// The time is `now`.
    pub(crate) fn pass(&mut self, now: Moment) {
        let Some(held) = &mut self.held else { return };
        let token = held.generation.to_u64();
        held.awaited.retain(|deadline| {
            let reached = match *deadline {
                Deadline::Monotonic(at) => (now.monotonic() >= at).then_some(at),
                Deadline::Wall(at) => (now.wall() >= at).then_some(now.monotonic()),
            };
            self.payments.extend(reached.map(|at| (at, token)));
            reached.is_none()
        });
    }

    /// A request was sent: the only one, and within the budget.
    pub(crate) fn requested(&mut self, flight: FlightId, now: Moment) {
        if let Some((_, sent)) = self.flight.replace((flight, now)) {
            let over = sent.monotonic() + self.policy.transport.request_timeout;
            assert!(now.monotonic() >= over, "two requests in flight");
        }
        self.requests.push(now.monotonic());
        self.check_budget();
    }

    /// Every window that ends with the last request holds no more of them than it may.
    fn check_budget(&mut self) {
        self.payments.sort();
        let end = *self.requests.last().unwrap();
        let (mut paying, mut payments) = (BTreeSet::new(), self.payments.iter().rev().peekable());
        for (count, start) in (1_u32..).zip(self.requests.iter().rev().take(500)) {
            while let Some((_, token)) = payments.next_if(|(at, _)| at >= start) {
                paying.insert(token);
            }
            let given = self.credentials.iter().rev().take_while(|at| *at >= start).count();
            let grown = (end - *start).as_secs_f64() / self.policy.interval.as_secs_f64();
            // At most one token per interval pays, and the one at hand when the window opens.
            let tokens = (paying.len() as f64).min(2.0 + grown);
            let burst = f64::from(self.policy.burst.get());
            let allowed = burst + grown + 2.0 * tokens + given as f64;
            let window = end - *start;
            assert!(f64::from(count) <= allowed + 1e-6, "{count} > {allowed} in {window:?}");
        }
    }

    /// The outcome of a flight has been reported; which and when it was sent if it was the current.
    pub(crate) fn landed(&mut self, flight: FlightId) -> Option<Moment> {
        self.flight.take_if(|(current, _)| *current == flight).map(|(_, sent)| sent)
    }

    /// A transport proved that nothing was sent: no request at all.
    pub(crate) fn nothing_sent(&mut self, sent: Option<Moment>) {
        if sent.is_some() {
            self.requests.pop();
        }
    }

    /// The token of this generation was rejected, and is no longer at hand.
    pub(crate) fn withdrawn(&mut self, generation: Generation) {
        let held = self.held.take().expect("a token to reject");
        assert_eq!(held.generation, generation);
        self.withdrawn = Some(held);
    }

    pub(crate) fn new_credentials(&mut self, now: Moment) {
        self.credentials.push(now.monotonic());
    }

    /// The machine says what it made of a response with the token `text`, to a request `sent` then.
    pub(crate) fn event(&mut self, event: &Event, sent: Option<Moment>, text: &str, now: Moment) {
        match *event {
            Event::Issued { generation, lifetime, renew_in } => {
                let sent = sent.expect("a token without a flight");
                self.issued((generation, text), (sent, now), lifetime, renew_in);
            }
            Event::Reissued { generation } => self.reissued(generation, text, now),
            Event::Failed { usable_for: Some(_), .. } if self.held.is_none() => {
                self.held = self.withdrawn.take();
            }
            _ => {}
        }
    }

    fn issued(
        &mut self,
        (generation, text): (Generation, &str),
        (sent, now): (Moment, Moment),
        lifetime: Duration,
        renew_in: Duration,
    ) {
        for known in self.held.iter().chain(&self.withdrawn) {
            let over = reached(known.end(), now);
            assert!(known.text != text || over, "a new life for a token before its end");
        }
        let late = now.monotonic() - sent.monotonic();
        let late = late.max(now.wall() - sent.wall());
        let mut held = CurrentToken {
            generation,
            text: text.to_owned(),
            sent,
            received: now,
            lifetime,
            leeway: self.policy.expiry_leeway.min(lifetime / 20),
            reissued: false,
            awaited: Vec::new(),
        };
        held.expect(sent.after(renew_in + late));
        held.expect(held.end().before(held.leeway));
        self.held = Some(held);
        self.withdrawn = None;
    }

    fn reissued(&mut self, generation: Generation, text: &str, now: Moment) {
        let same = |held: &CurrentToken| held.generation == generation;
        if !self.held.as_ref().is_some_and(same) {
            self.held = self.withdrawn.take();
        }
        let held = self.held.as_mut().expect("a token to be handed out again");
        assert_eq!((held.text.as_str(), held.generation), (text, generation));
        held.reissued = true;
        let took = held.received.monotonic() - held.sent.monotonic();
        let took = took.min(self.policy.transport.request_timeout);
        held.leeway = took.max(Duration::from_millis(50)).min(held.leeway);
        held.expect(held.end().before(held.leeway));
        for deadline in [held.end(), held.end().after(took), now.after(held.leeway)] {
            held.expect(deadline);
        }
    }

    /// The generation of the token that must be handed out at `now`, if any.
    pub(crate) fn usable(&self, now: Moment) -> Option<Generation> {
        let held = self.held.as_ref()?;
        (!reached(held.end().before(held.leeway), now)).then_some(held.generation)
    }

    /// `token` was handed out.
    pub(crate) fn handed_out(&self, token: &AccessToken, now: Moment) {
        let held = self.held.as_ref().expect("no token is known that could be handed out");
        assert_eq!(token.generation(), held.generation, "not the token at hand");
        assert_eq!(token.expose_secret(), held.text);
        let end = held.end().before(held.leeway).monotonic();
        assert!(now.monotonic() < end, "a token after its end, or within its leeway");
        // One handed back although its time was over proves that the wall clock was stepped.
        let usable = held.reissued || self.usable(now).is_some();
        assert!(usable, "a token within the leeway, or after its end on the wall clock");
    }
}

impl CurrentToken {
    const fn end(&self) -> Moment {
        self.sent.after(self.lifetime)
    }

    fn expect(&mut self, deadline: Moment) {
        let clocks = [Deadline::Monotonic(deadline.monotonic()), Deadline::Wall(deadline.wall())];
        self.awaited.extend(clocks);
    }
}

/// Said here once more, not to share a mistake with what is tested.
const fn reached(deadline: Moment, now: Moment) -> bool {
    now.monotonic().as_nanos() >= deadline.monotonic().as_nanos()
        || now.wall().as_nanos() >= deadline.wall().as_nanos()
}
