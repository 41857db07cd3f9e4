//! The token at hand and its times.

use super::State;
use super::budget::Budget;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::rng::Rng;
use crate::token::AccessToken;
use std::time::Duration;

/// A token and when to do what with it. The cache's state is derived from this and the time.
///
/// ```text
///  sent     received        renew_at        unusable_at  expires_at       dropped_at
///   |----------|---------------|-----------------|-------------|---------------|
///              '---- Valid ----'-- NearExpiry ---'----------- Expired ---------
/// ```
///
/// A token that the server handed out again keeps its first expiry. It is not renewed before the
/// server must have dropped it.
#[derive(Clone, Debug)]
pub(super) struct CurrentToken {
    pub(super) token: AccessToken,
    received: Moment,
    /// Until when it says nothing if the server hands this token out again.
    young_until: Moment,
    renew_at: Moment,
    unusable_at: Moment,
    /// The end of its lifetime, which counts from when its request was sent: no delay lengthens it.
    expires_at: Moment,
    /// The latest end as the server counts it: the server issued the token before we received it.
    dropped_at: Moment,
    /// How much earlier than its end it is no longer handed out.
    leeway: Duration,
    /// How long its request took.
    round_trip: Duration,
    /// Since a resource server rejected it: when another token is asked for.
    replace_at: Option<Moment>,
    /// Whether the server answered with this same token again.
    reissued: bool,
    /// Whether it did so even when it should have dropped it.
    overstayed: bool,
    /// Whether it came back so early that the server was asked once more.
    asked_again: bool,
    /// Whether the one more try before its end was made.
    tried_before_end: bool,
    /// Whether its renewal time, and its expiry, were credited to the budget.
    credited: [bool; 2],
}

/// What a token is that the server handed out again.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reissue {
    /// It is too young to conclude anything: a server without a random token id answers alike
    /// within a second.
    TooEarly,
    /// It is still the same, and keeps its first expiry.
    Kept,
    /// It is as good as new: the server should have dropped it, and twice said that it has not.
    Renewed,
}

/// Within this time of its issue a token that comes back says nothing; at most half its lifetime.
const YOUNG: Duration = Duration::from_secs(2);

/// The least leeway of a token that the server handed out again, in place of its round trip.
const LEAST_LEEWAY: Duration = Duration::from_millis(50);

impl CurrentToken {
    pub(super) fn new(
        token: AccessToken,
        (sent, received): (Moment, Moment),
        lifetime: Duration,
        policy: &Policy,
        rng: &mut Rng,
    ) -> Self {
        let margin = policy.renewal_margin.min(lifetime / 4);
        let spread = rng.up_to(policy.fleet_spread.min(lifetime / 10));
        let leeway = policy.expiry_leeway.min(lifetime / 20);
        // By the monotonic clock, because the wall clock may have been stepped meanwhile. No response
        // takes longer than its request may, unless nobody looked.
        let round_trip = received.monotonic().saturating_sub(sent.monotonic());
        let round_trip = round_trip.min(policy.transport.request_timeout);
        Self {
            token,
            received,
            young_until: received.after(YOUNG.min(lifetime / 2)),
            renew_at: sent.after(lifetime.saturating_sub(margin).saturating_sub(spread)),
            unusable_at: sent.after(lifetime.saturating_sub(leeway)),
            expires_at: sent.after(lifetime),
            dropped_at: sent.after(lifetime.saturating_add(round_trip)),
            leeway,
            round_trip,
            replace_at: None,
            reissued: false,
            overstayed: false,
            asked_again: false,
            tried_before_end: false,
            credited: [false; 2],
        }
    }

    /// The token without a claim on the budget: another one was credited less than an interval ago.
    pub(super) fn without_credit(self) -> Self {
        Self { credited: [true; 2], ..self }
    }

    pub(super) fn state(&self, now: Moment) -> State {
        if self.unusable_at.reached(now) {
            State::Expired
        } else if self.due_at().reached(now) {
            State::NearExpiry
        } else {
            State::Valid
        }
    }

    /// When another token should be asked for: at its renewal time, or earlier because it was
    /// rejected.
    pub(super) fn due_at(&self) -> Moment {
        self.replace_at.map_or(self.renew_at, |replace_at| replace_at.earlier(self.renew_at))
    }

    pub(super) const fn unusable_at(&self) -> Moment {
        self.unusable_at
    }

    /// How much earlier than its expiry it is no longer handed out.
    pub(super) const fn leeway(&self) -> Duration {
        self.leeway
    }

    /// How long it was good for when it came: the most that a caller can be promised.
    pub(super) fn usable_on_receipt(&self) -> Duration {
        self.unusable_at.remaining(self.received)
    }

