//! The life of a token cache, at a glance.
//!
//! ```text
//! cargo run --example quickstart
//! ```
//!
//! Without configuration it starts a local Jeel on an ephemeral loopback port. With the `JEELPAY_*`
//! variables set it asks the real endpoint: politely, that is twice. It exits non-zero if what it
//! shows did not happen.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "showing is what it is for")]

mod against_emulator;
mod against_jeel;
mod readers;

use std::env;
use std::error::Error;
use std::process::ExitCode;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let configured = env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("JEELPAY_"));
    let outcome = if configured { against_jeel::run() } else { against_emulator::run() };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What was shown must have happened.
fn check(happened: bool, what: &str) -> Outcome {
    if happened { Ok(()) } else { Err(format!("this did not happen: {what}").into()) }
}
