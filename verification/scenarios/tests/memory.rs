//! The memory that a client uses for the responses of a hostile server. It stays within the limits
//! of core with every adapter.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "--nocapture shows each figure")]

use jeel_auth_scenarios::{ADAPTERS, run, scenarios};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The bytes allowed. They include a client with its runtime, the server, TLS, and a response at
/// core's limits. These servers send hundreds of times as much in a second.
const ENOUGH: usize = 2 << 20;

#[test]
fn endless_responses_are_not_kept_in_memory() {
    let hostile = ["endless_headers", "endless_body", "endless_1xx", "huge_chunk", "oversized"];
    let scenarios = scenarios().unwrap();
    let named = |name: &str| {
        let name = format!("failures::of_the_network::{name}");
        scenarios.iter().find(|scenario| scenario.name() == name).unwrap()
    };
    for adapter in ADAPTERS {
        for scenario in hostile.map(named) {
            for &scheme in scenario.schemes() {
                ALLOCATOR.reset_peak_usage();
                let before = ALLOCATOR.current_usage();
                run(&adapter, scheme, scenario).unwrap();
                let took = ALLOCATOR.peak_usage().saturating_sub(before);
                let name = format!("{}::{scheme}::{}", adapter.name(), scenario.name());
                println!("{name}: {took} bytes");
                assert!(took < ENOUGH, "{name} took {took} bytes");
            }
        }
    }
}
