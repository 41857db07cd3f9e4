//! A few members, a store, and what must be true of them.

use super::ledger::Ledger;
use super::node::{Flight, Node, bearer};
use super::store::{AHEAD, Change, Message, Store};
use super::times::{RENEWAL, REQUEST, USABLE};
use super::{Answer, Input};
use crate::share::record::{Bearer, Lease, Record};
use crate::share::verdict::{LocalToken, Outcome, Verdict, Want};
use crate::share::{StoreOperation, StoreResponse};
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

#[derive(Clone)]
pub(super) struct World {
    pub(super) now: u64,
    pub(super) nodes: Vec<Node>,
    store: Store,
    ledger: Ledger,
    /// The last lease of each holder that the store accepted.
    leases: Vec<Lease>,
    /// The tokens that were removed because they were rejected.
    removed: Vec<Bearer>,
    incarnations: u8,
    pub(super) harms: usize,
    pub(super) trace: Vec<Input>,
}

impl World {
    pub(super) fn empty(members: usize) -> Self {
        Self {
            now: 100,
            nodes: (0..members).map(|index| Node::new(index, 1)).collect(),
            store: Store::default(),
            ledger: Ledger::default(),
            leases: Vec::new(),
            removed: Vec::new(),
            incarnations: 1,
            harms: 0,
            trace: Vec::new(),
        }
    }

    /// All members have the token of the first, and its renewal time has come.
    pub(super) fn due(members: usize) -> Self {
        let mut world = Self::empty(members);
        let lead = [Input::Want(0), Input::Respond(0, Answer::Token)];
        let adopt = (1..members).map(Input::Want);
        for input in lead.into_iter().chain(adopt).chain([Input::Pass(RENEWAL)]) {
            assert!(world.apply(input), "{input:?}");
        }
        assert!(world.nodes.iter().all(|node| node.due(world.now) == Some(Want::Renewal)));
        world
    }

    pub(super) fn members(&self) -> usize {
        self.nodes.len()
    }

    /// Applies an input; `false` where it does not apply here.
    pub(super) fn apply(&mut self, input: Input) -> bool {
        self.trace.push(input);
        self.harms += usize::from(input.is_harm());
        self.ledger.follow(self.now);
        let applies = self.input(input);
        self.answer();
        applies
    }

    /// The store answers all who are neither slow nor stalled.
    pub(super) fn answer(&mut self) {
        for of in 0..self.nodes.len() {
            let (slow, stalled) = (self.nodes[of].slow, self.nodes[of].stalled);
            while !slow && self.reach_store(of, !stalled) {}
        }
    }

    fn input(&mut self, input: Input) -> bool {
        let slow = |of: usize| self.nodes[of].slow;
        match input {
            Input::Want(of) => self.want(of),
            Input::Reject(of) => self.reject(of),
            Input::Slow(of) => !std::mem::replace(&mut self.nodes[of].slow, true),
            Input::Fast(of) => std::mem::replace(&mut self.nodes[of].slow, false),
            Input::Serve(of) => slow(of) && self.reach_store(of, true),
            Input::Apply(of) => slow(of) && self.reach_store(of, false),
            Input::Lose(of) => self.with_messages(of, |messages| drop(messages.remove(0))),
            Input::Repeat(of) => self.repeat(of),
            Input::Respond(of, answer) => self.respond(of, answer),
            Input::Pass(seconds) => self.pass(seconds),
            Input::Stall(of) => !std::mem::replace(&mut self.nodes[of].stalled, true),
            Input::Resume(of) => {
                let stalled = std::mem::replace(&mut self.nodes[of].stalled, false);
                self.wake(of);
                stalled
            }
            Input::Die(of) => self.die(of),
            Input::Forget => {
                self.ledger.break_those(|_| true);
                self.ledger.forgotten += 1;
                self.removed.clear();
                self.store.record.take().is_some()
            }
        }
    }

    fn want(&mut self, of: usize) -> bool {
        let now = self.now;
        let node = &mut self.nodes[of];
        let due = node.due(now).filter(|due| node.want != Some(*due));
        let idle = !node.stalled && node.flight.is_none() && node.held_off <= now;
        let Some(want) = due.filter(|_| idle && node.want != Some(Want::Rejected)) else {
            return false;
        };
        node.want(now, want);
        self.settle(of);
        true
    }

    fn reject(&mut self, of: usize) -> bool {
        let now = self.now;
        let node = &mut self.nodes[of];
        let usable =
            node.token.as_ref().is_some_and(|held| !held.unusable_at.reached(node.local(now)));
        let idle = !node.stalled && node.flight.is_none() && node.want.is_none();
        if !usable || !idle || node.held_off > now {
            return false;
        }
        node.want(now, Want::Rejected);
        self.settle(of);
        true
    }

    fn with_messages(&mut self, of: usize, act: impl FnOnce(&mut Vec<Message>)) -> bool {
        let some = !self.nodes[of].messages.is_empty();
        if some {
            act(&mut self.nodes[of].messages);
        }
        some
    }

