//! The one building block of the model.

use shuttle::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// A value that is looked at and changed in single steps: the scheduler may run others before a
/// step, never within.
#[derive(Debug, Default)]
pub struct Stepped<T> {
    /// Touching it is what lets the scheduler choose.
    before: AtomicBool,
    /// Never contended: only one thread of the model runs at a time.
    value: Mutex<T>,
}

impl<T> Stepped<T> {
    /// This value at first.
    pub fn new(value: T) -> Self {
        Self { before: AtomicBool::new(false), value: Mutex::new(value) }
    }

    /// One step. `f` must take no other.
    pub fn step<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        self.before.store(true, Ordering::SeqCst);
        self.peek(f)
    }

    /// As [`step`](Self::step), without letting others run before: for what is part of a step
    /// already, and for checks.
    pub fn peek<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.value.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
