//! A byte buffer with a limit that leaves no copy of its content behind.

use std::fmt;
use std::ops::Deref;

use crate::wiped::Wiped;

/// Bytes up to a limit, wiped when dropped.
#[derive(Default)]
pub(super) struct Buffer {
    bytes: Wiped,
    limit: usize,
}

impl Buffer {
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Wiped::default(), limit }
    }

    pub(super) fn room(&self) -> usize {
        self.limit.saturating_sub(self.bytes.len())
    }

    /// Moves bytes from the front of `input` to the end of this buffer, `most` of them if `input`
    /// and the limit allow, and returns how many.
    pub(super) fn fill(&mut self, input: &mut &[u8], most: usize) -> usize {
        let count = input.len().min(most).min(self.room());
        self.reserve(count);
        let bytes = input.split_off(..count).unwrap_or_default();
        self.bytes.extend_from_slice(bytes);
        bytes.len()
    }

    /// Makes room in memory for `more` bytes, or for as many as the limit allows.
    ///
    /// A `Vec` that grows by itself frees its old memory as it is, secrets and all; so this vector
    /// never has to. Doubling keeps the copying linear when bytes come one at a time.
    pub(super) fn reserve(&mut self, more: usize) {
        let needed = self.bytes.len() + more.min(self.room());
        if needed > self.bytes.capacity() {
            let doubled = self.bytes.capacity().saturating_mul(2).min(self.limit);
            let mut grown = Wiped::from(Vec::with_capacity(needed.max(doubled)));
            grown.extend_from_slice(&self.bytes);
            self.bytes = grown;
        }
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.bytes.len())
    }
}