    /// The oldest message reaches the store, unless it was there; its response is delivered or waits.
    pub(super) fn reach_store(&mut self, of: usize, deliver: bool) -> bool {
        let stalled = self.nodes[of].stalled;
        let Some(mut message) = self.nodes[of].messages.first().cloned() else { return false };
        if (deliver && stalled) || (!deliver && message.response.is_some()) {
            return false;
        }
        if message.response.is_none() {
            message.response = Some(self.serve(of, &message));
        }
        self.nodes[of].messages[0] = message.clone();
        if deliver && let Some(response) = message.response {
            self.nodes[of].messages.remove(0);
            let now = self.nodes[of].local(self.now);
            self.nodes[of].member.handle_store_response(now, message.id, response);
            self.settle(of);
        }
        true
    }

    fn repeat(&mut self, of: usize) -> bool {
        let first = self.nodes[of].messages.first().cloned();
        let swapped = |message: &Message| matches!(message.operation, StoreOperation::Swap { .. });
        let Some(message) = first.filter(|m| swapped(m) && m.response.is_some()) else {
            return false;
        };
        self.serve(of, &message);
        true
    }

    fn serve(&mut self, of: usize, message: &Message) -> StoreResponse {
        let (response, change) = self.store.serve(self.now, message);
        if let Some(change) = change {
            self.check_change(of, message.made, &change);
        }
        response
    }

    /// A swap took place: a lease is taken only if it is over, and an outcome ends its own.
    fn check_change(&mut self, of: usize, made: u64, Change { before, after }: &Change) {
        let holder = self.nodes[of].holder;
        let old = before.as_ref().and_then(|record| record.lease);
        if let Some(lease) = after.lease.filter(|lease| Some(*lease) != old) {
            let free = old.is_none_or(|old| {
                old.holder == holder || old.until <= Duration::from_secs(self.now + AHEAD)
            });
            assert!(free, "{:?}: a lease was taken before its end", self.trace);
            self.leases.retain(|known| known.holder != lease.holder);
            self.leases.push(lease);
            self.ledger.claimed(made, old, lease, &self.trace);
        }
        self.check_token(before.as_ref(), after);
        if let Some(old) = old.filter(|old| old.holder != holder) {
            let over = old.until <= Duration::from_secs(self.now + AHEAD);
            assert!(over || after.lease == Some(old), "{:?}: another's lease", self.trace);
        }
        let flying = self.nodes[of].flight.as_ref().and_then(|flight| flight.fence);
        let cleared = |old: &Lease| after.lease.is_none() && old.holder == holder;
        if let Some(old) = old.filter(cleared)
            && flying != Some(old.fence)
        {
            self.ledger.published(old.holder, old.fence);
        }
    }

    fn check_token(&mut self, before: Option<&Record>, after: &Record) {
        let name = |record: &Record| record.token.as_ref().map(|token| token.bearer.clone());
        let (old, new) = (before.and_then(name), name(after));
        if let (Some(old), None) = (&old, &new) {
            self.removed.push(old.clone());
        }
        if let Some(new) = new.filter(|new| Some(new) != old.as_ref()) {
            assert!(!self.removed.contains(&new), "{:?}: a removed token", self.trace);
            let older = old.is_some_and(|old| self.sent(&old) > self.sent(&new));
            assert!(!older, "{:?}: an older token", self.trace);
        }
    }

    /// When a token was asked for.
    fn sent(&self, token: &Bearer) -> u64 {
        let name = (0..self.ledger.tokens.len()).find(|name| bearer(*name as u64) == *token);
        self.ledger.tokens[name.expect("a token that was issued")]
    }

    fn respond(&mut self, of: usize, answer: Answer) -> bool {
        let now = self.now;
        if self.nodes[of].stalled || self.nodes[of].flight.is_none() {
            return false;
        }
        let name = self.ledger.tokens.len() as u64;
        let outcome = self.nodes[of].outcome(now, answer, name);
        let node = &mut self.nodes[of];
        let Some(flight) = node.flight.take() else { return false };
        match &outcome {
            Outcome::Issued(token, _) => {
                node.token = Some((**token).clone());
                self.ledger.tokens.push(flight.sent);
            }
            Outcome::NotSent => {
                self.ledger.refund(node.holder, flight.fence.unwrap_or_default());
            }
            Outcome::Refused { .. } => node.held_off = now + super::node::HOLD_OFF,
            _ => {}
        }
        let node = &mut self.nodes[of];
        node.member.handle_outcome(node.local(now), outcome);
        self.settle(of);
        true
    }

    pub(super) fn pass(&mut self, seconds: u64) -> bool {
        self.now += seconds;
        self.ledger.follow(self.now);
        for of in 0..self.nodes.len() {
            self.wake(of);
        }
        true
    }

