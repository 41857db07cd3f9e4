//! What threads share and wait for. No other file names the crates that these come from, so that the
//! other files can be compiled over a model of them.

pub(crate) use arc_swap::ArcSwapOption;
pub(crate) use event_listener::{Event, EventListener, Listener};
pub(crate) use std::sync::atomic::{AtomicPtr, Ordering};
pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError};
pub(crate) use std::thread;
pub(crate) use std::thread_local;
pub(crate) use std::time::Instant;
