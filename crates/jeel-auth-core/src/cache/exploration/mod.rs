//! Exhaustive exploration: every interleaving of inputs, responses and clock steps, to a depth.
//!
//! Not a model of the machine but the machine itself, cloned at every branch. The world around it is
//! small: one request under way, one waiting caller, tokens of two lifetimes, and some twenty
//! responses. Breadth first; states that differ only in what can no longer matter are visited once.
//! In each state the invariants of the crate page are checked, by a [`referee`] with a clock and
//! separate books: it reads nothing that it checks from the machine.
//!
//! `JEEL_EXPLORE_DEPTH` sets the depth; see CONTRIBUTING.md for the long run.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "it reports, and fails by panicking"
)]

mod key;
mod referee;
mod way_out;
mod world;

use crate::policy::Policy;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;
use world::World;

#[derive(Clone, Copy, Debug)]
enum Input {
    Acquire,
    /// For a token that is good for a while.
    AcquireFor(u64),
    Resume,
    Poll,
    Answer(Answer),
    /// A response for a flight that was given up, or a second one.
    StaleAnswer,
    SendFailed,
    /// Before anything was sent.
    NothingSent,
    RejectCurrent,
    RejectOld,
    /// Another secret of the same client.
    OtherSecret,
    EqualCredentials,
    OtherClient,
    /// Seconds that pass on the monotonic clock, and on the wall.
    Pass(u64, i64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Token,
    /// A token that lives longer.
    LongToken,
    /// A token whose own claims, beside the response's `Date`, leave it half its lifetime.
    AgedToken,
    SameToken,
    NoLifetime,
    Status(u16),
    RetryLater,
    Malformed,
}

const INPUTS: &[Input] = &[
    Input::Acquire,
    Input::AcquireFor(15),
    Input::Resume,
    Input::Poll,
    Input::Answer(Answer::Token),
    Input::Answer(Answer::LongToken),
    Input::Answer(Answer::AgedToken),
    Input::Answer(Answer::SameToken),
    Input::Answer(Answer::NoLifetime),
    Input::Answer(Answer::Status(302)),
    Input::Answer(Answer::Status(401)),
    Input::Answer(Answer::Status(415)),
    Input::Answer(Answer::Status(500)),
    Input::Answer(Answer::Status(403)),
    Input::Answer(Answer::RetryLater),
    Input::Answer(Answer::Malformed),
    Input::StaleAnswer,
    Input::SendFailed,
    Input::NothingSent,
    Input::RejectCurrent,
    Input::RejectOld,
    Input::OtherSecret,
    Input::EqualCredentials,
    Input::OtherClient,
    Input::Pass(1, 1),
    Input::Pass(9, 9),
    Input::Pass(60, 60),
    // Suspend, and steps of the wall clock either way.
    Input::Pass(0, 3600),
    Input::Pass(1, -3600),
];

#[test]
fn the_invariants_hold_in_every_state_to_a_depth() {
    explore(&Policy { fleet_spread: Duration::ZERO, ..Policy::default() });
}

/// The budget is felt early.
#[test]
fn the_invariants_hold_in_every_state_with_a_budget_of_one() {
    let burst = NonZeroU32::MIN;
    explore(&Policy { burst, fleet_spread: Duration::ZERO, ..Policy::default() });
}

#[expect(clippy::disallowed_methods, reason = "the depth is set from outside")]
fn depth() -> usize {
    let depth = std::env::var("JEEL_EXPLORE_DEPTH");
    depth.map_or(7, |depth| depth.parse().expect("JEEL_EXPLORE_DEPTH is a number"))
}

fn explore(policy: &Policy) {
    let start = World::new(policy);
    let mut seen = BTreeSet::from([start.key()]);
    let mut frontier = vec![start];
    for level in 1..=depth() {
        let mut next = Vec::new();
        for world in &frontier {
            for input in INPUTS {
                let mut world = world.clone();
                world.trace.push(*input);
                if world.apply(*input) && seen.insert(world.key()) {
                    world.check();
                    next.push(world);
                }
            }
        }
        frontier = next;
        println!("depth {level}: {} new states, {} in all", frontier.len(), seen.len());
    }
}
