//! Writing the outcome of a flight into the record.

use super::{Known, Member, State};
use crate::moment::Moment;
use crate::request::BodyEncoding;
use crate::share::record::{Fingerprint, Record, SharedHoldOff, SharedToken};
use crate::share::time::{StoreClock, Until};
use crate::share::verdict::{LocalToken, Need, Outcome};
use std::time::Duration;

/// What is to be written, and the fence of the lease under which it was found.
#[derive(Clone, Debug)]
pub(super) struct Publication {
    /// `None` if the request was sent without clearance.
    fence: Option<u64>,
    news: News,
    /// Whether the lease ended before the news reached the store.
    lost: bool,
}

#[derive(Clone, Debug)]
enum News {
    Outcome(Outcome),
    /// The token in the record was rejected and stays in use for a while.
    Rejected(Fingerprint),
}

impl Publication {
    pub(super) const fn outcome(fence: Option<u64>, outcome: Outcome) -> Self {
        Self { fence, news: News::Outcome(outcome), lost: false }
    }

    /// Until when it is worth trying again when the store fails; `None` if a few attempts will do.
    const fn worth_until(&self) -> Option<Moment> {
        match &self.news {
            News::Outcome(Outcome::Issued(token, _)) => Some(token.renew_at),
            News::Outcome(Outcome::Refused { until, .. }) => Some(*until),
            _ => None,
        }
    }
}

impl Member {
    pub(super) fn publish(&mut self, now: Moment, publication: Publication) {
        let led = publication.fence.is_some();
        let nothing = matches!(publication.news, News::Outcome(Outcome::Failed | Outcome::NotSent));
        if nothing && !led {
            return self.published();
        }
        self.state = State::Publishing { publication, attempts: 0, again_at: None };
        // The record is known as this member's claim left it. The version says whether it still is.
        if led && self.known.is_some() { self.merge(now) } else { self.load() }
    }

    /// Notes in the record that its token was rejected, though it is not replaced yet: the streak
    /// goes on when the next process asks.
    pub(super) fn mark(&mut self, now: Moment, known: &Known, need: &Need) {
        let Some(token) = Self::rejected_token(&known.record, need) else { return };
        if known.record.token_is_marked() {
            return;
        }
        let news = News::Rejected(token.bearer.fingerprint());
        let publication = Publication { fence: None, news, lost: false };
        self.state = State::Publishing { publication, attempts: 0, again_at: None };
        self.merge(now);
    }

    /// Writes the news into the record as it is known, and swaps that in.
    pub(super) fn merge(&mut self, now: Moment) {
        let Some(Known { mut record, clock, .. }) = self.known.clone() else { return self.load() };
        let State::Publishing { publication, attempts, .. } = &mut self.state else { return };
        *attempts += 1;
        if *attempts > MOST_ATTEMPTS {
            return self.published();
        }
        let publication = publication.clone();
        let before = record.clone();
        self.write(now, &clock, &mut record, &publication);
        if record == before {
            return self.published();
        }
        self.swap(record);
    }

    pub(super) fn published(&mut self) {
        self.state = State::Resting;
        if self.need.is_some() {
            self.read();
        }
    }

