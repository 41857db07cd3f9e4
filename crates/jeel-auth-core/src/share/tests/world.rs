//! Members, a store that does as it is asked to, and a clock for all.

use crate::Policy;
use crate::moment::Moment;
use crate::request::BodyEncoding;
use crate::secret_buffer::SecretBuffer;
use crate::share::member::Member;
use crate::share::record::{Bearer, Holder, Record, Refusal, RefusalKind};
use crate::share::verdict::{LocalToken, Need, Outcome, Verdict, Want};
use crate::share::{
    StoreCall, StoreOperation, StorePolicy, StoreResponse, StoreTime, StoredRecord, Version,
};
use crate::token::BearerValue;
use std::time::Duration;

pub(super) const LIFETIME: u64 = 3600;

pub(super) const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A store whose clock shows what the world's does, and 1,000 s more.
pub(super) struct Store {
    pub(super) record: Option<(Version, SecretBuffer)>,
    pub(super) epoch: u64,
    pub(super) stopped_at: Option<Duration>,
    next: u8,
}

pub(super) struct World {
    pub(super) now: Duration,
    pub(super) store: Store,
}

impl World {
    pub(super) fn new() -> Self {
        let store = Store { record: None, epoch: 0, stopped_at: None, next: 0 };
        Self { now: s(100), store }
    }

    pub(super) fn moment(&self) -> Moment {
        Moment::new(self.now, s(1_800_000_000) + self.now)
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    pub(super) fn record(&self) -> Record {
        let bytes = self.store.record.as_ref().map(|(_, bytes)| bytes).unwrap();
        Record::decode(bytes).unwrap()
    }

    /// Changes the record, as another member would.
    pub(super) fn rewrite(&mut self, change: impl FnOnce(&mut Record)) {
        let mut record = self.record();
        change(&mut record);
        self.store.next += 1;
        let version = Version::new([self.store.next; 16]);
        self.store.record = Some((version, record.encode().unwrap()));
    }

    pub(super) fn store_time(&self) -> StoreTime {
        let at = self.store.stopped_at.unwrap_or(self.now + s(1000));
        StoreTime { epoch: self.store.epoch, at }
    }

    /// What the store does with a call, and what it says.
    pub(super) fn serve(&mut self, call: &StoreCall) -> StoreResponse {
        let now = Some(self.store_time());
        let current = self.store.record.as_ref().map(|(version, _)| *version);
        match &call.operation {
            StoreOperation::Swap { expected, record, .. } if *expected == current => {
                self.store.next += 1;
                let version = Version::new([self.store.next; 16]);
                self.store.record = Some((version, record.clone()));
                StoreResponse::Swapped { version, now }
            }
            _ => {
                let record = self.store.record.as_ref().map(|(_, bytes)| bytes.clone());
                StoreResponse::Found(StoredRecord { version: current, record, now })
            }
        }
    }

    /// Makes the member's next call, if it has one, and delivers the response.
    pub(super) fn step(&mut self, member: &mut Member) -> bool {
        let Some(call) = member.poll_store_call(self.moment()) else { return false };
        let response = self.serve(&call);
        member.handle_store_response(self.moment(), call.id, response);
        true
    }

    /// Makes all of the member's calls, and says what it says then.
    pub(super) fn settle(&mut self, member: &mut Member) -> Option<Verdict> {
        while self.step(member) {}
        member.poll_verdict(self.moment())
    }

    pub(super) fn ask(&mut self, member: &mut Member, need: Need) -> Option<Verdict> {
        member.want(self.moment(), need);
        self.settle(member)
    }

    /// Lets the member wake by itself until it has a verdict other than `Elsewhere`.
    pub(super) fn wait(&mut self, member: &mut Member) -> Verdict {
        for _ in 0..10_000 {
            match self.settle(member) {
                None | Some(Verdict::Elsewhere { .. }) => {}
                Some(verdict) => return verdict,
            }
            let wakeup = member.next_wakeup(self.moment()).unwrap();
            self.now = self.now.max(wakeup);
            member.handle_timeout(self.moment());
        }
        panic!("no verdict");
    }

    /// The member gets the lease, a token, and publishes it.
    pub(super) fn issue(&mut self, member: &mut Member, need: Need, name: &str) -> LocalToken {
        let verdict = self.ask(member, need);
        assert!(matches!(verdict, Some(Verdict::Go(_))), "{verdict:?}");
        let token = self.token(name);
        self.report(member, issued(&token));
        token
    }

    pub(super) fn report(&mut self, member: &mut Member, outcome: Outcome) {
        member.handle_outcome(self.moment(), outcome);
        while self.step(member) {}
    }

    /// A token that was asked for and received now.
    pub(super) fn token(&self, name: &str) -> LocalToken {
        let now = self.moment();
        LocalToken {
            bearer: bearer(name),
            received: now,
            renew_at: now.after(s(LIFETIME - 330)),
            unusable_at: now.after(s(LIFETIME - 5)),
            expires_at: now.after(s(LIFETIME)),
            dropped_at: now.after(s(LIFETIME)),
            lifetime: s(LIFETIME),
            replaces_rejected: false,
            reissued: false,
        }
    }
}

pub(super) fn member(name: u8) -> Member {
    Member::new(holder(name), name.into(), Policy::default(), StorePolicy::default())
}

pub(super) const fn holder(name: u8) -> Holder {
    Holder::new([name; 16])
}

pub(super) fn bearer(token: &str) -> Bearer {
    Bearer(BearerValue::build(token.len(), |value| value.append(token.as_bytes())).unwrap())
}

pub(super) const fn first() -> Need {
    Need { want: Want::First, at_hand: None }
}

pub(super) fn need(want: Want, token: &LocalToken) -> Need {
    Need { want, at_hand: Some(token.clone()) }
}

pub(super) fn issued(token: &LocalToken) -> Outcome {
    Outcome::Issued(Box::new(token.clone()), BodyEncoding::UrlEncoded)
}

pub(super) fn denied(until: Moment) -> Outcome {
    let refusal = Refusal {
        kind: RefusalKind::Denied,
        encoding: BodyEncoding::Multipart,
        status: 401,
        code: Some("invalid_client".to_owned()),
        tx_id: Some("6f1c".to_owned()),
    };
    Outcome::Refused { until, refusal }
}

pub(super) fn is_go(verdict: Option<Verdict>) -> bool {
    matches!(verdict, Some(Verdict::Go(_)))
}

pub(super) fn is_elsewhere(verdict: Option<Verdict>) -> bool {
    matches!(verdict, Some(Verdict::Elsewhere { .. }))
}

/// The token that is to be adopted.
pub(super) fn adopted(verdict: Option<Verdict>) -> LocalToken {
    match verdict {
        Some(Verdict::Adopt(adopted)) => adopted.token,
        other => panic!("{other:?}"),
    }
}