    fn wake(&mut self, of: usize) {
        let now = self.now;
        let node = &mut self.nodes[of];
        if node.stalled {
            return;
        }
        node.member.handle_timeout(node.local(now));
        if node.flight.as_ref().is_some_and(|flight| flight.sent + REQUEST <= now) {
            node.flight = None;
            node.member.handle_outcome(node.local(now), Outcome::Failed);
        }
        self.settle(of);
    }

    fn die(&mut self, of: usize) -> bool {
        let holder = self.nodes[of].holder;
        self.ledger.break_those(|cleared| cleared.holder == holder);
        self.incarnations += 1;
        // What is on its way arrives all the same, and its response nowhere.
        let messages = std::mem::take(&mut self.nodes[of].messages);
        for message in messages.iter().filter(|message| message.response.is_none()) {
            self.serve(of, message);
        }
        self.nodes[of] = Node::new(of, self.incarnations);
        true
    }

    /// Does what the member says: makes its call and heeds its verdict.
    fn settle(&mut self, of: usize) {
        let now = self.now;
        let node = &mut self.nodes[of];
        let local = node.local(now);
        let verdict = node.member.poll_verdict(local);
        if let Some(call) = node.member.poll_store_call(local) {
            let version = node.version(call.id);
            let (id, operation) = (call.id, call.operation);
            node.messages.push(Message { id, operation, version, made: now, response: None });
            // The network holds one message that was given up, at most.
            let surplus = node.messages.len().saturating_sub(2);
            node.messages.drain(..surplus);
        }
        node.forget_chance();
        match verdict {
            Some(Verdict::Go(_)) => self.send(of),
            Some(Verdict::Alone) => self.take_off(of, None),
            Some(Verdict::Adopt(adopted)) => self.adopt(of, adopted.token),
            Some(Verdict::HoldOff { until, .. }) => {
                let node = &mut self.nodes[of];
                node.held_off = now + until.remaining(local).as_secs().max(1);
                node.want = None;
            }
            Some(Verdict::Elsewhere { .. }) | None => {}
        }
    }

    fn send(&mut self, of: usize) {
        let holder = self.nodes[of].holder;
        let lease = self.leases.iter().find(|lease| lease.holder == holder).copied();
        let lease = lease.unwrap_or_else(|| panic!("{:?}: cleared without a lease", self.trace));
        let in_record = self.store.record().is_some_and(|record| record.lease == Some(lease));
        let end = lease.until.as_secs() - AHEAD;
        assert!(self.now + REQUEST <= end, "{:?}: a request longer than its lease", self.trace);
        if self.ledger.breaks == 0 && self.harms_forgot() {
            assert!(!self.record_has_what_is_wanted(of), "{:?}: a needless request", self.trace);
        }
        self.ledger.send(lease, end, in_record, &self.trace);
        self.take_off(of, Some(lease.fence));
    }

    /// Whether the record was never lost: what is put back into an empty one is not adopted.
    fn harms_forgot(&self) -> bool {
        !self.trace.contains(&Input::Forget)
    }

    fn record_has_what_is_wanted(&self, of: usize) -> bool {
        let node = &self.nodes[of];
        let token = self.store.record().and_then(|record| record.token);
        let Some((token, want)) = token.zip(node.want) else { return false };
        let now = Duration::from_secs(self.now + AHEAD);
        let same = node.token.as_ref().is_some_and(|held| held.bearer == token.bearer);
        match want {
            Want::Renewal => token.renew_at > now,
            _ => token.unusable_at > now && !same,
        }
    }

    fn take_off(&mut self, of: usize, fence: Option<u64>) {
        let node = &mut self.nodes[of];
        let rejected = node.want.take() == Some(Want::Rejected);
        node.flight = Some(Flight { sent: self.now, fence, rejected });
    }

    /// No adopted token outlives the end that its issuer counted.
    fn adopt(&mut self, of: usize, token: LocalToken) {
        let sent = self.sent(&token.bearer);
        let node = &mut self.nodes[of];
        let end = node.local(sent + USABLE);
        let fine = token.unusable_at.monotonic() <= end.monotonic()
            && token.unusable_at.wall() <= end.wall() + Duration::from_secs(300);
        assert!(fine, "{:?}: a token that lives too long", self.trace);
        assert!(!token.unusable_at.reached(node.local(self.now)), "{:?}: expired", self.trace);
        node.token = Some(token);
        node.want = None;
    }

    /// Everything that can still matter.
    pub(super) fn key(&self) -> u64 {
        let mut key = Key(DefaultHasher::new());
        for node in &self.nodes {
            let _ = write!(key, "{:?}", node.key());
        }
        let _ = write!(key, "{} {:?}", self.now, self.ledger.key());
        let record = self.store.record.as_ref().map(|(version, bytes)| (*version, &**bytes));
        record.hash(&mut key.0);
        key.0.finish()
    }
}

struct Key(DefaultHasher);

impl Write for Key {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
