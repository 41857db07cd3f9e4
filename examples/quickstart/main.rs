//! Shows what a token cache does.
//!
//! ```text
//! cargo run --example quickstart
//! ```
//!
//! Without configuration, the program starts an emulator on an ephemeral loopback port. If the
//! `JEELPAY_*` variables are set, it sends two token requests to the configured endpoint. It exits
//! with an error if a step does not have the result that it prints.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints its results")]

mod against_emulator;
mod against_jeel;
mod readers;

use std::env;
use std::error::Error;
use std::process::ExitCode;

type Checked = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let configured = env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("JEELPAY_"));
    let result = if configured { against_jeel::run() } else { against_emulator::run() };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns an error if a step did not have the expected result.
fn check(happened: bool, expected: &str) -> Checked {
    if happened { Ok(()) } else { Err(format!("expected {expected}").into()) }
}
