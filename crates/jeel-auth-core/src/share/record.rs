//! The one record that members share.

use super::bucket::Bucket;
use super::time::{StoreClock, Until};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::request::BodyEncoding;
use crate::token::BearerValue;
use std::fmt;
use std::time::Duration;

/// What a fleet knows: its token, who asks for the next one, and what the authorization server said.
///
/// All of it is in one record that changes by compare-and-swap alone, so the token and the lease
/// cannot disagree. Its times are absolute times of the store's clock: a write that is applied late
/// lengthens nothing.
///
/// A program that operates a store reads it by [`decode`](Self::decode). `Debug` shows no token.
///
/// ```
/// use jeel_auth_core::share::Record;
///
/// assert!(Record::decode(b"").is_none());
/// let record = Record::empty(0);
/// assert_eq!(Record::decode(&record.encode().unwrap()), Some(record));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Which epoch of the store's clock the times belong to.
    pub(crate) epoch: u64,
    /// Counts leases. It orders tokens as long as the store does not forget.
    pub(crate) fence: u64,
    pub(crate) token: Option<SharedToken>,
    pub(crate) lease: Option<Lease>,
    pub(crate) hold_off: Option<SharedHoldOff>,
    pub(crate) rejected: Option<Fingerprint>,
    pub(crate) streak: Streak,
    pub(crate) bucket: Bucket,
    /// The body encoding that brought the last token.
    pub(crate) proven: Option<BodyEncoding>,
}

/// A token with its times on the store's clock.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SharedToken {
    pub(crate) bearer: Bearer,
    /// The record's fence when it was published. It tells two issues of the same bytes apart.
    pub(crate) issue: u64,
    pub(crate) received: Duration,
    pub(crate) renew_at: Duration,
    pub(crate) unusable_at: Duration,
    pub(crate) expires_at: Duration,
    /// When the authorization server must have dropped it.
    pub(crate) dropped_at: Duration,
    /// Its full lifetime: no member uses it for longer, even if the store's clock stands still.
    pub(crate) lifetime: Duration,
    /// Its expiry on the wall clock of the member that published it.
    pub(crate) wall_expiry: Duration,
    pub(crate) replaces_rejected: bool,
    /// Whether the authorization server handed it out again.
    pub(crate) reissued: bool,
    /// Whether its renewal time, and its expiry, were credited to the bucket.
    pub(crate) credited: [bool; 2],
}

/// The `Authorization` value of a token, compared by its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Bearer(pub(crate) BearerValue);

/// Who asks for a token, and until when the others leave that to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    pub(crate) holder: Holder,
    pub(crate) fence: u64,
    pub(crate) until: Duration,
    /// How long it was when it was taken.
    pub(crate) length: Duration,
}

/// Names one member of a fleet.
///
/// The driver draws it for each process, and again in a forked child: a child that keeps its
/// parent's would take the parent's lease for its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder([u8; 16]);

/// No requests before a time, because the authorization server said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SharedHoldOff {
    pub(crate) until: Until,
    pub(crate) refusal: Refusal,
}

/// What an authorization server said when it issued no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) kind: RefusalKind,
    pub(crate) encoding: BodyEncoding,
    pub(crate) status: u16,
    /// The `error` code (RFC 6749 §5.2): bounded printable ASCII.
    pub(crate) code: Option<String>,
    pub(crate) tx_id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusalKind {
    /// An OAuth denial.
    Denied,
    /// A 429.
    RateLimited,
    /// Another failure with a `Retry-After`.
    Unavailable,
}

/// The replacements of rejected tokens in a row, and when the next one may be asked for.
///
/// A process that lives for one API call cannot know of the rejections before its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Streak {
    pub(crate) replacements: u32,
    pub(crate) not_before: Until,
}

/// Recognises a token after it was removed from the record.
///
/// FNV-1a of 128 bits. The record is sealed, so nobody reads it there. A server that forges a
/// collision makes its own new token look rejected, which it can do more easily.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(crate) u128);

