//! What a record means for a want.

use super::{Known, Member, State};
use crate::moment::Moment;
use crate::share::record::{Lease, Record, SharedToken};
use crate::share::verdict::{Adopted, HoldOffReason, LocalToken, Need, Verdict, Want};
use std::time::Duration;

impl Member {
    /// The record is known: answers the want, or takes the next step.
    pub(super) fn decide(&mut self, now: Moment) {
        let (Some(known), Some(need)) = (self.known.clone(), self.need.clone()) else {
            self.state = State::Resting;
            return;
        };
        if let Some(token) = self.fresh(&known, &need, now) {
            self.issue = known.record.token.as_ref().map(|token| token.issue);
            return self
                .answer(Verdict::Adopt(Box::new(Adopted { token, proven: known.record.proven })));
        }
        if let Some((until, why)) = self.shared_hold_off(&known, now) {
            return self.answer(Verdict::HoldOff { until, why: Box::new(why) });
        }
        if let Some(until) = self.cool_down(&known, &need, now) {
            self.answer(Verdict::HoldOff { until, why: Box::new(HoldOffReason::Rejected) });
            return self.mark(now, &known, &need);
        }
        match known.record.lease {
            Some(lease) if lease.holder == self.holder => self.resume_lease(now, &known, lease),
            Some(lease) if !self.lease_over(&known, lease, now) => self.watch(now, &known, lease),
            _ => self.claim(now),
        }
    }

    /// The shared token, if it will do for the want.
    fn fresh(&self, known: &Known, need: &Need, now: Moment) -> Option<LocalToken> {
        let shared = known.record.token.as_ref()?;
        let token = shared.local(&known.clock, now, self.store.wall_allowance);
        let usable_for = token.unusable_at.remaining(now);
        let same = need.at_hand.as_ref().is_some_and(|held| held.bearer == shared.bearer);
        // The cache's own token is no news, even if the store now gives it other times.
        let known_issue = same && self.issue.is_none_or(|issue| issue == shared.issue);
        let fresh = match need.want {
            Want::First | Want::Expired | Want::OtherEncoding => !known_issue,
            Want::Renewal => !known_issue && !token.renew_at.reached(now),
            Want::Rejected => !same,
            // A token that never lived that long says that no token does.
            Want::AtLeast(least) => {
                !known_issue && (usable_for >= least || shared.usable_on_receipt() < least)
            }
        };
        (fresh && !usable_for.is_zero()).then_some(token)
    }

    fn shared_hold_off(&self, known: &Known, now: Moment) -> Option<(Moment, HoldOffReason)> {
        let hold_off = known.record.hold_off.as_ref()?;
        let left = hold_off.until.remaining(&known.clock, now, self.store.wall_allowance);
        let reason = || HoldOffReason::Refused(hold_off.refusal.clone());
        (!left.is_zero()).then(|| (later(now, left), reason()))
    }

    /// Until when a rejected token is not replaced, because another one was only just.
    fn cool_down(&self, known: &Known, need: &Need, now: Moment) -> Option<Moment> {
        let token = Self::rejected_token(&known.record, need)?;
        let streak = self.in_streak(&known.record, token, known.clock.there(now));
        let not_before = known.record.streak.not_before;
        let left = not_before.remaining(&known.clock, now, self.store.wall_allowance);
        (streak && !left.is_zero()).then(|| later(now, left))
    }

    /// The record's token, if it is the one that the want calls rejected.
    pub(super) fn rejected_token<'a>(record: &'a Record, need: &Need) -> Option<&'a SharedToken> {
        let held = need.at_hand.as_ref().filter(|_| need.want == Want::Rejected)?;
        record.token.as_ref().filter(|token| token.bearer == held.bearer)
    }

    /// Whether rejecting this token goes on with the streak of rejections before it.
    pub(super) fn in_streak(&self, record: &Record, token: &SharedToken, there: Duration) -> bool {
        let young = there < token.received.saturating_add(self.policy.fresh_for);
        record.streak.replacements > 0 && (young || record.token_is_marked())
    }

    /// A lease of this member, from a call whose response was lost or from before.
    fn resume_lease(&mut self, now: Moment, known: &Known, lease: Lease) {
        // It counts from the record, not from now.
        let end = known.clock.local(lease.until);
        let fits = !end.before(self.policy.transport.request_timeout).reached(now);
        if fits && self.unspent == Some(lease.fence) {
            self.lead(end, lease.fence);
        } else {
            self.claim(now);
        }
    }

    /// Whether the others may take the lease: it is over by the store's time, or one lease after
    /// this member saw it first, because a store can stop its clock.
    fn lease_over(&mut self, known: &Known, lease: Lease, now: Moment) -> bool {
        let first = match self.sighting {
            Some((seen, first)) if seen == lease => first,
            _ => now.monotonic(),
        };
        self.sighting = Some((lease, first));
        let seen_for = now.monotonic().saturating_sub(first);
        lease.until <= known.clock.there(now) || seen_for >= lease.length.min(LONGEST_LEASE)
    }

    fn watch(&mut self, now: Moment, known: &Known, lease: Lease) {
        let end = known.clock.local(lease.until).remaining(now);
        let end = end.min(lease.length).min(LONGEST_LEASE);
        let pause = match self.need.as_ref().and_then(|need| Self::window(need, now)) {
            // Nobody waits: look when the lease is over, or while there is time left.
            Some(window) => end.min(window.end.remaining(now) / 2).max(self.store.poll_floor),
            None => self.pause(),
        };
        self.looks = self.looks.saturating_add(1);
        self.state = State::Watching { look_at: now.monotonic().saturating_add(pause) };
        self.verdict = Some(Verdict::Elsewhere { until: later(now, end) });
    }

    /// Ends the want; the verdict is polled next.
    pub(super) fn answer(&mut self, verdict: Verdict) {
        self.rest();
        self.state = State::Resting;
        self.verdict = Some(verdict);
        self.next = None;
        self.call = None;
    }
}

/// A deadline on the monotonic clock: a stepped wall clock neither ends nor prolongs a wait.
pub(super) fn later(now: Moment, by: Duration) -> Moment {
    Moment::on_monotonic(now.monotonic().saturating_add(by))
}

/// A record cannot make a member watch one lease for longer.
const LONGEST_LEASE: Duration = Duration::from_secs(300);
