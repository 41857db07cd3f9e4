//! The token at hand, and the one before it that a resource server rejected.

use super::State;
use super::current_token::CurrentToken;
use super::hold_off;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::token::{BearerValue, Generation};
use std::time::Duration;

/// The tokens that the cache knows.
#[derive(Clone, Debug)]
pub(super) struct Tokens {
    pub(super) current: Option<CurrentToken>,
    /// The token that was withdrawn because a resource server rejected it: the fallback while it is
    /// within its lifetime, and known should the server hand it out again.
    withdrawn: Option<CurrentToken>,
    /// Rejections in a row. The streak ends when a token lives [`Policy::fresh_for`] unrejected.
    rejections: u32,
    /// Different tokens in a row that only the `Date` of their response made old on arrival.
    aged_by_date: u32,
    generation: Generation,
}

/// After this many tokens that the `Date` made old, it is the `Date` that is wrong.
const MOST_AGED: u32 = 2;

impl Tokens {
    pub(super) const fn none(first: Generation) -> Self {
        Self { current: None, withdrawn: None, rejections: 0, aged_by_date: 0, generation: first }
    }

    pub(super) fn state(&self, now: Moment) -> State {
        self.current.as_ref().map_or(State::NoToken, |current| current.state(now))
    }

    /// The token at hand, if it may be handed out.
    pub(super) fn usable(&self, now: Moment) -> Option<&CurrentToken> {
        self.current.as_ref().filter(|current| current.state(now) != State::Expired)
    }

    pub(super) const fn rejections(&self) -> u32 {
        self.rejections
    }

    /// Whether `exp - Date` may shorten the lifetime of a token.
    pub(super) const fn trusts_date(&self) -> bool {
        self.aged_by_date < MOST_AGED
    }

    /// A token arrived, and the `Date` made it old or did not.
    pub(super) fn note_age(&mut self, bearer: &BearerValue, aged_by_date: bool) {
        let is_at_hand = self.current.as_ref().is_some_and(|current| current.token.is(bearer));
        if self.trusts_date() && !is_at_hand {
            self.aged_by_date = if aged_by_date { self.aged_by_date + 1 } else { 0 };
        }
    }

    pub(super) fn next_generation(&mut self) -> Generation {
        self.generation = Generation(self.generation.0.wrapping_add(1));
        self.generation
    }

    /// A new token takes the place of all before it.
    pub(super) fn replace(&mut self, token: CurrentToken) {
        self.current = Some(token);
        self.withdrawn = None;
    }

    /// Other credentials of another client: its tokens are not ours.
    pub(super) fn forget(&mut self) {
        self.current = None;
        self.withdrawn = None;
        self.rejections = 0;
        self.aged_by_date = 0;
    }

    /// Other credentials of the same client: rejections are counted anew.
    pub(super) const fn end_streak(&mut self) {
        self.rejections = 0;
    }

    /// A resource server rejected the token of this generation; returns after how long another is
    /// asked for. `None` where that says nothing new: only the token at hand is meant, only once, and
    /// only while it is handed out.
    ///
    /// The first one of a streak is withdrawn, if `replaceable`: if another can be had now. A later
    /// one stays in use until its replacement comes: the callers hear the API's own 401, and nobody
    /// else loses a token that may be good for them.
    pub(super) fn reject(
        &mut self,
        now: Moment,
        generation: Generation,
        replaceable: bool,
        policy: &Policy,
    ) -> Option<Duration> {
        let current = self.current.as_mut().filter(|current| {
            let is_meant = current.token.generation() == generation && !current.is_rejected();
            is_meant && current.state(now) != State::Expired
        })?;
        if current.has_lived(policy.fresh_for, now) {
            self.rejections = 0;
        }
        let wait = replacement_wait(self.rejections, policy);
        self.rejections = self.rejections.saturating_add(1);
        current.reject(now.after(wait));
        if wait.is_zero() && replaceable {
            self.withdrawn = self.current.take();
        }
        Some(wait)
    }

    /// The withdrawn token with this value, if it is the one.
    pub(super) fn withdrawn(&mut self, bearer: &BearerValue) -> Option<&mut CurrentToken> {
        self.withdrawn.as_mut().filter(|withdrawn| withdrawn.token.is(bearer))
    }

    /// Whether the withdrawn token is still within its lifetime.
    pub(super) fn has_fallback(&self, now: Moment) -> bool {
        self.withdrawn.as_ref().is_some_and(|withdrawn| withdrawn.state(now) != State::Expired)
    }

    /// A replacement failed: the withdrawn token is in use again, and due for replacement.
    pub(super) fn fall_back(&mut self, now: Moment) {
        if self.current.is_none() {
            self.current =
                self.withdrawn.take_if(|withdrawn| withdrawn.state(now) != State::Expired);
        }
    }

    /// The server handed out again a token that a resource server rejected: it is in use (again), and
    /// the next replacement is further off.
    pub(super) fn keep_rejected(&mut self, now: Moment, policy: &Policy) {
        if let Some(withdrawn) = self.withdrawn.take() {
            self.current = Some(withdrawn);
        }
        if let Some(current) = self.current.as_mut().filter(|current| current.is_rejected()) {
            current.reject(now.after(replacement_wait(self.rejections, policy)));
            self.rejections = self.rejections.saturating_add(1);
        }
    }
}

/// How long after the rejection of a token another is asked for, after `earlier` rejections in a row.
fn replacement_wait(earlier: u32, policy: &Policy) -> Duration {
    if earlier == 0 { Duration::ZERO } else { hold_off::denied(policy, earlier) }
}

#[cfg(test)]
impl Tokens {
    pub(super) fn withdrawn_token(&self) -> Option<&CurrentToken> {
        self.withdrawn.as_ref()
    }
}
