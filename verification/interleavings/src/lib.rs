//! The files of `jeel-auth` as they are published, over a model of threads and time.
//!
//! Those files name what threads share and wait for only in `sync`, and read clocks only in
//! `cached_read::clock`. This crate replaces both, so that [shuttle](https://docs.rs/shuttle) decides
//! which thread runs at every step, and time passes only when a test says so. All other files are
//! the published ones, and so is the core. The tests of this crate are the models.
//!
//! While time stands still, a lost wake-up is a deadlock, which shuttle reports: no time-out hides
//! it.
//!
//! **What this does not show.** The model trusts arc-swap and event-listener: a store and a load of
//! the lease are one step each, and a listener hears every notification since it began to listen. It
//! trusts the reference counts of the standard library too: upgrading a noted token is one step.
//! Steps are sequentially consistent: arc-swap and event-listener test the memory orderings inside
//! them, and `cached_read` gives the reasons for those of the lease's address.

#[path = "../../../crates/jeel-auth/src"]
mod driver {
    pub(crate) mod ask;
    pub mod blocking;
    pub(crate) mod builder;
    pub(crate) mod call;
    pub(crate) mod caller;
    pub(crate) mod fixed;
    pub(crate) mod flight;
    pub(crate) mod observe;
    pub(crate) mod settings;
    pub(crate) mod shared;
    pub(crate) mod source;
    pub(crate) mod token;
    pub(crate) mod transport;
    pub(crate) mod twins;

    pub(crate) mod cached_read {
        use crate::clock;
        mod copies;
        mod published;
        mod thread_cache;

        pub(crate) use clock::{Clock, RoughDeadline, slack};
        pub(crate) use copies::Copies;
        pub(crate) use published::{CachedRead, PublishedLease};
    }
}
// The files find each other here.
use driver::{
    ask, builder, cached_read, call, caller, fixed, flight, observe, settings, shared, source,
    token, transport, twins,
};

mod clock;
mod step;
mod sync;

pub mod time;

pub use ask::Ask;
pub use builder::Builder;
pub use driver::blocking;
pub use settings::ConfigError;
pub use source::TokenSource;
pub use step::Stepped;
pub use token::Token;
pub use transport::{BoxFuture, OutsideRuntime, Runtime, Transport, io_failure, response};

pub use jeel_auth_core as core;

use std::sync::Arc;

/// A source for threads, and a function that runs another one while it holds the source's lock.
pub fn threads_and_lock(
    cache: core::Cache,
    transport: impl blocking::Transport,
) -> (blocking::TokenSource, impl Fn(&dyn Fn())) {
    let shared = shared::Shared::new(cache, None, None);
    let source = blocking::TokenSource::new(Arc::clone(&shared), Arc::new(transport));
    (source, move |f: &dyn Fn()| shared.with_machine(|_, _| f()))
}

/// A source for threads over `cache`. A [`Builder`] would seed the cache at random, and a schedule
/// that failed could not be replayed.
pub fn threads_over(
    cache: core::Cache,
    transport: impl blocking::Transport,
) -> blocking::TokenSource {
    blocking::TokenSource::new(shared::Shared::new(cache, None, None), Arc::new(transport))
}

/// The same for tasks.
pub fn tasks_over(cache: core::Cache, transport: impl Transport + Runtime) -> TokenSource {
    TokenSource::new(shared::Shared::new(cache, None, None), Arc::new(transport))
}