impl Record {
    /// A record that says nothing yet, with a full request budget.
    pub const fn empty(epoch: u64) -> Self {
        let zero = Until { there: Duration::ZERO, wall: Duration::ZERO };
        Self {
            epoch,
            fence: 0,
            token: None,
            lease: None,
            hold_off: None,
            rejected: None,
            streak: Streak { replacements: 0, not_before: zero },
            bucket: Bucket::FULL,
            proven: None,
        }
    }

    /// The same record without its hold-off and without a wait for the next replacement: for an
    /// operator who knows that the authorization server can be asked again.
    #[must_use]
    pub fn without_hold_off(mut self) -> Self {
        self.hold_off = None;
        self.streak = Streak::default();
        self
    }

    /// Brings the record to the epoch of the store's clock.
    ///
    /// Times of another epoch mean nothing. A token keeps what its wall expiry leaves it, less
    /// `allowance`, because nobody knows how the wall clock got through a reboot. A lease and a
    /// hold-off are over, and the bucket is that of a new record.
    pub(crate) fn rebase(&mut self, clock: &StoreClock, now: Moment, allowance: Duration) {
        if self.epoch == clock.epoch() {
            return;
        }
        let old = std::mem::replace(self, Self::empty(clock.epoch()));
        self.fence = old.fence;
        self.proven = old.proven;
        self.rejected = old.rejected;
        self.token = old.token.map(|token| token.rebased(clock, now, allowance));
    }

    /// Credits the bucket with what the token has reached, each at its own time.
    pub(crate) fn credit(&mut self, there: Duration, policy: &Policy) {
        let Some(token) = &mut self.token else { return };
        for (at, credited) in [token.renew_at, token.unusable_at].iter().zip(&mut token.credited) {
            if *at <= there && !*credited {
                *credited = true;
                self.bucket.credit(*at, policy);
            }
        }
    }

    /// Whether the token in it is the one that was rejected last.
    pub(crate) fn token_is_marked(&self) -> bool {
        let token = self.token.as_ref().map(|token| token.bearer.fingerprint());
        token.is_some() && token == self.rejected
    }

    /// The last time that matters in it, on the store's clock.
    pub(crate) fn end(&self) -> Duration {
        let token = self.token.as_ref().map(|token| token.expires_at.max(token.dropped_at));
        let lease = self.lease.map(|lease| lease.until);
        let hold_off = self.hold_off.as_ref().map(|hold_off| hold_off.until.there);
        [token, lease, hold_off, Some(self.streak.not_before.there)]
            .into_iter()
            .flatten()
            .max()
            .unwrap_or_default()
    }
}

impl SharedToken {
    fn rebased(mut self, clock: &StoreClock, now: Moment, allowance: Duration) -> Self {
        let left = self.wall_expiry.saturating_sub(now.wall()).saturating_sub(allowance);
        let left = left.min(self.lifetime);
        let end = clock.there(now).saturating_add(left);
        let before_end = |time: Duration| end.saturating_sub(self.expires_at.saturating_sub(time));
        let leeway = self.expires_at.saturating_sub(self.unusable_at);
        self.renew_at = before_end(self.renew_at);
        self.received = end.saturating_sub(self.lifetime);
        self.unusable_at = end.saturating_sub(leeway);
        self.dropped_at = end.saturating_add(allowance);
        self.expires_at = end;
        self.credited = [true; 2];
        self
    }
}

impl Bearer {
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let step = |hash: u128, byte: u8| (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        Fingerprint(self.0.token().bytes().fold(BASIS, step))
    }
}

impl PartialEq for Bearer {
    fn eq(&self, other: &Self) -> bool {
        self.0.token() == other.0.token()
    }
}

impl Eq for Bearer {}

impl Holder {
    /// A holder from random bytes.
    pub const fn new(random: [u8; 16]) -> Self {
        Self(random)
    }

    pub(crate) const fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("epoch", &self.epoch)
            .field("fence", &self.fence)
            .field("token", &self.token)
            .field("lease", &self.lease)
            .field("hold_off", &self.hold_off)
            .field("streak", &self.streak)
            .field("bucket", &self.bucket)
            .field("proven", &self.proven)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SharedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedToken")
            .field("issue", &self.issue)
            .field("renew_at", &self.renew_at)
            .field("unusable_at", &self.unusable_at)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

/// It is a part of nothing secret, but nobody needs to see it.
impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[fingerprint]")
    }
}
