//! The machine that turns store responses into verdicts.

mod claim;
mod decide;
mod patience;
mod publish;

use super::call::{StoreCall, StoreCallId, StoreOperation, StoreResponse, StoredRecord, Version};
use super::policy::StorePolicy;
use super::record::{Holder, Lease, Record};
use super::time::StoreClock;
use super::verdict::{Clearance, Need, Outcome, Verdict};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::rng::Rng;
use publish::Publication;
use std::time::Duration;

/// One member of a fleet: it decides with the record whether its cache sends a token request.
///
/// A pure machine like [`Cache`](crate::Cache), inside which it works. After each input, make the
/// calls of [`poll_store_call`](Self::poll_store_call) and heed [`poll_verdict`](Self::poll_verdict).
/// Misuse is harmless: an unknown or stale call is ignored.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    holder: Holder,
    rng: Rng,
    policy: Policy,
    store: StorePolicy,
    state: State,
    need: Option<Need>,
    /// Since when the cache has needed something without a usable token.
    starving_since: Option<Duration>,
    /// Where in the second half of the renewal window this member goes alone, in 2^-32.
    own_point: u32,
    known: Option<Known>,
    /// A call to be polled.
    next: Option<Next>,
    call: Option<Call>,
    next_call: u64,
    verdict: Option<Verdict>,
    /// The lease that was drawn for and not used yet.
    unspent: Option<u64>,
    /// The lease of another that was seen first at a time.
    sighting: Option<(Lease, Duration)>,
    /// The publication of the token that the cache holds, as far as known.
    issue: Option<u64>,
    /// When the first of the failed calls in a row was made, and how many there are.
    failing_since: Option<Duration>,
    failures: u32,
    /// How often it looked in a row without an answer.
    looks: u32,
    counters: ShareCounters,
}

/// What a member met, counted since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShareCounters {
    /// Requests that were sent without clearance.
    pub(crate) alone: u64,
    /// Leases that ended before the outcome reached the store.
    pub(crate) lost_leases: u64,
    /// Store calls that failed or took too long.
    pub(crate) failed_calls: u64,
}

#[derive(Clone, Debug)]
enum State {
    Resting,
    /// A load is to be made or under way.
    Reading,
    Watching {
        look_at: Duration,
    },
    /// A swap that takes the lease is to be made or under way.
    Claiming,
    Leading {
        fence: u64,
    },
    Publishing {
        publication: Publication,
        attempts: u32,
        /// When it is tried again after a failure.
        again_at: Option<Duration>,
    },
    CutOff {
        retry_at: Duration,
    },
}

/// The record as it was last seen or written, and the clock of that call.
#[derive(Clone, Debug)]
struct Known {
    version: Option<Version>,
    record: Record,
    clock: StoreClock,
}

#[derive(Clone, Debug)]
enum Next {
    Load,
    Swap(Box<Record>),
}

/// The call under way.
#[derive(Clone, Debug)]
struct Call {
    id: StoreCallId,
    asked: Moment,
    deadline: Duration,
    /// The record that a swap writes.
    record: Option<Box<Record>>,
}

impl Member {
    /// A member that has seen nothing. Each process has its own `holder`, drawn at random, and its
    /// own `seed`.
    pub(crate) fn new(holder: Holder, seed: u64, policy: Policy, store: StorePolicy) -> Self {
        Self {
            holder,
            rng: Rng::new(seed),
            policy,
            store,
            state: State::Resting,
            need: None,
            starving_since: None,
            own_point: 0,
            known: None,
            next: None,
            call: None,
            next_call: 0,
            verdict: None,
            unspent: None,
            sighting: None,
            issue: None,
            failing_since: None,
            failures: 0,
            looks: 0,
            counters: ShareCounters::default(),
        }
    }

