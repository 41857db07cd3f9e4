//! What a hostile server makes a client hold: no more than the limits of core allow, with every
//! adapter, whatever it sends.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "each figure, for who asks with --nocapture")]

use jeel_auth_scenarios::{ADAPTERS, run, scenarios};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes, for a client and its runtime, the server, TLS for both, and a response at core's limits.
/// What these servers send in a second is hundreds of times as much.
const ENOUGH: usize = 2 << 20;

#[test]
fn endless_responses_are_not_kept() {
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
