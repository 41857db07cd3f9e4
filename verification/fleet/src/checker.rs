//! What must hold of each cache, judged from outside and with nothing of the machine's own.

use crate::server::LIFETIME;
use jeel_auth_core::{Event, Generation, Policy};
use std::collections::BTreeSet;
use std::time::Duration;

pub(crate) struct Checker {
    policy: Policy,
    /// When the request under way was sent.
    flight: Option<Duration>,
    requests: Vec<Duration>,
    /// When a token reached its renewal time or its expiry, and which.
    payments: Vec<(Duration, Generation)>,
    held: Option<CurrentToken>,
}

/// The token at hand, as the published rules have it.
struct CurrentToken {
    generation: Generation,
    unusable: Duration,
    /// Its renewal time and its expiry, while still to come.
    awaited: Vec<Duration>,
}

impl Checker {
    pub(crate) const fn new(policy: Policy) -> Self {
        Self { policy, flight: None, requests: Vec::new(), payments: Vec::new(), held: None }
    }

    /// Time has come to be `now`.
    pub(crate) fn pass(&mut self, now: Duration) {
        let Some(held) = &mut self.held else { return };
        held.awaited.retain(|at| {
            let reached = *at <= now;
            self.payments.extend(reached.then_some((*at, held.generation)));
            !reached
        });
    }

    /// A request was sent: the only one, and within the budget.
    pub(crate) fn requested(&mut self, now: Duration) {
        assert_eq!(self.flight.replace(now), None, "two requests in flight");
        self.requests.push(now);
        self.check_budget(now);
    }

    /// The flight is over, and the machine has said what it made of the outcome.
    pub(crate) const fn landed(&mut self) {
        self.flight = None;
    }

    /// The machine says what it made of a response.
    pub(crate) fn event(&mut self, event: &Event, now: Duration) {
        let Event::Issued { generation, lifetime, renew_in, .. } = event else { return };
        assert_eq!(*lifetime, LIFETIME);
        let sent = self.flight.expect("a token without a flight");
        let renewal = now + *renew_in;
        let latest = sent + LIFETIME - self.policy.renewal_margin;
        let spread = self.policy.fleet_spread.min(LIFETIME / 10);
        assert!(renewal <= latest && renewal + spread >= latest, "renewed at {renewal:?}");
        let unusable = sent + LIFETIME - self.policy.expiry_leeway;
        let awaited = vec![renewal, unusable];
        self.held = Some(CurrentToken { generation: *generation, unusable, awaited });
    }

    /// The API refused this token.
    pub(crate) fn rejected(&mut self, generation: Generation) {
        let held = self.held.take();
        assert_eq!(held.map(|held| held.generation), Some(generation), "the token at hand");
    }

    /// Whether callers must be getting a token.
    pub(crate) fn usable(&self, now: Duration) -> bool {
        self.held.as_ref().is_some_and(|held| now < held.unusable)
    }

    /// A token was handed out.
    pub(crate) fn handed_out(&self, generation: Generation, now: Duration) {
        assert!(self.usable(now), "a token past its time");
        let held = self.held.as_ref().map(|held| held.generation);
        assert_eq!(held, Some(generation), "not the token at hand");
    }

    /// Every window that ends now: requests ≤ burst + W / interval + 2T + C, where C is zero as no
    /// credentials are ever replaced here.
    fn check_budget(&mut self, now: Duration) {
        self.payments.sort_by_key(|(at, generation)| (*at, generation.to_u64()));
        let mut payments = self.payments.iter().rev().peekable();
        let mut paying = BTreeSet::new();
        for (sent, start) in (1_u32..).zip(self.requests.iter().rev()) {
            while let Some((_, token)) = payments.next_if(|(at, _)| at >= start) {
                paying.insert(token.to_u64());
            }
            let grown = (now - *start).as_secs_f64() / self.policy.interval.as_secs_f64();
            let allowed = f64::from(self.policy.burst.get()) + grown + 2.0 * paying.len() as f64;
            let window = now - *start;
            assert!(f64::from(sent) <= allowed + 1e-6, "{sent} > {allowed} in {window:?}");
        }
    }
}
