//! A queue of events in order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Events in order of time. Events at the same time keep the order in which they were added.
pub(crate) struct Queue<T> {
    heap: BinaryHeap<Reverse<(Duration, u64, T)>>,
    added: u64,
}

impl<T: Ord> Queue<T> {
    pub(crate) const fn new() -> Self {
        Self { heap: BinaryHeap::new(), added: 0 }
    }

    pub(crate) fn add(&mut self, at: Duration, what: T) {
        self.added += 1;
        self.heap.push(Reverse((at, self.added, what)));
    }

    pub(crate) fn next(&mut self) -> Option<(Duration, T)> {
        self.heap.pop().map(|Reverse((at, _, what))| (at, what))
    }
}
