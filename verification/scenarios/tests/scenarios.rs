//! One test for every scenario, adapter and scheme.
//!
//! `cargo test -p jeel-auth-scenarios --test scenarios -- ureq::https` runs a part of the tests.

use jeel_auth_scenarios::{ADAPTERS, run, scenarios};
use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::sync::Arc;

/// More tests than processors run concurrently, because scenarios mostly wait.
const AT_ONCE: usize = 16;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    match runs() {
        Ok(runs) => libtest_mimic::run(&arguments, runs).exit_code(),
        Err(error) => fail(&error),
    }
}

fn runs() -> Result<Vec<Trial>, String> {
    let scenarios: Vec<_> = scenarios()?.into_iter().map(Arc::new).collect();
    let mut runs = Vec::new();
    for adapter in ADAPTERS {
        for scenario in &scenarios {
            for &scheme in scenario.schemes() {
                let name = format!("{}::{scheme}::{}", adapter.name(), scenario.name());
                let scenario = Arc::clone(scenario);
                runs.push(Trial::test(name, move || {
                    run(&adapter, scheme, &scenario).map_err(Into::into)
                }));
            }
        }
    }
    Ok(runs)
}

#[expect(clippy::print_stderr, reason = "a test program reports to its terminal")]
fn fail(error: &str) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}
