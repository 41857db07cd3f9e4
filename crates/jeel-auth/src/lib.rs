//! Shares one [token cache](jeel_auth_core::Cache) between threads and tasks.
//!
//! Applications take an adapter (`jeel-auth-ureq`, `jeel-auth-reqwest`, `jeel-auth-smol`,
//! `jeel-auth-async-std`) and meet this crate as their [`TokenSource`]. Adapters supply a transport:
//! [`BlockingTransport`] or [`AsyncTransport`].
//!
//! ```text
//!  callers ──> lease (one atomic load, two clocks) ──────────────> token
//!     │ no lease
//!     └──────> mutex around core ── token or error ──────────────> answer
//!                  │        │ wait
//!                  │        └─> event <── outcome ──┐
//!                  └─ request ─> flight ────────────┘   on its own thread or task
//! ```
//!
//! What it adds to core's decisions, and nothing else does:
//!
//! - **The lock-free read.** Core leases a token until a moment; readers see the lease through one
//!   atomic pointer. In near-expiry too, while a renewal is under way or held off. Each thread notes
//!   the lease that it saw, and counts on a copy of the token that few others count on: threads that
//!   read at the same time do not slow each other down.
//! - **Single flight.** A request belongs to the cache. The caller who started it may leave, be
//!   cancelled or panic. Dropped without an outcome, as when a runtime shuts down, it is reported as
//!   abandoned; lost without a trace, as in a forked child, it is given up at its deadline.
//! - **Waiters.** Threads and tasks wait for the same event, each up to its own deadline. One outcome
//!   answers them all.
//! - **Configuration** from the environment, and **tracing** under the target `jeel_auth`.
//!
//! **This crate does not** decide anything about tokens, time, retries or status codes, open a
//! socket, or know a runtime. It does not wake up by itself: without callers nothing is renewed.

mod asynchronous;
mod blocking;
mod builder;
mod call;
mod caller;
mod clock;
mod lanes;
mod lease;
mod observe;
mod settings;
mod shared;
mod source;
mod sync;
mod token;
mod transport;

pub use builder::Builder;
pub use settings::ConfigError;
pub use source::{Async, Blocking, Driver, TokenSource};
pub use token::Token;
pub use transport::{
    AsyncTransport, BlockingTransport, BodyBuffer, HttpResponse, Received, io_failure,
};

pub use jeel_auth_core as core;
