//! The cached read: how a caller gets a token that is at hand.
//!
//! It happens for every API call, while a lease changes once in minutes. So readers take no lock,
//! allocate nothing, and write nothing that another thread reads. [`CachedRead::token`] is the whole
//! interface for readers, and [`CachedRead::publish`] for the one writer, who holds the lock around
//! the cache.
//!
//! ```text
//!   CachedRead::token
//!     │ 1. one atomic load: the address of the published lease
//!     ├─> this thread's cache ──── same address: its copy of the token, weakly held
//!     │ 2. one or two clocks, as cheap as the platform has them
//!     └─> token                    (no entry: the lease itself, which the thread then notes)
//! ```
//!
//! - [`clock`] reads both clocks: precisely for the cache, coarsely for readers. A coarse clock lags
//!   behind, so a [`RoughDeadline`] is earlier than the deadline by as much.
//! - [`copies`] holds a few copies of one token. They share the token's memory but no reference
//!   counter: threads that counted on the same one would wait for each other.
//! - [`published`] is the lease that all threads see.
//! - [`thread_cache`] is what one thread remembers of the leases it read last.
//!
//! Why it is correct: the address is stored before the lease. A reader that finds its noted address
//! has seen the lease that is or will be there, and no reader has seen a later one. An entry holds
//! its lease weakly, which keeps the address from being used again, and its token weakly, so that a
//! thread which has stopped reading keeps no token in memory.

mod clock;
mod copies;
mod published;
mod thread_cache;

pub(crate) use clock::{Clock, RoughDeadline, slack};
pub(crate) use copies::Copies;
pub(crate) use published::{CachedRead, PublishedLease};
