//! Simulates one day of a thousand token caches that start together, at one token server that
//! accepts fifty requests a second.
//!
//! The simulation runs in virtual time, from a seed, through the public interface of
//! `jeel-auth-core`. It compares the cache with the naive rule "renew 30 s before expiry, retry
//! each second" under the same conditions.
//!
//! ```text
//! cargo run --release -p jeel-auth-fleet [-- picture.svg]
//! ```
//!
//! The program prints the counts of three days: an ordinary day, a day with a ten-minute outage at
//! the busiest time, and a day with a key rotation, after which the API rejects every token. The
//! picture shows the ordinary day. `JEEL_FLEET_SEED` sets the seed; the same seed gives the same
//! picture, byte for byte. The simulation checks the invariants of every cache. A violation panics
//! and prints the seed.
//!
//! The simulation opens no sockets, reads no clocks, and does not simulate faulty clocks. The
//! simulation of `jeel-auth-core` covers those.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a simulation reports a violation by a panic"
)]

mod checker;
mod client;
mod figures;
mod naive;
mod ours;
mod picture;
mod queue;
mod rng;
mod scenario;
mod server;
mod simulation;
mod study;
#[cfg(test)]
mod tests;

use std::io::Write;
use study::{Study, replayable, seed};

fn main() -> std::io::Result<()> {
    let seed = seed().unwrap_or(1);
    let study = replayable(seed, || Study::new(1000, 24, seed));
    let mut out = std::io::stdout().lock();
    write!(out, "{study}")?;
    if let Some(path) = std::env::args_os().nth(1) {
        std::fs::write(&path, picture::draw(&study))?;
        writeln!(out, "\nwrote a picture of the ordinary day to {}", path.display())?;
    }
    Ok(())
}
