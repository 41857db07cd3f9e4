//! Token requests by ureq, over real sockets and TLS.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;
mod failures;
mod overlaps;
mod proxies;
mod responses;
mod socks;
mod tls;
