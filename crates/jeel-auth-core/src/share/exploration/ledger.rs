//! What the world knows of requests; it never asks a member.

use super::Input;
use super::times::{RENEWAL, USABLE, policies};
use crate::share::record::{Holder, Lease};

/// A request that was sent with clearance.
#[derive(Clone, Debug)]
pub(super) struct Cleared {
    pub(super) holder: Holder,
    pub(super) fence: u64,
    /// The end of its lease, in the world's time.
    pub(super) end: u64,
    pub(super) fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Open,
    /// Its outcome is in the record.
    Published,
    /// The leader died or stalled past its lease, its answer was lost, or the store forgot the lease.
    Broken,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    pub(super) cleared: Vec<Cleared>,
    pub(super) breaks: usize,
    /// When each token was asked for.
    pub(super) tokens: Vec<u64>,
    /// The claims that were drawn for: when, and by which lease.
    draws: Vec<(u64, Lease)>,
    /// The leases under which nothing was sent yet.
    unspent: Vec<Lease>,
    pub(super) forgotten: u64,
}

impl Ledger {
    pub(super) fn follow(&mut self, now: u64) {
        self.break_those(|cleared| cleared.end <= now);
    }

    pub(super) fn break_those(&mut self, of: impl Fn(&Cleared) -> bool) {
        for cleared in self.cleared.iter_mut().filter(|cleared| cleared.fate == Fate::Open) {
            if of(cleared) {
                cleared.fate = Fate::Broken;
                self.breaks += 1;
            }
        }
    }

    /// A lease was taken, by a swap that was made at a time and replaced another lease.
    pub(super) fn claimed(&mut self, made: u64, old: Option<Lease>, new: Lease, trace: &[Input]) {
        let extends = old.is_some_and(|old| {
            let before = self.unspent.len();
            self.unspent.retain(|lease| *lease != old || lease.holder != new.holder);
            before > self.unspent.len()
        });
        self.unspent.push(new);
        if extends {
            return;
        }
        self.draws.push((made, new));
        self.draws.sort_unstable_by_key(|(made, _)| *made);
        let starts = self.draws.iter().map(|(made, _)| *made);
        for start in starts {
            self.check_window(start, self.draws.last().map_or(start, |(made, _)| *made), trace);
        }
    }

    fn check_window(&self, start: u64, end: u64, trace: &[Input]) {
        let (policy, _) = policies();
        let window = start..=end;
        let drawn = self.draws.iter().filter(|(made, _)| window.contains(made)).count() as u64;
        let milestones = self.tokens.iter().flat_map(|sent| [sent + RENEWAL, sent + USABLE]);
        let credited = milestones.filter(|at| window.contains(at)).count() as u64;
        let grown = (end - start) / policy.interval.as_secs();
        let most = u64::from(policy.burst.get()) * (1 + self.forgotten) + grown + credited;
        assert!(drawn <= most, "{trace:?}: {drawn} requests where {most} are allowed");
    }

    /// A request was cleared under this lease, which the record still holds or not.
    pub(super) fn send(&mut self, lease: Lease, end: u64, in_record: bool, trace: &[Input]) {
        // Its own answer before did not reach the store, and something else is wanted by now.
        self.break_those(|cleared| cleared.holder == lease.holder);
        self.unspent.retain(|unspent| *unspent != lease);
        let fate = if in_record { Fate::Open } else { Fate::Broken };
        self.breaks += usize::from(!in_record);
        self.cleared.push(Cleared { holder: lease.holder, fence: lease.fence, end, fate });
        let open = self.cleared.iter().filter(|cleared| cleared.fate == Fate::Open).count();
        assert!(open <= 1, "{trace:?}: two cleared requests are open");
    }

    pub(super) fn published(&mut self, holder: Holder, fence: u64) {
        let open = self.cleared.iter_mut().find(|cleared| {
            cleared.fate == Fate::Open && cleared.holder == holder && cleared.fence == fence
        });
        if let Some(cleared) = open {
            cleared.fate = Fate::Published;
        }
    }

    /// Proof that nothing was sent under a lease.
    pub(super) fn refund(&mut self, holder: Holder, fence: u64) {
        self.draws.retain(|(_, lease)| lease.holder != holder || lease.fence != fence);
    }

    pub(super) fn key(&self) -> impl std::fmt::Debug {
        let open: Vec<_> =
            self.cleared.iter().filter(|cleared| cleared.fate == Fate::Open).collect();
        let text = format!("{open:?} {:?} {:?} {:?}", self.tokens, self.draws, self.unspent);
        (text, self.breaks > 0, self.forgotten)
    }
}
