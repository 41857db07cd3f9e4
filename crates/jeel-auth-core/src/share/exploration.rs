//! Exhaustive exploration of two and three members: every interleaving, to a depth.
//!
//! The members are the machines themselves, cloned at every branch. Between them and the record is a
//! store that delays, loses, repeats and forgets; members die and stall. Without harm the store answers
//! before the next input. A member whose network is *slow* is served one message at a time, in any order
//! with the others. The harms of a run are bounded. Breadth first; equal states are visited once.
//! `World` checks the theorem on every step:
//!
//! 1. A cleared request is answered in the record, or something broke; at most one is open at a time.
//!    While nothing broke, none is sent for which the record holds a token.
//! 2. Cleared requests stay within the fleet's budget.
//! 3. No adopted token outlives the end that its issuer counted. No older token replaces a newer one, and
//!    none comes back that was removed because it was rejected.
//! 4. From every state each want is answered, whether the store is dead or healthy from there on.
//!
//! `JEEL_EXPLORE_DEPTH` sets the depth; see CONTRIBUTING.md for the long run.

#![allow(clippy::print_stdout, reason = "it reports how far it went")]

mod ledger;
mod node;
mod store;
mod times;
mod way_out;
mod world;

use std::collections::BTreeSet;
use world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    /// The cache of a member wants what its token's age makes it want.
    Want(usize),
    /// The API rejects the token of a member, as it does everybody's.
    Reject(usize),
    /// The flight of a member ends.
    Respond(usize, Answer),
    /// Seconds pass, and members that are not stalled wake.
    Pass(u64),
    Slow(usize),
    Fast(usize),
    /// The oldest message of a slow member reaches the store, and its response the member.
    Serve(usize),
    /// The oldest message of a slow member reaches the store, and its response waits.
    Apply(usize),
    /// The oldest message of a slow member, or its response, is lost.
    Lose(usize),
    /// A swap that took place arrives once more.
    Repeat(usize),
    Stall(usize),
    Resume(usize),
    /// The member is gone, and another process takes its place.
    Die(usize),
    Forget,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Token,
    Denied,
    Failed,
    NotSent,
}

impl Input {
    const fn is_harm(self) -> bool {
        matches!(self, Self::Slow(_) | Self::Stall(_) | Self::Die(_) | Self::Forget)
    }
}

fn inputs(members: usize) -> Vec<Input> {
    let of_one = |of: usize| {
        [
            Input::Want(of),
            Input::Reject(of),
            Input::Respond(of, Answer::Token),
            Input::Respond(of, Answer::Denied),
            Input::Respond(of, Answer::Failed),
            Input::Respond(of, Answer::NotSent),
            Input::Slow(of),
            Input::Fast(of),
            Input::Serve(of),
            Input::Apply(of),
            Input::Lose(of),
            Input::Repeat(of),
            Input::Stall(of),
            Input::Resume(of),
            Input::Die(of),
        ]
    };
    let of_all = [Input::Pass(1), Input::Pass(3), Input::Forget];
    (0..members).flat_map(of_one).chain(of_all).collect()
}

/// Explores from a start, with a limit of harms in each run.
fn explore(start: World, depth: usize, harms: usize) {
    let inputs = inputs(start.members());
    let mut seen = BTreeSet::from([start.key()]);
    let mut frontier = vec![start];
    for level in 1..=depth {
        let mut next = Vec::new();
        for world in &frontier {
            for input in &inputs {
                if input.is_harm() && world.harms >= harms {
                    continue;
                }
                let mut world = world.clone();
                if world.apply(*input) && seen.insert(world.key()) {
                    world.check_way_out();
                    next.push(world);
                }
            }
        }
        frontier = next;
        println!("depth {level}: {} new states, {} in all", frontier.len(), seen.len());
    }
}

#[expect(clippy::disallowed_methods, reason = "how deep to go is for whoever runs it")]
fn depth(default: usize) -> usize {
    let depth = std::env::var("JEEL_EXPLORE_DEPTH");
    depth.map_or(default, |depth| depth.parse().expect("JEEL_EXPLORE_DEPTH is a number"))
}

#[test]
fn two_members_and_an_empty_record() {
    explore(World::empty(2), depth(5), 1);
}

#[test]
fn two_members_whose_token_is_due_for_renewal() {
    explore(World::due(2), depth(5), 1);
}

#[test]
fn two_members_and_more_harm() {
    explore(World::empty(2), depth(5) - 1, 3);
    explore(World::due(2), depth(5) - 1, 3);
}

#[test]
fn three_members() {
    explore(World::empty(3), depth(5) - 1, 1);
    explore(World::due(3), depth(5) - 1, 1);
}

#[test]
fn two_members_without_harm() {
    explore(World::due(2), depth(5) + 1, 0);
}