    /// The cache wants to send a token request. Another want replaces the one before it.
    pub(crate) fn want(&mut self, now: Moment, need: Need) {
        let starving = Self::window(&need, now).is_none();
        let since = self.starving_since.filter(|_| self.need.is_some());
        self.starving_since = starving.then(|| since.unwrap_or(now.monotonic()));
        if self.need.is_none() {
            self.answered();
            self.own_point = u32::try_from(self.rng.next_u64() >> 32).unwrap_or(u32::MAX);
            self.looks = 0;
        }
        self.need = Some(need);
        match self.state {
            State::Resting | State::Watching { .. } | State::Leading { .. } => self.read(),
            State::Publishing { again_at: Some(_), .. } => self.read(),
            _ => {}
        }
        self.handle_timeout(now);
    }

    /// The outcome of the flight that the cache sent, with clearance or alone.
    pub(crate) fn handle_outcome(&mut self, now: Moment, outcome: Outcome) {
        self.handle_timeout(now);
        let fence = match self.state {
            State::Leading { fence } => Some(fence),
            _ => None,
        };
        self.verdict = None;
        self.publish(now, Publication::outcome(fence, outcome));
    }

    /// What became of a store call. An unknown or abandoned one is ignored: if it was a swap that
    /// took place, the next load shows it.
    pub(crate) fn handle_store_response(
        &mut self,
        now: Moment,
        id: StoreCallId,
        response: StoreResponse,
    ) {
        let Some(call) = self.call.take_if(|call| call.id == id) else {
            return self.handle_timeout(now);
        };
        match response {
            StoreResponse::Unavailable => self.call_failed(now, &call),
            StoreResponse::Found(stored) => {
                self.answered();
                self.known = Some(self.read_record(now, &call, stored));
                self.found(now);
            }
            StoreResponse::Swapped { version, now: store } => {
                self.answered();
                self.swapped(now, call, version, store);
            }
        }
        self.handle_timeout(now);
    }

    /// The next wake-up has come. Every other input does the same.
    pub(crate) fn handle_timeout(&mut self, now: Moment) {
        if let Some(call) = self.call.take_if(|call| call.deadline <= now.monotonic()) {
            self.call_failed(now, &call);
        }
        let due = match &self.state {
            State::Watching { look_at } => Some(*look_at),
            State::CutOff { retry_at } => Some(*retry_at),
            State::Publishing { again_at, .. } => *again_at,
            _ => None,
        };
        if due.is_some_and(|due| due <= now.monotonic()) {
            self.look();
        }
        self.lose_patience(now);
    }

    /// The store call to be made, if there is one.
    pub(crate) fn poll_store_call(&mut self, now: Moment) -> Option<StoreCall> {
        let next = self.next.take()?;
        let id = StoreCallId(self.next_call);
        self.next_call += 1;
        let deadline = now.monotonic().saturating_add(self.store.call_timeout);
        let (operation, record) = match next {
            Next::Load => (StoreOperation::Load, None),
            Next::Swap(record) => match self.swap_of(&record) {
                Some(swap) => (swap, Some(record)),
                // A token too long to be shared: as if there were no store.
                None => {
                    self.go_alone();
                    return None;
                }
            },
        };
        self.call = Some(Call { id, asked: now, deadline, record });
        Some(StoreCall { id, operation, timeout: self.store.call_timeout })
    }

