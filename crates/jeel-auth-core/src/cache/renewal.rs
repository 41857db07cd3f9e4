//! When the token at hand is renewed.

use super::{Cache, State};
use crate::moment::Moment;

impl Cache {
    /// Whether a renewal is due: the token at hand may still be handed out, and another one should be
    /// asked for.
    ///
    /// That time is [`CurrentToken::due_at`](super::current_token::CurrentToken::due_at): the
    /// token's renewal time, drawn when it was issued, or an earlier one because a resource server
    /// rejected it. A renewal that is due is sent when a caller comes and nothing blocks it.
    pub(super) fn renewal_is_due(&self, now: Moment) -> bool {
        self.tokens.state(now) == State::NearExpiry
    }
}