    /// Until when asking for another token is pointless, because this one would come back. A rejected
    /// one is asked about all the same: the server may have revoked it.
    pub(super) fn comes_back_until(&self, now: Moment) -> Option<Moment> {
        let pointless = self.reissued && self.replace_at.is_none();
        (pointless && !self.dropped_at.reached(now)).then_some(self.dropped_at)
    }

    /// When it is tried again despite a hold-off until `own_until`, of which the server asked for the
    /// part until `asked_until`: once shortly before the token ends, and then at its end.
    pub(super) fn next_try(
        &mut self,
        now: Moment,
        asked_until: Moment,
        own_until: Moment,
        request_timeout: Duration,
    ) -> Option<Moment> {
        let (asked, own) = (asked_until.remaining(now), own_until.remaining(now));
        let left = self.unusable_at.remaining(now);
        let before_end = request_timeout.min(left / 2);
        if left.is_zero() || own <= left.saturating_sub(before_end) {
            return None;
        }
        if !self.tried_before_end && asked <= left.saturating_sub(before_end) {
            self.tried_before_end = true;
            return Some(self.unusable_at.before(before_end));
        }
        let end = if asked <= left { self.unusable_at } else { asked_until };
        (end.remaining(now) < own).then_some(end)
    }

    /// The server answered with this very token again. It keeps its first expiry, for any lifetime
    /// came with it this time, and is good until one round trip before that.
    ///
    /// When the server should have dropped it, it gets a little time to: servers round. If the token
    /// still comes back then, the server means it.
    pub(super) fn on_reissue(&mut self, sent: Moment, now: Moment) -> Reissue {
        if !self.asked_again && !self.young_until.reached(sent) {
            self.asked_again = true;
            return Reissue::TooEarly;
        }
        self.follow_stepped_wall(sent);
        if self.dropped_at.reached(now) {
            if self.overstayed {
                return Reissue::Renewed;
            }
            self.overstayed = true;
            self.dropped_at = now.after(self.leeway);
        }
        self.reissued = true;
        let leeway = self.round_trip.max(LEAST_LEEWAY).min(self.leeway);
        self.unusable_at = self.expires_at.before(leeway);
        self.renew_at = self.dropped_at;
        Reissue::Kept
    }

    /// A token that was over by the wall clock alone when it was asked for, and which the server still
    /// handed out, proves that the wall clock was stepped forward: count from where it was then.
    /// Otherwise such a step would leave a client without a token until the server drops it, hours
    /// later. A jump after that proves nothing: the response may have been delayed by a suspend.
    fn follow_stepped_wall(&mut self, sent: Moment) {
        let end = self.expires_at;
        if sent.wall() >= end.wall() && sent.monotonic() < end.monotonic() {
            for deadline in [&mut self.expires_at, &mut self.dropped_at] {
                let left = deadline.monotonic().saturating_sub(sent.monotonic());
                *deadline = Moment::new(deadline.monotonic(), sent.wall().saturating_add(left));
            }
        }
    }

    /// A resource server rejected it: another one is asked for at `replace_at`.
    pub(super) const fn reject(&mut self, replace_at: Moment) {
        self.replace_at = Some(replace_at);
    }

    pub(super) const fn is_rejected(&self) -> bool {
        self.replace_at.is_some()
    }

    /// Whether it was at hand for `fresh_for`.
    pub(super) fn has_lived(&self, fresh_for: Duration, now: Moment) -> bool {
        self.received.after(fresh_for).reached(now)
    }

    /// Credits the budget with what this token has reached by `now`, each at its own time.
    pub(super) fn credit(&mut self, budget: &mut Budget, now: Moment) {
        for (at, credited) in [self.renew_at, self.unusable_at].iter().zip(&mut self.credited) {
            if at.reached(now) && !*credited {
                *credited = true;
                budget.advance(at.monotonic().min(now.monotonic()));
                budget.credit();
            }
        }
    }
}

#[cfg(test)]
impl CurrentToken {
    /// Everything that can still matter, with each moment as `left` sees it.
    pub(super) fn key<T: std::fmt::Debug>(&self, left: impl Fn(Moment) -> T) -> String {
        let ends = (left(self.expires_at), left(self.dropped_at));
        let young = left(self.young_until);
        let fresh = left(self.received.after(Duration::from_secs(30)));
        let replace = self.replace_at.map(&left);
        let deadlines = (left(self.renew_at), left(self.unusable_at), ends, young, fresh, replace);
        let flags = (self.reissued, self.overstayed, self.asked_again, self.tried_before_end);
        format!("{deadlines:?} {flags:?} {:?}", self.credited)
    }
}
