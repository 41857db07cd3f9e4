//! A resource server rejects a token.

use super::Cache;
use super::blocker::Blocker;
use super::current_token::Reissue;
use super::event::Event;
use crate::moment::Moment;
use crate::token::{BearerValue, Generation};
use std::time::Duration;

/// How long after a young token came back the server is asked once more.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What follows from a response with a token that was withdrawn.
pub(super) enum CameBack {
    /// The token is dealt with.
    Settled,
    /// The token counts as a new one.
    AsNew,
}

impl Cache {
    /// A resource server rejected the token of this generation (RFC 6750 §3.1 `invalid_token`).
    ///
    /// Only the token at hand is meant, only once, and only while it is handed out: ten thousand late
    /// rejections of one token cost one request. The first rejection is answered by a replacement at
    /// once. While a streak of rejections lasts, replacements come 60 s apart, doubling to 15 min,
    /// and the token stays in use meanwhile: the callers hear the API's own 401. A streak ends when a
    /// token lives [`Policy::fresh_for`](crate::Policy::fresh_for) unrejected.
    pub fn handle_rejected(&mut self, now: Moment, generation: Generation) {
        let now = self.advance(now);
        let replaceable = self.is_replaceable(now);
        let rejected = self.tokens.reject(now, generation, replaceable, &self.policy);
        let Some(replace_in) = rejected else { return };
        self.counters.rejections += 1;
        self.events.push(Event::Rejected { generation, replace_in });
    }

    /// Whether a replacement can be had within the callers' patience. If not, a rejected token is
    /// better than none: it may be good for others.
    fn is_replaceable(&self, now: Moment) -> bool {
        match self.blocker(now) {
            // What the server hands out again is asked about all the same.
            None
            | Some(Blocker::Flight { .. } | Blocker::Pause { .. } | Blocker::Reissue { .. }) => {
                true
            }
            Some(blocker) => blocker.until().remaining(now) <= self.policy.patience,
        }
    }

    /// The server handed out the token that was withdrawn. It is in use again, and the next
    /// replacement is further off; but a young one is asked about once more first.
    pub(super) fn came_back(
        &mut self,
        (sent, now): (Moment, Moment),
        bearer: &BearerValue,
    ) -> CameBack {
        let Some(withdrawn) = self.tokens.withdrawn(bearer) else { return CameBack::AsNew };
        let generation = withdrawn.token.generation();
        match withdrawn.on_reissue(sent, now) {
            Reissue::TooEarly => self.ask_again(now),
            Reissue::Renewed => return CameBack::AsNew,
            Reissue::Kept => {
                self.tokens.keep_rejected(now, &self.policy);
                self.reissued(generation);
            }
        }
        CameBack::Settled
    }

    pub(super) fn ask_again(&mut self, now: Moment) {
        self.pause = Some(now.after(ASK_AGAIN_AFTER));
    }
}
