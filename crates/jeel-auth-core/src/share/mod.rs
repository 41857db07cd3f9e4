//! One token for many processes and hosts.
//!
//! Caches of one client share a [`Record`] through a store that offers two operations: load, and
//! swap if the version is still the expected one. The record holds the token, a *lease* of the one
//! member that asks for the next token, a hold-off, and the fleet's request budget. This module has
//! no store, no cryptography and no randomness: a driver makes the calls, seals the record, and draws
//! versions and holders.
//!
//! The lease saves requests; correctness does not rest on it. Two leaders cost one more request and
//! never a wrong token. Any failure of the store degrades to a request without clearance, from the
//! member's own budget.
//!
//! ```text
//!           want                  fresh token
//! Resting ───────> Reading ────────────────────────> Resting          (Adopt)
//!    ^              │  ^ │ another's lease, not over
//!    │              │  │ └──────────> Watching ─┐                     (Elsewhere)
//!    │     free,    │  └── time to look, lease over
//!    │     over or  v  ┌── conflict ──> Reading
//!    │     mine   Claiming
//!    │              │ won, and a whole request fits          else ──> Reading
//!    │              v
//!    │            Leading ──outcome──> Publishing ──conflict: merge, at most 3──┐
//!    └───────────────────────────────────┘ ^───────────────────────────────────┘
//! any call failed or past its deadline ──> CutOff ──patience, own point in the window──> (Alone)
//! ```

#![cfg_attr(
    not(test),
    expect(dead_code, reason = "the cache does not ask for clearance yet; its tests do")
)]

mod bucket;
mod call;
mod format;
mod member;
mod policy;
mod record;
mod time;
mod verdict;

pub use call::{StoreCall, StoreCallId, StoreOperation, StoreResponse, StoredRecord, Version};
pub use format::{FORMAT, MOST_BYTES};
pub use policy::StorePolicy;
pub use record::{Holder, Record};
pub use time::StoreTime;

#[cfg(test)]
mod exploration;
#[cfg(test)]
mod tests;
