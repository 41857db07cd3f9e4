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
/// A token that the server handed back is kept to the end of its first lifetime instead, and is not
/// renewed before the server must have dropped it.
#[derive(Clone, Debug)]
pub(crate) struct CurrentToken {
    pub(crate) token: AccessToken,
    received: Moment,
    renew_at: Moment,
    unusable_at: Moment,
    /// The end of its lifetime, which counts from when its request was sent: no delay lengthens it.
    expires_at: Moment,
    /// The end as the server counts it, at the latest: it issued the token before we received it.
    dropped_at: Moment,
    /// How much sooner than at its end it is no longer handed out.
    leeway: Duration,
    /// Whether it came after a rejection, as the replacement.
    replaces_rejected: bool,
    /// Whether the server answered with this same token again.
    reissued: bool,
    /// Whether it did so even when it should have dropped it.
    overstayed: bool,
    /// Whether its renewal time, and its expiry, were credited to the budget.
    credited: [bool; 2],
}

/// What a token is that the server handed out again.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reissue {
    /// Still the same: it keeps its first expiry.
    Kept,
    /// As good as new: the server should have dropped it, and twice said that it has not.
    Renewed,
}

impl CurrentToken {
    pub(crate) fn new(
        token: AccessToken,
        (sent, received): (Moment, Moment),
        lifetime: Duration,
        replaces_rejected: bool,
        policy: &Policy,
        rng: &mut Rng,
    ) -> Self {
        let margin = policy.renewal_margin.min(lifetime / 4);
        let spread = rng.up_to(policy.fleet_spread.min(lifetime / 10));
        let leeway = policy.expiry_leeway.min(lifetime / 20);
        // By the monotonic clock, as the wall clock may have been stepped meanwhile; and no response
        // takes longer than its request may, unless nobody looked.
        let took = received.monotonic().saturating_sub(sent.monotonic());
        let took = took.min(policy.request_timeout);
        Self {
            token,
            received,
            renew_at: sent.after(lifetime.saturating_sub(margin).saturating_sub(spread)),
            unusable_at: sent.after(lifetime.saturating_sub(leeway)),
            expires_at: sent.after(lifetime),
            dropped_at: sent.after(lifetime.saturating_add(took)),
            leeway,
            replaces_rejected,
            reissued: false,
            overstayed: false,
            credited: [false; 2],
        }
    }

    pub(crate) fn state(&self, now: Moment) -> State {
        if self.unusable_at.reached(now) {
            State::Expired
        } else if self.renew_at.reached(now) {
            State::NearExpiry
        } else {
            State::Valid
        }
    }

    pub(crate) const fn renew_at(&self) -> Moment {
        self.renew_at
    }

    pub(crate) const fn unusable_at(&self) -> Moment {
        self.unusable_at
    }

    /// How long until the server must have dropped it.
    pub(crate) fn dropped_in(&self, now: Moment) -> Duration {
        self.dropped_at.remaining(now)
    }

    /// How long it was good for when it came: the most that a caller can be promised.
    pub(crate) fn usable_on_receipt(&self) -> Duration {
        self.unusable_at.remaining(self.received)
    }

    /// Until when asking for another token is pointless, because this one would come back.
    pub(crate) fn comes_back_until(&self, now: Moment) -> Option<Moment> {
        (self.reissued && !self.dropped_at.reached(now)).then_some(self.dropped_at)
    }

    /// The server answered with this very token again. It keeps its first expiry, whatever lifetime
    /// came with it this time, and is good until then.
    ///
    /// When the server should have dropped it, it gets a little time to: servers round. If the token
    /// still comes back then, the server means it.
    pub(crate) fn on_reissue(&mut self, sent: Moment, now: Moment) -> Reissue {
        self.follow_stepped_wall(sent);
        if self.dropped_at.reached(now) {
            if self.overstayed {
                return Reissue::Renewed;
            }
            self.overstayed = true;
            self.dropped_at = now.after(self.leeway);
        }
        self.reissued = true;
        self.unusable_at = self.expires_at;
        self.renew_at = self.dropped_at;
        Reissue::Kept
    }

    /// A token that was over by the wall clock alone when it was asked for, and which the server still
    /// handed out, proves that the wall clock was stepped forward: count from where it was then.
    /// Otherwise such a step would leave a client without a token until the server drops it, hours
    /// later. A jump after that proves nothing: the response may have lain there through a suspend.
    fn follow_stepped_wall(&mut self, sent: Moment) {
        let end = self.expires_at;
        if sent.wall() >= end.wall() && sent.monotonic() < end.monotonic() {
            for deadline in [&mut self.expires_at, &mut self.dropped_at] {
                let left = deadline.monotonic().saturating_sub(sent.monotonic());
                *deadline = Moment::new(deadline.monotonic(), sent.wall().saturating_add(left));
            }
        }
    }

    /// A rejected token that is given another chance: a new issue, with the first expiry.
    pub(crate) fn second_chance(mut self, token: AccessToken, now: Moment) -> Self {
        self.token = token;
        self.received = now;
        self.replaces_rejected = true;
        self
    }

    /// Whether a rejection now would be of a token that had only just replaced a rejected one.
    pub(crate) fn is_fresh_replacement(&self, now: Moment, policy: &Policy) -> bool {
        self.replaces_rejected && !self.received.after(policy.fresh_for).reached(now)
    }

    /// Credits the budget with what this token has reached by `now`, each at its own time.
    pub(crate) fn credit(&mut self, budget: &mut Budget, now: Moment) {
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
        let fresh = left(self.received.after(Duration::from_secs(30)));
        let deadlines = (left(self.renew_at), left(self.unusable_at), ends, fresh);
        let flags = (self.replaces_rejected, self.reissued, self.overstayed, self.credited);
        format!("{deadlines:?} {flags:?}")
    }
}