    /// The verdict since the last poll, if there is one.
    pub(crate) fn poll_verdict(&mut self, now: Moment) -> Option<Verdict> {
        let verdict = self.verdict.take()?;
        match &verdict {
            // The swap was slow, or nobody polled in time: the lease must be looked at again.
            Verdict::Go(clearance) if clearance.until.reached(now) => {
                self.read();
                return None;
            }
            Verdict::Go(_) => {
                self.unspent = None;
                self.rest();
            }
            _ => {}
        }
        Some(verdict)
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do, on the monotonic clock.
    pub(crate) fn next_wakeup(&self, now: Moment) -> Option<Duration> {
        let state = match &self.state {
            State::Watching { look_at } => Some(*look_at),
            State::CutOff { retry_at } => Some(*retry_at),
            State::Publishing { again_at, .. } => *again_at,
            _ => None,
        };
        let call = self.call.as_ref().map(|call| call.deadline);
        [state, call, self.alone_at(now)].into_iter().flatten().min()
    }

    /// A forked child is another member. It has none of its parent's wants, calls and leases.
    pub(crate) fn reseed(&mut self, holder: Holder, seed: u64) {
        let fresh = Self::new(holder, seed, self.policy.clone(), self.store.clone());
        let issue = self.issue;
        *self = Self { issue, ..fresh };
    }

    /// What it met.
    pub(crate) const fn counters(&self) -> ShareCounters {
        self.counters
    }

    /// The want has its answer.
    fn rest(&mut self) {
        self.need = None;
        self.starving_since = None;
    }

    fn read(&mut self) {
        self.verdict = None;
        self.state = State::Reading;
        self.load();
    }

    /// Looks at the record again.
    fn look(&mut self) {
        match &mut self.state {
            State::Publishing { again_at, .. } => *again_at = None,
            state => *state = State::Reading,
        }
        self.load();
    }

    fn load(&mut self) {
        self.call = None;
        self.next = Some(Next::Load);
    }

    fn swap(&mut self, record: Record) {
        self.call = None;
        self.next = Some(Next::Swap(Box::new(record)));
    }

    fn swap_of(&self, record: &Record) -> Option<StoreOperation> {
        let known = self.known.as_ref()?;
        let keep = record.end().saturating_sub(known.clock.read()).saturating_add(self.store.keep);
        Some(StoreOperation::Swap { expected: known.version, record: record.encode()?, keep })
    }

    /// The store works.
    fn answered(&mut self) {
        self.failing_since = None;
        self.failures = 0;
    }

    /// The record that was found; one that cannot be read is an empty one, to be replaced.
    fn read_record(&self, now: Moment, call: &Call, stored: StoredRecord) -> Known {
        let clock = StoreClock::new(call.asked, now, stored.now);
        let record = stored.record.and_then(|bytes| Record::decode(&bytes));
        let mut record = record.unwrap_or(Record::empty(clock.epoch()));
        record.rebase(&clock, now, self.store.epoch_allowance);
        Known { version: stored.version, record, clock }
    }

    fn found(&mut self, now: Moment) {
        match self.state {
            State::Publishing { .. } => self.merge(now),
            _ => self.decide(now),
        }
    }

    fn swapped(
        &mut self,
        now: Moment,
        call: Call,
        version: Version,
        store: Option<super::StoreTime>,
    ) {
        let (Some(record), Some(known)) = (call.record, self.known.take()) else { return };
        let before = known.clock;
        let clock = store.map(|store| StoreClock::new(call.asked, now, Some(store)));
        let clock = clock.filter(|clock| clock.epoch() == before.epoch()).unwrap_or(before);
        self.known = Some(Known { version: Some(version), record: *record, clock });
        match self.state {
            State::Claiming => self.claimed(&before),
            State::Publishing { .. } => self.published(),
            _ => {}
        }
    }

    /// Says that the request may be sent as long as a whole one fits before the end of the lease.
    fn lead(&mut self, end: Moment, fence: u64) {
        let until = end.before(self.policy.transport.request_timeout);
        let record = self.known.as_ref().map(|known| &known.record);
        let clearance = Clearance {
            until,
            proven: record.and_then(|record| record.proven),
            rejected: record.and_then(|record| record.rejected),
        };
        self.state = State::Leading { fence };
        self.verdict = Some(Verdict::Go(clearance));
    }
}

#[cfg(test)]
impl Member {
    pub(super) fn set_rng(&mut self, rng: Rng) {
        self.rng = rng;
    }

    /// Everything that can still matter.
    pub(super) fn key(&self) -> String {
        let call = self.call.as_ref().map(|call| (call.id, call.asked, call.deadline));
        let known = self.known.as_ref().filter(|_| !matches!(self.state, State::Resting));
        format!(
            "{:?} {:?} {known:?} {:?} {call:?} {:?} {:?} {:?} {:?} {:?} {} {} {:?}",
            self.state,
            self.need,
            self.next,
            self.verdict,
            self.unspent,
            self.sighting,
            self.issue,
            self.failing_since,
            self.failures,
            self.looks,
            self.starving_since,
        )
    }
}
