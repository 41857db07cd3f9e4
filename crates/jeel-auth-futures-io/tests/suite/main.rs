//! Over real sockets and real TLS, against the emulator, on smol.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod addresses;
mod common;
mod faults;
mod handshake;
mod tls;
