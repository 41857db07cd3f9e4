//! Taking the lease.

use super::decide::later;
use super::{Known, Member, State};
use crate::moment::Moment;
use crate::share::record::{Lease, Record, Streak};
use crate::share::time::{StoreClock, Until};
use crate::share::verdict::{HoldOffReason, Need, Verdict, Want};
use std::time::Duration;

impl Member {
    /// Swaps in this member's lease, paid from the fleet's budget.
    pub(super) fn claim(&mut self, now: Moment) {
        let (Some(known), Some(need)) = (self.known.clone(), self.need.clone()) else { return };
        let Known { mut record, clock, .. } = known;
        let there = clock.there(now);
        record.bucket.advance(&clock, now, &self.policy, self.store.wall_allowance);
        record.credit(there, &self.policy);
        let paid = record
            .lease
            .is_some_and(|lease| lease.holder == self.holder && self.unspent == Some(lease.fence));
        if !paid && !record.bucket.draw(&self.policy) {
            let until = later(now, record.bucket.wait(&self.policy));
            return self.answer(Verdict::HoldOff { until, why: Box::new(HoldOffReason::Budget) });
        }
        record.fence = record.fence.saturating_add(1);
        let length = self.policy.transport.request_timeout.saturating_add(self.store.lease_margin);
        // From the store's reading itself: the time since then is not the lease's.
        let until = clock.read().saturating_add(length);
        record.lease = Some(Lease { holder: self.holder, fence: record.fence, until, length });
        record.hold_off = None;
        self.reject(now, &clock, &mut record, &need);
        self.put_back(now, &clock, &mut record, &need);
        self.unspent = Some(record.fence);
        self.state = State::Claiming;
        self.swap(record);
    }

    /// The lease is taken. It counts from the load before the swap, as `before` says: the swap may
    /// have taken long.
    pub(super) fn claimed(&mut self, before: &StoreClock) {
        let lease = self.known.as_ref().and_then(|known| known.record.lease);
        match lease {
            Some(lease) => self.lead(before.local(lease.until), lease.fence),
            None => self.read(),
        }
    }

    /// Removes the token that was rejected, if the record still holds that very token, and counts
    /// the replacement.
    fn reject(&self, now: Moment, clock: &StoreClock, record: &mut Record, need: &Need) {
        let Some(held) = need.at_hand.as_ref().filter(|_| need.want == Want::Rejected) else {
            return;
        };
        let fingerprint = held.bearer.fingerprint();
        let removed = Self::rejected_token(record, need).cloned();
        // Removed by a leader that is gone, and counted then.
        if removed.is_none() && (record.token.is_some() || record.rejected == Some(fingerprint)) {
            return;
        }
        let there = clock.there(now);
        let goes_on = removed.is_some_and(|token| self.in_streak(record, &token, there));
        let replacements = if goes_on { record.streak.replacements.saturating_add(1) } else { 1 };
        let until = later(now, self.cool_down_after(replacements));
        let not_before = Until::from_local(clock, now, until);
        record.streak = Streak { replacements, not_before };
        record.token = None;
        record.rejected = Some(fingerprint);
    }

    /// A member that finds the record empty and holds a usable token puts it back: newcomers can use
    /// it while the next one is on its way.
    fn put_back(&mut self, now: Moment, clock: &StoreClock, record: &mut Record, need: &Need) {
        let held = need.at_hand.as_ref().filter(|held| {
            !held.unusable_at.reached(now) && record.rejected != Some(held.bearer.fingerprint())
        });
        let there = clock.there(now);
        let empty = record.token.as_ref().is_none_or(|token| token.unusable_at <= there);
        let Some(held) = held.filter(|_| empty) else { return };
        let mut token = held.share(clock, record.fence);
        // Another record credits it, or did.
        token.credited = [true; 2];
        record.token = Some(token);
        self.issue = Some(record.fence);
    }

    fn cool_down_after(&self, replacements: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(replacements.saturating_sub(1));
        self.policy.denied_floor.saturating_mul(doubled).min(self.policy.denied_ceiling)
    }
}
