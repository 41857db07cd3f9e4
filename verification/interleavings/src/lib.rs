//! The driver, file by file as it is published, over a model of threads and time.
//!
//! The driver names what threads share and wait for in its `sync` alone, and reads clocks in its
//! `clock` alone. Here both are replaced, so that [shuttle](https://docs.rs/shuttle) decides who runs
//! next at every step, and time passes only when a test says so. Every other file is the driver's
//! own, and so is the core below it. The tests of this crate are the models.
//!
//! Time that stands still turns a lost wake-up into a deadlock, which shuttle reports: nobody is
//! rescued by a time-out.
//!
//! **What this does not show.** arc-swap and event-listener are taken at their word: a store and a
//! load of the lease are one step each; a listener hears every notification since it began to listen. So
//! are the standard library's counts: to take a noted token that somebody drops is one step with it.
//! Steps are sequentially consistent: the memory orderings inside those two are for their own tests,
//! and those of the lease's address are argued where they stand.

#[path = "../../../crates/jeel-auth/src"]
mod driver {
    pub(crate) mod asynchronous;
    pub(crate) mod blocking;
    pub(crate) mod builder;
    pub(crate) mod call;
    pub(crate) mod caller;
    pub(crate) mod lanes;
    pub(crate) mod lease;
    pub(crate) mod observe;
    pub(crate) mod settings;
    pub(crate) mod shared;
    pub(crate) mod source;
    pub(crate) mod token;
    pub(crate) mod transport;
}
// Where the files look for each other.
use driver::{
    builder, call, caller, lanes, lease, observe, settings, shared, source, token, transport,
};

mod clock;
mod step;
mod sync;

pub mod time;

pub use builder::Builder;
pub use settings::ConfigError;
pub use source::{Async, Blocking, Driver, TokenSource};
pub use step::Stepped;
pub use token::Token;
pub use transport::{
    AsyncTransport, BlockingTransport, BodyBuffer, HttpResponse, Received, io_failure,
};

pub use jeel_auth_core as core;

/// A source over `cache`. A [`Builder`] would seed the cache by chance, and a schedule that failed
/// could not be replayed.
pub fn source_over<D: Driver>(cache: core::Cache, transport: D::Transport) -> TokenSource<D> {
    TokenSource::new(shared::Shared::new(cache, None), D::around(transport))
}
