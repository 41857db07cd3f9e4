//! What threads share, wait for and time themselves by: the only place that names where it is from,
//! so that the rest of the driver can be compiled over a model of it.

pub(crate) use arc_swap::ArcSwapOption;
pub(crate) use event_listener::{Event, EventListener, Listener};
pub(crate) use std::sync::atomic::{AtomicPtr, Ordering};
pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError};
pub(crate) use std::thread;
pub(crate) use std::thread_local;
pub(crate) use std::time::Instant;
