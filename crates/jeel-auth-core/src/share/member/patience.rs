//! What a member does when its store does not answer.

use super::{Call, Member, State};
use crate::moment::Moment;
use crate::share::verdict::{Need, Verdict, Want};
use std::time::Duration;

/// The time in which a renewal hurts nobody.
pub(super) struct Window {
    pub(super) start: Moment,
    pub(super) end: Moment,
}

impl Member {
    /// The renewal window, if callers are served by the token at hand meanwhile.
    pub(super) fn window(need: &Need, now: Moment) -> Option<Window> {
        let held = need.at_hand.as_ref()?;
        let served = matches!(need.want, Want::Renewal | Want::OtherEncoding);
        let usable = served && !held.unusable_at.reached(now);
        usable.then_some(Window { start: held.renew_at, end: held.unusable_at })
    }

    /// A call failed or took too long.
    pub(super) fn call_failed(&mut self, now: Moment, call: &Call) {
        self.counters.failed_calls += 1;
        self.failures = self.failures.saturating_add(1);
        self.failing_since.get_or_insert(call.asked.monotonic());
        if matches!(self.state, State::Publishing { .. }) {
            return self.publication_failed(now);
        }
        let served = self.need.as_ref().and_then(|need| Self::window(need, now));
        let pause = match served {
            Some(window) => self.pause().max(window.end.remaining(now) / 8),
            None => self.pause(),
        };
        self.looks = self.looks.saturating_add(1);
        self.state = State::CutOff { retry_at: now.monotonic().saturating_add(pause) };
    }

    /// Goes alone when it is time to.
    pub(super) fn lose_patience(&mut self, now: Moment) {
        if self.alone_at(now).is_some_and(|at| at <= now.monotonic()) {
            self.go_alone();
        }
    }

    /// The request is sent as if there were no store.
    pub(super) fn go_alone(&mut self) {
        self.counters.alone += 1;
        self.answer(Verdict::Alone);
    }

    /// When it goes alone if nothing changes.
    ///
    /// Patience is longer than a store call may take, so one stall sends nobody. While callers have
    /// a token, the renewal window is a buffer: a member goes at its own point in the second half,
    /// and the first to go publishes what the others then find.
    pub(super) fn alone_at(&self, now: Moment) -> Option<Duration> {
        let waiting = matches!(
            self.state,
            State::Reading | State::Watching { .. } | State::Claiming | State::CutOff { .. }
        );
        let need = self.need.as_ref().filter(|_| waiting)?;
        let failing = self.failing_since.map(|at| at.saturating_add(self.store.patience));
        match Self::window(need, now) {
            Some(window) => {
                let wait = self.point_in(&window).remaining(now);
                failing.map(|at| at.max(now.monotonic().saturating_add(wait)))
            }
            None => {
                let ceiling = self.starving_since.unwrap_or(now.monotonic());
                let ceiling = ceiling.saturating_add(self.store.elsewhere_ceiling);
                Some(failing.map_or(ceiling, |at| at.min(ceiling)))
            }
        }
    }

    /// This member's own point in the second half of the window, early enough for a whole request.
    fn point_in(&self, window: &Window) -> Moment {
        let length = window.end.remaining(window.start);
        let half = length / 2;
        let rest = half.saturating_sub(self.policy.transport.request_timeout);
        let nanos = rest.as_nanos().saturating_mul(u128::from(self.own_point)) >> 32;
        let part = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        window.start.after(half.saturating_add(part))
    }

    /// The pause before the next look: it doubles, and it is jittered, so that members that wait for
    /// the same thing do not look together.
    pub(super) fn pause(&mut self) -> Duration {
        let doubled = 2_u32.saturating_pow(self.looks);
        let pause = self.store.poll_floor.saturating_mul(doubled).min(self.store.poll_ceiling);
        pause / 2 + self.rng.up_to(pause / 2)
    }
}
