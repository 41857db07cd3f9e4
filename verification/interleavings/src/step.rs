//! The basic building block of the model.

use shuttle::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// A value that is read and changed in steps. The scheduler may run other threads before a step,
/// but not during one.
#[derive(Debug, Default)]
pub struct Stepped<T> {
    /// An access to it lets the scheduler choose the next thread.
    before: AtomicBool,
    /// Never contended, because only one thread of the model runs at a time.
    value: Mutex<T>,
}

impl<T> Stepped<T> {
    /// Creates a stepped value.
    pub fn new(value: T) -> Self {
        Self { before: AtomicBool::new(false), value: Mutex::new(value) }
    }

    /// Runs one step. `f` must not run another one.
    pub fn step<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        self.before.store(true, Ordering::SeqCst);
        self.peek(f)
    }

    /// Like [`step`](Self::step), but without a choice of the scheduler before it. It is for code
    /// inside a step, and for checks.
    pub fn peek<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.value.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
