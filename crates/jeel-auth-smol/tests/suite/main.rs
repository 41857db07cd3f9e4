//! Over real sockets and real TLS, against the emulator.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod cancellation;
mod common;
mod executors;
mod load;
mod names;
