//! Lives through thousands of token requests, drops everything, and searches the whole writable
//! memory of its own process for what should have been wiped. Linux only.
//!
//! What counts as found is any run of [`SHORTEST`] bytes of a mark: in live memory, in what the
//! allocator has back on its lists, on stacks of threads that ended. So that the search cannot find
//! itself, it never holds a mark in plain: see [`Mark`].
//!
//! A life in memory, with core and the driver alone, must leave nothing. One with an adapter, against
//! an emulator in another process, shows what the HTTP and TLS libraries keep.
//!
//! `cargo test -p jeel-auth-memory-scan --features scan -- --nocapture --test-threads 1` prints what was
//! found.
//!
//! **This crate does not** search registers, the kernel's buffers, swap, or what was overwritten by
//! chance, and so proves no absence: it shows that nothing stays behind in the ways that were tried.

#![cfg(target_os = "linux")]

mod adapters;
mod emulated;
mod life;
mod mark;
mod memory;
mod scripted;
mod texts;
mod wiped;

pub use adapters::{Adapter, through};
pub use emulated::{Emulated, emulate};
pub use life::{from_file, with_tasks, with_threads};
pub use mark::{Mark, Marks, SHORTEST};
pub use memory::{Find, search};
pub use scripted::{Answer, ECHOES, QUIET};
pub use texts::Texts;

/// What a life comes to.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
