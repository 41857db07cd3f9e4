//! What a driver does with a store, and what it reports.

use super::time::StoreTime;
use crate::secret_buffer::SecretBuffer;
use std::time::Duration;

/// Names one store call of one member, so that its response can be told from a stale one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoreCallId(pub(crate) u64);

/// A store call to be made. At most one is under way at a time.
#[derive(Clone, Debug)]
#[must_use]
#[expect(clippy::exhaustive_structs, reason = "a driver takes it apart")]
pub struct StoreCall {
    /// Which one. The response is reported under it.
    pub id: StoreCallId,
    /// What to do.
    pub operation: StoreOperation,
    /// How long it may take. A response after that is ignored.
    pub timeout: Duration,
}

/// What to do with the record.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a driver must handle each of them")]
pub enum StoreOperation {
    /// Read the record.
    Load,
    /// Replace the record if its version is still `expected`.
    ///
    /// The driver draws the new version at random. Counted versions would start again when a store
    /// forgets, and a stale writer's would match.
    Swap {
        /// The version to replace; `None` if there must be no record.
        expected: Option<Version>,
        /// The new record in the clear. It holds the token.
        record: SecretBuffer,
        /// How long the store should keep the record.
        keep: Duration,
    },
}

/// What became of a store call.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a driver makes each of them")]
pub enum StoreResponse {
    /// The record as it is: the response to a load, or to a swap that found another version.
    Found(StoredRecord),
    /// The swap took place.
    Swapped {
        /// The version that the driver drew for it.
        version: Version,
        /// The store's clock.
        now: Option<StoreTime>,
    },
    /// The store is unavailable, for any reason. The driver reports the reason itself.
    Unavailable,
}

/// A record as it was found.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a driver makes it")]
pub struct StoredRecord {
    /// The version to replace; `None` if there is no record.
    pub version: Option<Version>,
    /// The record in the clear; `None` if there is none or if it could not be unsealed.
    pub record: Option<SecretBuffer>,
    /// The store's clock; `None` if it has none.
    pub now: Option<StoreTime>,
}

/// The version of a record: 16 random bytes, compared for equality alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version([u8; 16]);

impl Version {
    /// A version from random bytes, or as a store kept it.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes that a store keeps.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}
