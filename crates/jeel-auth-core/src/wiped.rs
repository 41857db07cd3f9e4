//! Bytes that leave no copy of themselves behind.

use std::ops::{Deref, DerefMut};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes that are wiped when dropped. They must not grow beyond their capacity: a vector that moves
/// frees its old memory as it is.
#[derive(Clone, Default)]
pub(crate) struct Wiped(Vec<u8>);

impl From<Vec<u8>> for Wiped {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        // Nothing is at a place in memory that does not exist, and to wipe that takes some processors
        // longer than to wipe a reply.
        if self.0.capacity() > 0 {
            // The elements of a vector would be wiped one by one, the room behind them is at one stroke.
            self.0.clear();
            self.0.spare_capacity_mut().zeroize();
        }
    }
}

impl ZeroizeOnDrop for Wiped {}

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
