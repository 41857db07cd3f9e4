//! What a cache asks its member, and what it hears.

use super::record::{Bearer, Fingerprint, Refusal, SharedToken};
use super::time::StoreClock;
use crate::moment::Moment;
use crate::request::BodyEncoding;
use std::time::Duration;

/// Why a cache wants to send a token request. It decides which shared token will do instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// There is no token: any usable one will do.
    First,
    /// The renewal time has come: one whose renewal time lies ahead.
    Renewal,
    /// The token has ended: any usable one.
    Expired,
    /// A resource server rejected the token at hand: one of other bytes.
    Rejected,
    /// A caller needs a longer life: one that lives that long.
    AtLeast(Duration),
    /// The server refused one body encoding, and the other is to be tried at once.
    OtherEncoding,
}

/// A want, and the token at hand.
#[derive(Clone, Debug)]
pub(crate) struct Need {
    pub(crate) want: Want,
    /// The token that the cache holds, also if it has ended or was rejected.
    pub(crate) at_hand: Option<LocalToken>,
}

/// A token with its times on the local clocks, as a cache holds it.
#[derive(Clone, Debug)]
pub(crate) struct LocalToken {
    pub(crate) bearer: Bearer,
    pub(crate) received: Moment,
    pub(crate) renew_at: Moment,
    pub(crate) unusable_at: Moment,
    pub(crate) expires_at: Moment,
    /// When the authorization server must have dropped it.
    pub(crate) dropped_at: Moment,
    pub(crate) lifetime: Duration,
    pub(crate) replaces_rejected: bool,
    pub(crate) reissued: bool,
}

/// What a member says to a want. `Elsewhere` may be followed by another; the others end the want.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// Send the request.
    Go(Clearance),
    /// Take another member's token.
    Adopt(Box<Adopted>),
    /// Another member asks for the token. The member looks again by itself.
    Elsewhere {
        /// The end of that lease.
        until: Moment,
    },
    /// Send no request before then.
    HoldOff {
        /// When the hold-off ends.
        until: Moment,
        /// Why.
        why: Box<HoldOffReason>,
    },
    /// The store cannot say: go on as if there were none.
    Alone,
}

/// The clearance to send one token request, and what the fleet knows that concerns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clearance {
    /// The request is sent before this, or not at all: later its response could miss the lease.
    pub(crate) until: Moment,
    /// The body encoding that brought the fleet's last token.
    pub(crate) proven: Option<BodyEncoding>,
    /// The token that was rejected last, should the server hand it out again.
    pub(crate) rejected: Option<Fingerprint>,
}

/// Another member's token.
#[derive(Clone, Debug)]
pub(crate) struct Adopted {
    pub(crate) token: LocalToken,
    /// The body encoding that brought it.
    pub(crate) proven: Option<BodyEncoding>,
}

/// Why no request is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HoldOffReason {
    /// The authorization server said so, to this member or another.
    Refused(Refusal),
    /// The fleet replaced a rejected token only just now.
    Rejected,
    /// The fleet's request budget is used up.
    Budget,
}

/// The outcome of a flight.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// A token, in this body encoding.
    Issued(Box<LocalToken>, BodyEncoding),
    /// The authorization server said that it issues none before a time: an OAuth denial, a 429, a
    /// `Retry-After`.
    Refused { until: Moment, refusal: Refusal },
    /// Anything else. It may concern this host alone, so it is not published.
    Failed,
    /// Proof that nothing was sent. The permit goes back.
    NotSent,
}

impl LocalToken {
    /// The token as it stands in a record.
    pub(crate) fn share(&self, clock: &StoreClock, issue: u64) -> SharedToken {
        SharedToken {
            bearer: self.bearer.clone(),
            issue,
            received: clock.there(self.received),
            renew_at: clock.there(self.renew_at),
            unusable_at: clock.there(self.unusable_at),
            expires_at: clock.there(self.expires_at),
            dropped_at: clock.there(self.dropped_at),
            lifetime: self.lifetime,
            wall_expiry: self.expires_at.wall(),
            replaces_rejected: self.replaces_rejected,
            reissued: self.reissued,
            credited: [false; 2],
        }
    }
}

impl SharedToken {
    /// The token as a cache holds it that adopts it now.
    ///
    /// The store's time is not trusted. The token ends at the first of three times: the store's
    /// conversion, its whole lifetime from now, and its wall expiry plus an allowance.
    pub(crate) fn local(&self, clock: &StoreClock, now: Moment, allowance: Duration) -> LocalToken {
        let latest = Moment::new(Duration::MAX, self.wall_expiry.saturating_add(allowance));
        let latest = latest.earlier(now.after(self.lifetime));
        let leeway = self.expires_at.saturating_sub(self.unusable_at);
        let expires_at = clock.local(self.expires_at).earlier(latest);
        let unusable_at = clock.local(self.unusable_at).earlier(latest.before(leeway));
        LocalToken {
            bearer: self.bearer.clone(),
            received: clock.local_past(self.received),
            renew_at: clock.local(self.renew_at).earlier(unusable_at),
            unusable_at,
            expires_at,
            dropped_at: clock.local_late(self.dropped_at),
            lifetime: self.lifetime,
            replaces_rejected: self.replaces_rejected,
            reissued: self.reissued,
        }
    }

    /// How long it was usable when it was received: no other token can promise more.
    pub(crate) const fn usable_on_receipt(&self) -> Duration {
        self.unusable_at.saturating_sub(self.received)
    }
}
