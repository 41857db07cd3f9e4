//! The system's roots are loaded once: a further source is cheap.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use jeel_auth_reqwest::{Credentials, Environment, Reqwest, TokenSource};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::hint::black_box;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const MOST: usize = 32 * 1024;
const SOURCES: usize = 100;

fn source() -> TokenSource {
    let credentials = Credentials::new("id", "secret").unwrap();
    let transport = Reqwest::new().unwrap();
    TokenSource::builder(Environment::Sandbox, credentials, transport).build().unwrap()
}

/// The only test of its process, so that nobody else allocates.
#[test]
fn a_further_source_allocates_little() {
    let first = source();
    let region = Region::new(ALLOCATOR);
    let further: Vec<TokenSource> = (0..SOURCES).map(|_| source()).collect();
    let each = region.change().bytes_allocated / SOURCES;
    assert!(each <= MOST, "{each} bytes");
    black_box((first, further));
}
