//! Hours of life in milliseconds, through the public interface alone: a hostile server, hostile
//! clocks, callers that come, wait, leave and reject, and the invariants checked after every step.
//!
//! A failure prints its seed. `JEEL_SIM_SEED` replays one seed, `JEEL_SIM_STEPS` lengthens the run.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in a test a panic is the finding"
)]

mod checker;
mod clock;
mod dice;
mod server;
mod world;

use world::World;

const SEEDS: u64 = 16;
const STEPS: u64 = 1500;

#[test]
fn the_invariants_hold_whatever_servers_callers_and_clocks_do() {
    let steps = number("JEEL_SIM_STEPS").unwrap_or(STEPS);
    for seed in seeds() {
        let _replay = Replay { seed, steps };
        let mut world = World::new(seed);
        for _ in 0..steps {
            world.step();
        }
        world.recover();
    }
}

#[test]
fn the_same_seed_lives_the_same_life() {
    let steps = number("JEEL_SIM_STEPS").unwrap_or(STEPS) / 5;
    for seed in seeds().take(3) {
        let _replay = Replay { seed, steps };
        let [first, second] = [(), ()].map(|()| {
            let mut world = World::new(seed);
            for _ in 0..steps {
                world.step();
            }
            world.transcript()
        });
        assert!(first == second, "two lives of one seed differ");
    }
}

fn seeds() -> std::ops::Range<u64> {
    number("JEEL_SIM_SEED").map_or(0..SEEDS, |seed| seed..seed + 1)
}

#[expect(clippy::disallowed_methods, reason = "a test is told its seed from outside")]
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Says how to see a failure again.
struct Replay {
    seed: u64,
    steps: u64,
}

impl Drop for Replay {
    #[expect(clippy::print_stderr, reason = "this is for whoever reads the failure")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { seed, steps } = self;
            eprintln!("replay with JEEL_SIM_SEED={seed} JEEL_SIM_STEPS={steps}");
        }
    }
}
