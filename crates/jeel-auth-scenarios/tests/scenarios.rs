//! Every scenario, with every adapter, over every scheme that it names: a listed test each.
//!
//! `cargo test -p jeel-auth-scenarios --test scenarios -- ureq::https` runs a part of them.

use jeel_auth_scenarios::{ADAPTERS, run, scenarios};
use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::sync::Arc;

/// Scenarios mostly wait, for a time to pass or for each other: more run at once than there are
/// processors.
const AT_ONCE: usize = 16;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    match trials() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => fail(&error),
    }
}

fn trials() -> Result<Vec<Trial>, String> {
    let scenarios: Vec<_> = scenarios()?.into_iter().map(Arc::new).collect();
    let mut trials = Vec::new();
    for adapter in ADAPTERS {
        for scenario in &scenarios {
            for &scheme in scenario.schemes() {
                let name = format!("{}::{scheme}::{}", adapter.name(), scenario.name());
                let scenario = Arc::clone(scenario);
                trials.push(Trial::test(name, move || {
                    run(&adapter, scheme, &scenario).map_err(Into::into)
                }));
            }
        }
    }
    Ok(trials)
}

#[expect(clippy::print_stderr, reason = "a test program reports to its terminal")]
fn fail(error: &str) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}
