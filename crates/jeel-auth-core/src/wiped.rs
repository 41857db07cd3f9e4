//! Bytes that leave no copy of themselves behind.

use std::ops::{Deref, DerefMut};
use zeroize::Zeroize;

/// Bytes that are wiped when dropped. They must not grow beyond their capacity: a vector that moves
/// frees its old memory as it is.
#[derive(Clone, Default)]
pub(crate) struct Wiped(Vec<u8>);

impl From<Vec<u8>> for Wiped {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Wiped {
    fn wipe(&mut self) {
        // Nothing is at a place in memory that does not exist, and to wipe that takes some processors
        // longer than to wipe a reply.
        if self.0.capacity() > 0 {
            // As a slice: a vector would wipe its elements one by one.
            self.0.as_mut_slice().zeroize();
            self.0.spare_capacity_mut().zeroize();
        }
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl Deref for Wiped {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Wiped {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

/// What cannot be looked at from here, the room behind the bytes and the memory after a drop, is
/// searched by the memory scan.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_are_wiped_at_any_length() {
        for length in [0, 1, 7, 64, 1000] {
            let mut bytes = Wiped::from(vec![b'x'; length]);
            bytes.wipe();
            assert_eq!(*bytes, vec![0; length]);
        }
    }
}
