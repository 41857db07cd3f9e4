//! A day of a thousand token caches that were started together, at one token server that takes
//! fifty requests a second: in virtual time, from a seed, through `jeel-auth-core`'s public
//! interface, beside the naive rule "renew 30 s before expiry, retry each second" in the same world.
//!
//! ```text
//! cargo run --release -p jeel-auth-fleet [-- picture.svg]
//! ```
//!
//! prints what was counted on an ordinary day, on one with a ten-minute outage at the worst time, and
//! on one with a key rotation that makes the API refuse every token at once. The picture shows the
//! ordinary day. `JEEL_FLEET_SEED` replays a seed; the same seed gives the same picture, byte for
//! byte. On the way, every cache is held to its invariants: a broken one is a panic that names the
//! seed.
//!
//! **It does not** open sockets, read clocks, or let clocks misbehave; that is core's own simulation.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in a simulation a panic is the finding"
)]

mod checker;
mod client;
mod dice;
mod figures;
mod naive;
mod ours;
mod picture;
mod queue;
mod scenario;
mod server;
mod study;
#[cfg(test)]
mod tests;
mod world;

use std::io::Write;
use study::{Study, replayable, seed};

fn main() -> std::io::Result<()> {
    let seed = seed().unwrap_or(1);
    let study = replayable(seed, || Study::new(1000, 24, seed));
    let mut out = std::io::stdout().lock();
    write!(out, "{study}")?;
    if let Some(path) = std::env::args_os().nth(1) {
        std::fs::write(&path, picture::draw(&study))?;
        writeln!(out, "\nthe ordinary day is drawn in {}", path.display())?;
    }
    Ok(())
}
