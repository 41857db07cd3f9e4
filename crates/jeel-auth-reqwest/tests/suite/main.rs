//! Over real sockets and real TLS, against the emulator.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod challenges;
mod common;
mod faults;
mod limits;
mod load;
mod middleware;
mod origins;
mod overlaps;
mod proxies;
mod redirects;
mod roots;
mod runtimes;
mod tls;
mod token;