    /// The store failed. A token is worth more attempts, unless the cache wants something else.
    pub(super) fn publication_failed(&mut self, now: Moment) {
        let wanted = self.need.is_some();
        let State::Publishing { publication, attempts, again_at } = &mut self.state else { return };
        let worth = match publication.worth_until() {
            Some(until) => !until.reached(now),
            None => self.failures < MOST_ATTEMPTS,
        };
        if wanted || !worth {
            return self.published();
        }
        *attempts = 0;
        let doubled = 2_u32.saturating_pow(self.failures.saturating_sub(1));
        let pause = FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE);
        *again_at = Some(now.monotonic().saturating_add(pause));
    }

    fn write(&mut self, now: Moment, clock: &StoreClock, record: &mut Record, what: &Publication) {
        let holder = self.holder;
        let held = record.lease.take_if(|lease| {
            lease.holder == holder && what.fence.is_none_or(|fence| lease.fence == fence)
        });
        if what.fence.is_some() && held.is_none() {
            self.lost_lease();
        }
        match &what.news {
            News::Rejected(fingerprint) => {
                let token = record.token.as_ref().map(|token| token.bearer.fingerprint());
                if token == Some(*fingerprint) {
                    record.rejected = token;
                }
            }
            News::Outcome(Outcome::Issued(token, encoding)) => {
                let lease = (what.fence, held.is_some());
                self.write_token((clock, now), record, lease, (token, *encoding));
            }
            News::Outcome(Outcome::Refused { until, refusal }) => {
                let until = Until::from_local(clock, now, *until);
                let longer = record.hold_off.as_ref().filter(|_| held.is_none());
                let longer = longer.is_some_and(|other| other.until.there > until.there);
                if !longer && !overtaken(record, what.fence, clock.there(now)) {
                    record.hold_off = Some(SharedHoldOff { until, refusal: refusal.clone() });
                }
            }
            News::Outcome(Outcome::NotSent) if held.is_some() => {
                record.bucket.credit(record.bucket.at.there, &self.policy);
            }
            News::Outcome(Outcome::Failed | Outcome::NotSent) => {}
        }
    }

    fn lost_lease(&mut self) {
        let State::Publishing { publication, .. } = &mut self.state else { return };
        if !std::mem::replace(&mut publication.lost, true) {
            self.counters.lost_leases += 1;
        }
    }

    fn write_token(
        &mut self,
        (clock, now): (&StoreClock, Moment),
        record: &mut Record,
        (fence, leads): (Option<u64>, bool),
        (token, encoding): (&LocalToken, BodyEncoding),
    ) {
        let own = fence.unwrap_or(record.fence.saturating_add(1));
        let mut new = token.share(clock, own);
        let newer = record.token.as_ref().is_some_and(|old| {
            let ends_later = old.expires_at > new.expires_at;
            // Of a member that went alone, or of a store that forgot and counts anew, the fence says
            // nothing: the later end is newer.
            if leads {
                old.issue > own && ends_later
            } else {
                ends_later || fence.is_some_and(|fence| old.issue > fence)
            }
        });
        // A leader may be handed out the rejected token again. A late publication must not bring it back.
        let rejected = record.rejected == Some(new.bearer.fingerprint()) && !leads;
        if newer || rejected {
            return;
        }
        record.fence = record.fence.max(own);
        record.credit(clock.there(now), &self.policy);
        new.credited = self.credits(record, &new);
        self.issue = Some(new.issue);
        record.token = Some(new);
        record.proven = Some(encoding);
        record.hold_off = None;
    }

    /// Which credits the token has used up already: those it had before, if the server handed it
    /// out again, and all of them if the token before it was received within one interval.
    fn credits(&self, record: &mut Record, new: &SharedToken) -> [bool; 2] {
        if let Some(old) = record.token.as_ref().filter(|old| old.bearer == new.bearer) {
            return old.credited;
        }
        let counted = record.bucket.counted;
        let next = counted.map(|at| at.saturating_add(self.policy.interval));
        let counts = next.is_none_or(|next| next <= new.received);
        if counts {
            record.bucket.counted = Some(new.received);
        }
        [!counts; 2]
    }
}

/// Whether a token was published since the request of a refusal was cleared.
fn overtaken(record: &Record, fence: Option<u64>, there: Duration) -> bool {
    record.token.as_ref().is_some_and(|token| match fence.filter(|f| *f <= record.fence) {
        Some(fence) => token.issue > fence,
        None => token.renew_at > there,
    })
}

/// How often a publication meets another version before it is given up.
const MOST_ATTEMPTS: u32 = 4;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
