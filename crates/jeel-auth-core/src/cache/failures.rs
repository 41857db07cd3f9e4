//! What went wrong, and how long the server is left alone for it.

use super::current_token::CurrentToken;
use super::hold_off;
use crate::error::Failure;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::rng::Rng;
use std::sync::Arc;
use std::time::Duration;

/// The failures since a token was issued, and the hold-off that they led to.
#[derive(Clone, Debug, Default)]
pub(super) struct Failures {
    pub(super) hold_off: Option<HoldOff>,
    /// The last failure since a token was issued.
    pub(super) last: Option<Arc<Failure>>,
    streaks: Streaks,
    /// Whether the next request is sent because the token at hand ends, before our own hold-off
    /// would have.
    next_is_uncounted: bool,
}

/// No request before `until`. Every hold-off ends by itself.
#[derive(Clone, Debug)]
pub(super) struct HoldOff {
    pub(super) until: Moment,
    pub(super) failure: Arc<Failure>,
    /// Whether callers are answered at once, however short it is: time does not cure this soon.
    pub(super) answers_at_once: bool,
    /// Whether it was cut short because the token at hand ends.
    is_cut: bool,
}

/// How many failures of a kind came in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Streaks {
    transient: u32,
    rate_limited: u32,
    not_soon: u32,
}

/// How long to hold off: on our own account, and because the server asked for it (RFC 9110 §10.2.3).
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    ours: Duration,
    asked: Duration,
    answers_at_once: bool,
}

impl Wait {
    fn longest(self) -> Duration {
        self.ours.max(self.asked)
    }

    /// The same, but nobody waits it out.
    pub(super) const fn answering_at_once(self) -> Self {
        Self { answers_at_once: true, ..self }
    }
}

impl Failures {
    /// The wait after a failure that time may cure: exponential back-off with full jitter.
    pub(super) fn transient(
        &mut self,
        policy: &Policy,
        token_usable: bool,
        rng: &mut Rng,
    ) -> Duration {
        let bound = hold_off::backoff_bound(policy, self.streaks.transient, token_usable);
        self.streaks.transient = self.streaks.transient.saturating_add(1);
        rng.up_to(bound)
    }

    /// The wait after a rate limit that named no time.
    pub(super) fn rate_limited(&mut self, policy: &Policy, rng: &mut Rng) -> Duration {
        let wait = hold_off::rate_limited(policy, self.streaks.rate_limited);
        self.streaks.rate_limited = self.streaks.rate_limited.saturating_add(1);
        wait.saturating_add(rng.up_to(wait))
    }

    /// The wait after a failure that time does not cure soon.
    pub(super) fn not_soon(&mut self, policy: &Policy) -> Duration {
        self.streaks.not_soon = self.streaks.not_soon.saturating_add(1);
        hold_off::not_soon(policy, self.streaks.not_soon)
    }

    /// Both waits together, where the server asked for one.
    pub(super) fn wait(
        &self,
        ours: Duration,
        after: Option<Duration>,
        policy: &Policy,
        token_usable: bool,
        rng: &mut Rng,
    ) -> Wait {
        let asked = after.filter(|after| !after.is_zero()).map(|after| {
            let after = after.min(hold_off::retry_after_ceiling(policy, token_usable));
            // Jitter comes after the bound, or a fleet that was turned away together returns together.
            let bound = hold_off::backoff_bound(policy, self.streaks.transient, token_usable);
            after.saturating_add(rng.up_to((after / 10).max(bound.min(after))))
        });
        Wait { ours, asked: asked.unwrap_or_default(), answers_at_once: false }
    }

    /// Holds off, but not past what the token at hand allows, and returns for how long.
    ///
    /// A hold-off that the server did not ask for must not outlast the token: one more try is made
    /// shortly before the token ends, and another at its end.
    pub(super) fn hold(
        &mut self,
        now: Moment,
        wait: Wait,
        failure: &Arc<Failure>,
        token: Option<&mut CurrentToken>,
        request_timeout: Duration,
    ) -> Duration {
        let asked_until = now.after(wait.asked);
        let own_until = now.after(wait.longest());
        let cut =
            token.and_then(|token| token.next_try(now, asked_until, own_until, request_timeout));
        let until = cut.unwrap_or(own_until);
        self.last = Some(Arc::clone(failure));
        self.hold_off = Some(HoldOff {
            until,
            failure: Arc::clone(failure),
            answers_at_once: wait.answers_at_once,
            is_cut: cut.is_some(),
        });
        until.remaining(now)
    }

    /// Ends a hold-off whose time has come.
    pub(super) fn handle_timeout(&mut self, now: Moment) {
        if let Some(over) = self.hold_off.take_if(|hold_off| hold_off.until.reached(now)) {
            self.next_is_uncounted = over.is_cut;
        }
    }

    /// A request is sent; says whether its failure is one more in a row.
    pub(super) fn take_uncounted(&mut self) -> bool {
        std::mem::take(&mut self.next_is_uncounted)
    }

    /// The server answered with a token: what went wrong before is over.
    pub(super) fn settle(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
impl Failures {
    /// Everything that can still matter, with each moment as `left` sees it.
    pub(super) fn key<T: std::fmt::Debug>(&self, left: impl Fn(Moment) -> T) -> String {
        let hold_off = self.hold_off.as_ref().map(|h| (left(h.until), h.failure.kind, h.is_cut));
        let Streaks { transient, rate_limited, not_soon } = self.streaks;
        let streaks = (transient.min(3), rate_limited.min(2), not_soon.min(2));
        format!("{hold_off:?} {streaks:?} {}", self.next_is_uncounted)
    }
}
