//! One source of access tokens for threads or tasks, around a [token cache](jeel_auth_core::Cache).
//!
//! An application, or a library, names [`TokenSource`] or [`blocking::TokenSource`] and no transport.
//! An adapter supplies the transport when a source is made: `jeel-auth-ureq`, `jeel-auth-reqwest`,
//! `jeel-auth-smol` or `jeel-auth-async-std`.
//!
//! ```
//! use jeel_auth::TokenSource;
//!
//! /// A library takes any source.
//! async fn pay(tokens: &TokenSource) -> Result<(), jeel_auth::core::Error> {
//!     let authorization = tokens.authorization().await?;
//!     // ... and this goes into the `Authorization` field of a call.
//!     assert!(authorization.is_sensitive());
//!     Ok(())
//! }
//!
//! // A unit test needs no server.
//! let tokens = TokenSource::fixed("a.b.c")?;
//! assert_eq!(tokens.cached().unwrap().expose_secret(), "a.b.c");
//! # let _ = pay;
//! # Ok::<(), jeel_auth::ConfigError>(())
//! ```
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
//! This crate adds to core's decisions:
//!
//! - **The lock-free read.** Core leases a token until a moment. Readers see the lease through one
//!   atomic pointer, also near the token's expiry while a renewal is under way or held off. Threads
//!   that read at the same time do not slow each other down.
//! - **Single flight.** A request belongs to the cache. The caller who started it may leave, be
//!   cancelled or panic. If it is dropped without an outcome, as when a runtime shuts down, it is
//!   reported as abandoned; if it is lost without a trace, as in a forked child, it is given up at
//!   its deadline.
//! - **Waiters.** Threads and tasks wait for the same event, each up to its own deadline. One outcome
//!   answers them all.
//! - **Configuration** from the environment, and **tracing** under the target `jeel_auth`.
//!
//! **This crate does not** decide anything about tokens, time, retries or status codes, open a
//! socket, or know a runtime. It does not wake up by itself: without callers nothing is renewed.
//!
//! # Features
//!
//! - `serde`: `Serialize` for [`Status`](core::Status) and what it holds.
//! - `tls`: the module `tls`, for adapters.

pub mod blocking;
#[cfg(feature = "tls")]
pub mod tls;

mod ask;
mod builder;
mod cached_read;
mod call;
mod caller;
mod fixed;
mod flight;
mod observe;
mod settings;
mod shared;
mod source;
mod sync;
mod token;
mod transport;
mod twins;

pub use ask::Ask;
pub use builder::Builder;
pub use settings::ConfigError;
pub use source::TokenSource;
pub use token::Token;
pub use transport::{BoxFuture, OutsideRuntime, Runtime, Transport, io_failure, response};

pub use jeel_auth_core as core;
