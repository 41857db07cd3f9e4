//! Bytes that leave no copy of themselves behind.

use std::ops::{Deref, DerefMut};
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// Bytes that are wiped when dropped. They must not grow beyond their capacity: a vector that moves
/// frees its old memory as it is.
#[derive(Clone, Default)]
pub(crate) struct Wiped(Zeroizing<Vec<u8>>);

impl From<Vec<u8>> for Wiped {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        // The elements of a vector are wiped one by one, the room behind them at one stroke.
        self.0.clear();
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
