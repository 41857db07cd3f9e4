//! Checks the invariants of one cache from outside, without using the cache's own figures.

use crate::server::LIFETIME;
use jeel_auth_core::{Event, Generation, Policy};
use std::collections::BTreeSet;
use std::time::Duration;

pub(crate) struct Checker {
    policy: Policy,
    /// The time at which the request in flight was sent.
    flight: Option<Duration>,
    requests: Vec<Duration>,
    /// The times at which a token reached its renewal time or its expiry, with its generation.
    payments: Vec<(Duration, Generation)>,
    held: Option<CurrentToken>,
}

/// The current token, with its times according to the documented rules.
struct CurrentToken {
    generation: Generation,
    unusable: Duration,
    /// The API rejected it. The cache may hand it out until it has a replacement.
    rejected: bool,
    /// Its renewal time and its expiry, until each is reached.
    awaited: Vec<Duration>,
}

impl Checker {
    pub(crate) const fn new(policy: Policy) -> Self {
        Self { policy, flight: None, requests: Vec::new(), payments: Vec::new(), held: None }
    }

    /// Advances the clock to `now`.
    pub(crate) fn pass(&mut self, now: Duration) {
        let Some(held) = &mut self.held else { return };
        held.awaited.retain(|at| {
            let reached = *at <= now;
            self.payments.extend(reached.then_some((*at, held.generation)));
            !reached
        });
    }

    /// Records a sent request. It must be the only one in flight, and within the budget.
    pub(crate) fn requested(&mut self, now: Duration) {
        assert_eq!(self.flight.replace(now), None, "two requests in flight");
        self.requests.push(now);
        self.check_budget(now);
    }

    /// Records the end of the flight.
    pub(crate) const fn finished(&mut self) {
        self.flight = None;
    }

    /// Checks an event of the cache.
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
        let generation = *generation;
        self.held = Some(CurrentToken { generation, unusable, rejected: false, awaited });
    }

    /// Records that the API rejected this token.
    pub(crate) fn rejected(&mut self, generation: Generation) {
        let held = self.held.as_mut().expect("a token that was handed out");
        assert_eq!(held.generation, generation, "the current token");
        held.rejected = true;
    }

    /// Whether callers must get a token now.
    pub(crate) fn usable(&self, now: Duration) -> bool {
        self.held.as_ref().is_some_and(|held| now < held.unusable && !held.rejected)
    }

    /// Checks a token that was handed out.
    pub(crate) fn handed_out(&self, generation: Generation, now: Duration) {
        let held = self.held.as_ref().expect("a token that was issued");
        assert!(now < held.unusable, "an expired token");
        assert_eq!(held.generation, generation, "not the current token");
    }

    /// Checks the budget in every window that ends now: requests ≤ burst + W / interval + 2T + C. C
    /// is zero, because the simulation never replaces credentials.
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
