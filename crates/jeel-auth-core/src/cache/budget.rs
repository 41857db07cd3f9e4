//! The request budget: a bucket of permits.

use crate::policy::Policy;
use std::time::Duration;

/// How many token requests may be made.
///
/// One permit is drawn for each request. The bucket never holds more than `burst` permits, gains one
/// per `interval`, and one for each *credit*: the renewal time and the expiry of a token that
/// reached them, and other credentials. So in any window at most what it held at the start
/// (`burst`), what it gained (`W / interval`), and what was credited (`2T + C`) can be drawn; that is
/// the whole proof. As a credit makes the bucket hold at least one, the first request after an
/// expiry or after other credentials always finds a permit.
///
/// Tokens are credited at most one per `interval`: a server that issues tokens of one second buys no
/// flood. A permit is given back when the transport proves that nothing was sent.
///
/// It runs on the monotonic clock alone: a stepped wall clock must not mint permits.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    burst: u32,
    interval: Duration,
    /// What it holds, in time: a permit is one `interval`.
    held: Duration,
    /// Up to when growth has been added.
    at: Duration,
    /// When the last token was issued that is credited.
    token_at: Option<Duration>,
}

impl Budget {
    /// A full bucket.
    pub(crate) fn new(policy: &Policy) -> Self {
        let (burst, interval) = (policy.burst.get(), policy.interval);
        Self {
            burst,
            interval,
            held: interval.saturating_mul(burst),
            at: Duration::ZERO,
            token_at: None,
        }
    }

    /// Adds the growth up to `monotonic`; an earlier time changes nothing.
    pub(crate) fn advance(&mut self, monotonic: Duration) {
        self.add(monotonic.saturating_sub(self.at));
        self.at = self.at.max(monotonic);
    }

    /// Adds one permit.
    pub(crate) fn credit(&mut self) {
        self.add(self.interval);
    }

    /// A token is issued: whether it will be credited, which is at most one per interval.
    pub(crate) fn admits_token(&mut self) -> bool {
        let admits = self.token_at.is_none_or(|last| self.at.saturating_sub(last) >= self.interval);
        if admits {
            self.token_at = Some(self.at);
        }
        admits
    }

    /// Nothing was sent for the permit that was drawn last.
    pub(crate) fn give_back(&mut self) {
        self.add(self.interval);
    }

    /// Takes one permit, if there is one.
    pub(crate) fn draw(&mut self) -> bool {
        match self.held.checked_sub(self.interval) {
            Some(rest) => {
                self.held = rest;
                true
            }
            None => false,
        }
    }

    /// Whole permits held.
    pub(crate) fn permits(&self) -> u32 {
        (self.held.as_nanos().checked_div(self.interval.as_nanos()))
            .map_or(self.burst, |permits| u32::try_from(permits).unwrap_or(u32::MAX))
    }

    /// When there will be a permit, on the monotonic clock; `None` if there is one.
    pub(crate) fn next_permit(&self) -> Option<Duration> {
        let missing = self.interval.saturating_sub(self.held);
        (!missing.is_zero()).then(|| self.at.saturating_add(missing))
    }

    fn add(&mut self, time: Duration) {
        self.held = self.held.saturating_add(time).min(self.interval.saturating_mul(self.burst));
    }
}

#[cfg(test)]
impl Budget {
    /// What it holds at `monotonic`, and how long until the next token is credited.
    pub(super) fn key(&self, monotonic: Duration) -> (Duration, Option<Duration>) {
        let mut budget = self.clone();
        budget.advance(monotonic);
        let next = |at: Duration| (at + self.interval).saturating_sub(monotonic);
        (budget.held, self.token_at.map(next).filter(|left| !left.is_zero()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_full_bucket_gives_a_burst_and_then_one_per_interval() {
        let mut budget = Budget::new(&Policy::default());
        budget.advance(s(1000));
        assert_eq!(budget.permits(), 5);
        assert!((0..5).all(|_| budget.draw()));
        assert!(!budget.draw());
        assert_eq!(budget.next_permit(), Some(s(1012)));
        budget.advance(s(1011));
        assert!(!budget.draw());
        budget.advance(s(1012));
        assert_eq!((budget.permits(), budget.next_permit()), (1, None));
        assert!(budget.draw());
        assert!(!budget.draw());
    }

    #[test]
    fn a_credit_gives_an_empty_bucket_a_permit_and_a_full_one_nothing() {
        let mut budget = Budget::new(&Policy::default());
        budget.credit();
        assert_eq!(budget.permits(), 5);
        while budget.draw() {}
        budget.credit();
        assert!(budget.draw());
        assert!(!budget.draw());
    }

    #[test]
    fn time_that_goes_back_mints_nothing() {
        let mut budget = Budget::new(&Policy::default());
        budget.advance(s(100));
        while budget.draw() {}
        budget.advance(s(50));
        budget.advance(s(100));
        assert_eq!(budget.permits(), 0);
    }

    #[test]
    fn an_interval_of_zero_switches_the_budget_off() {
        let policy = Policy { interval: Duration::ZERO, ..Policy::default() };
        let mut budget = Budget::new(&policy);
        assert!((0..1000).all(|_| budget.draw()));
        assert_eq!((budget.permits(), budget.next_permit()), (5, None));
    }
}
