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
///  sent     received        renew_at        unusable_at  sent+lifetime  received+lifetime
///   |----------|---------------|-----------------|-------------|---------------|
///              '---- Valid ----'-- NearExpiry ---'----------- Expired ---------
/// ```
///
/// A token that the server handed back is kept to the end of its first lifetime instead, and is not
/// renewed before the server must have dropped it.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) token: AccessToken,
    /// When its request was sent: lifetimes count from here, so that no delay lengthens them.
    sent: Moment,
    received: Moment,
    lifetime: Duration,
    renew_at: Moment,
    unusable_at: Moment,
    /// Whether it came after a rejection, as the replacement.
    replaces_rejected: bool,
    /// Whether the server answered a renewal with this same token.
    reissued: bool,
    /// Whether its renewal time, and its expiry, were credited to the budget.
    credited: [bool; 2],
}

impl Held {
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
        Self {
            token,
            sent,
            received,
            lifetime,
            renew_at: sent.after(lifetime.saturating_sub(margin).saturating_sub(spread)),
            unusable_at: sent.after(lifetime.saturating_sub(leeway)),
            replaces_rejected,
            reissued: false,
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

    /// How long it was good for when it came: the most that a caller can be promised.
    pub(crate) fn usable_on_receipt(&self) -> Duration {
        self.unusable_at.remaining(self.received)
    }

    /// Until when asking for another token is pointless, because this one would come back.
    pub(crate) fn comes_back_until(&self, now: Moment) -> Option<Moment> {
        let dropped_at = self.received.after(self.lifetime);
        (self.reissued && !dropped_at.reached(now)).then_some(dropped_at)
    }

    /// The server answered with this very token again. It keeps its first expiry, whatever lifetime
    /// came with it this time, and is good until then; `false` if the server should have dropped it.
    pub(crate) fn on_reissue(&mut self, now: Moment) -> bool {
        self.follow_stepped_wall(now);
        self.reissued = true;
        self.unusable_at = self.sent.after(self.lifetime);
        self.renew_at = self.received.after(self.lifetime);
        self.comes_back_until(now).is_some()
    }

    /// A token that is over by the wall clock alone, and which the server still hands out, proves
    /// that the wall clock was stepped forward: count from where it is now. Otherwise such a step
    /// would leave a client without a token until the server drops it, hours later.
    fn follow_stepped_wall(&mut self, now: Moment) {
        let expires = self.sent.after(self.lifetime);
        if now.wall() >= expires.wall() && now.monotonic() < expires.monotonic() {
            for anchor in [&mut self.sent, &mut self.received] {
                let ago = now.monotonic().saturating_sub(anchor.monotonic());
                *anchor = Moment::new(anchor.monotonic(), now.wall().saturating_sub(ago));
            }
        }
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
impl Held {
    /// Everything that can still matter, with each moment as `left` sees it.
    pub(super) fn key<T: std::fmt::Debug>(&self, left: impl Fn(Moment) -> T) -> String {
        let ends = [self.sent, self.received].map(|start| left(start.after(self.lifetime)));
        let fresh = left(self.received.after(Duration::from_secs(30)));
        let deadlines = (left(self.renew_at), left(self.unusable_at), ends, fresh);
        let flags = (self.replaces_rejected, self.reissued, self.credited);
        format!("{deadlines:?} {flags:?}")
    }
}
