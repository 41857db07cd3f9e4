//! Study 1: from a valid token in the cache to a value for the `Authorization` field.

use crate::allocations;
use crate::goals::Goals;
use crate::instructions::Counts;
use crate::rounds::{Op, Rounds, race};
use crate::subjects::{BASE, Kind, Subject, near_expiry, server, subjects};
use crate::table::{Table, short, times};
use crate::world::{Failure, runtime};
use std::fmt::Write;

/// The results of one subject.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// On one thread.
    pub(crate) alone: Rounds,
    /// On two threads.
    pub(crate) together: Rounds,
    pub(crate) instructions: f64,
    pub(crate) allocations: f64,
}

/// The results of this study.
#[derive(Debug)]
pub(crate) struct CachedRead {
    pub(crate) reads: Vec<Read>,
    states: Vec<State>,
}

/// A read in a state of the renewal.
#[derive(Debug)]
struct State {
    name: &'static str,
    rounds: Rounds,
    instructions: f64,
    allocations: f64,
}

const ROUNDS: usize = 200;

pub(crate) fn study(counts: &Counts) -> Result<CachedRead, Failure> {
    let (runtime, server) = (runtime()?, server()?);
    let _inside = runtime.enter();
    let subjects = subjects();
    let made: Result<Vec<Op>, _> =
        subjects.iter().map(|subject| subject.make(&runtime, &server)).collect();
    let ops = made?;
    let by_reference: Vec<&Op> = ops.iter().collect();
    let alone = race(&by_reference, 1, ROUNDS);
    let together = race(&by_reference, 2, ROUNDS);
    let read = |(((subject, op), alone), together): (((Subject, &Op), _), _)| Read {
        name: subject.name,
        kind: subject.kind,
        alone,
        together,
        instructions: counts.of(subject.name),
        allocations: allocations::per_call(op),
    };
    let measured = subjects.into_iter().zip(&ops).zip(alone).zip(together);
    Ok(CachedRead { reads: measured.map(read).collect(), states: states(counts)? })
}

fn states(counts: &Counts) -> Result<Vec<State>, Failure> {
    let made = near_expiry()?;
    let ops: Vec<&Op> = made.iter().map(|(_, op, _)| op).collect();
    let rounds = race(&ops, 1, ROUNDS);
    let mut states = Vec::new();
    for ((name, op, still_so), rounds) in made.iter().zip(rounds) {
        still_so()?;
        let allocations = allocations::per_call(op);
        states.push(State { name, rounds, instructions: counts.of(name), allocations });
    }
    Ok(states)
}

impl CachedRead {
    fn base(&self) -> Option<&Read> {
        self.reads.iter().find(|read| read.name == BASE)
    }

    pub(crate) fn markdown(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "{}\n{}\n{}", self.table(), self.states_table(), self.goals());
        text
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&[
            "cached read",
            "ns",
            "to base",
            "2 threads, ns",
            "to base",
            "instructions",
            "allocations",
        ]);
        let Some(base) = self.base() else { return table };
        for read in &self.reads {
            table.row([
                read.name.to_owned(),
                short(read.alone.median()),
                times(read.alone.ratio_to(&base.alone)),
                short(read.together.median()),
                times(read.together.ratio_to(&base.together)),
                short(read.instructions),
                short(read.allocations),
            ]);
        }
        table
    }

    fn states_table(&self) -> Table {
        let mut table =
            Table::new(&["the same read", "ns", "to valid", "instructions", "allocations"]);
        let Some(valid) = self.states.first() else { return table };
        for state in &self.states {
            table.row([
                state.name.to_owned(),
                short(state.rounds.median()),
                times(state.rounds.ratio_to(&valid.rounds)),
                short(state.instructions),
                short(state.allocations),
            ]);
        }
        table
    }

    fn goals(&self) -> Goals {
        let mut goals = Goals::new();
        let Some(base) = self.base() else { return goals };
        let ours = |kind| self.reads.iter().filter(move |read| read.kind == kind);
        for read in ours(Kind::Owned) {
            let (alone, together) =
                (read.alone.ratio_to(&base.alone), read.together.ratio_to(&base.together));
            goals.at_most(&format!("{}: time to base", read.name), 0.5, alone, "×");
            goals.at_most(&format!("{}: same, 2 threads", read.name), 0.6, together, "×");
            goals.at_most(&format!("{}: instructions", read.name), 100.0, read.instructions, "");
            goals.at_most(&format!("{}: allocations", read.name), 0.0, read.allocations, "");
        }
        for read in ours(Kind::Borrowed) {
            let ratio = read.alone.ratio_to(&base.alone);
            goals.at_most(&format!("{}: time to base", read.name), 0.25, ratio, "×");
        }
        self.goals_of_states(&mut goals);
        self.goals_beside_peers(&mut goals);
        goals
    }

    fn goals_of_states(&self, goals: &mut Goals) {
        let Some((valid, states)) = self.states.split_first() else { return };
        for state in states {
            let ratio = state.rounds.ratio_to(&valid.rounds);
            goals.at_most(&format!("{}: time to valid", state.name), 1.1, ratio, "×");
            let allocations = state.allocations;
            goals.at_most(&format!("{}: allocations", state.name), 0.0, allocations, "");
        }
    }

    /// The slowest of ours against each peer.
    fn goals_beside_peers(&self, goals: &mut Goals) {
        let ours = self.reads.iter().filter(|read| read.kind == Kind::Owned);
        let slowest = ours.max_by(|a, b| a.alone.median().total_cmp(&b.alone.median()));
        let Some(slowest) = slowest else { return };
        // The lock around oauth2 does no more than the base, so it has no goal.
        let caches = |read: &&Read| read.kind == Kind::Peer && !read.name.starts_with('`');
        for peer in self.reads.iter().filter(caches) {
            let ratio = peer.alone.ratio_to(&slowest.alone);
            goals.at_least(&format!("{}: time to our slowest", peer.name), 12.0, ratio, "×");
        }
    }
}
