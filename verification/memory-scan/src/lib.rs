//! Runs thousands of token requests, drops everything, and searches the whole writable memory of
//! the process for secrets that should be wiped. Linux only.
//!
//! A find is any run of [`SHORTEST`] bytes of a mark in live memory, in memory that was freed, or
//! on the stacks of threads that ended. The search never holds a mark in plain text, so it does not
//! find itself; see [`Mark`].
//!
//! [`Texts`] searches all that is traced, logged, panicked with, or shown as an error, at every level,
//! for parts of [`SHORTEST_SHOWN`] bytes, also where a library logs them in rows.
//!
//! A run with core and the driver alone, without a network, must leave nothing. A run with an
//! adapter, against an emulator in another process, counts what the HTTP and TLS libraries keep.
//!
//! `cargo test -p jeel-auth-memory-scan --features scan -- --nocapture --test-threads 1` prints the
//! finds.
//!
//! The crate does not search registers, kernel buffers or swap, and it does not find copies that
//! were overwritten by chance. It therefore does not prove that there are no copies.

#![cfg(target_os = "linux")]

mod adapters;
mod emulated;
mod life;
mod mark;
mod memory;
mod rows;
mod scripted;
mod texts;
mod wiped;

pub use adapters::{Adapter, through};
pub use emulated::{Emulated, emulate};
pub use life::{from_file, with_tasks, with_threads};
pub use mark::{Mark, Marks, SHORTEST, SHORTEST_SHOWN};
pub use memory::{Find, search};
pub use scripted::{Answer, ECHOES, QUIET};
pub use texts::Texts;

/// The result of a run.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
