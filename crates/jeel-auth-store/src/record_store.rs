//! The two operations of a store.

use jeel_auth_core::share::{StoreTime, Version};
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::RecordName;

/// What a store's operation resolves to.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A store of sealed records: load, and swap if the version is still the expected one.
///
/// There is no lock, no watch, no list and no delete. An implementation must make the swap atomic; it
/// need not keep anything for ever. Time-outs are the caller's.
pub trait RecordStore: fmt::Debug + Send + Sync + 'static {
    /// Reads the record of a name; an absent one has no version.
    fn load<'a>(&'a self, name: &'a RecordName) -> StoreFuture<'a, Stored>;

    /// Replaces the record of a name if its version is still the expected one.
    fn swap<'a>(&'a self, name: &'a RecordName, swap: Swap) -> StoreFuture<'a, Swapped>;
}

/// The same for a thread that may block.
pub trait BlockingRecordStore: fmt::Debug + Send + Sync + 'static {
    /// Reads the record of a name; an absent one has no version.
    ///
    /// # Errors
    /// When the store is unavailable, for any reason.
    fn load(&self, name: &RecordName) -> Result<Stored, StoreError>;

    /// Replaces the record of a name if its version is still the expected one.
    ///
    /// # Errors
    /// When the store is unavailable, for any reason. The swap may have taken place all the same.
    fn swap(&self, name: &RecordName, swap: Swap) -> Result<Swapped, StoreError>;
}

/// A record as a store has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a store makes it")]
pub struct Stored {
    /// The version to replace; `None` if there is no record.
    pub version: Option<Version>,
    /// The sealed record; empty if there is none.
    pub sealed: Vec<u8>,
    /// The store's clock; `None` if it has none.
    pub now: Option<StoreTime>,
    /// Why something in the record's place counts as absent: text of an event.
    pub unreadable: Option<&'static str>,
}

/// A swap to be made.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a store takes it apart")]
pub struct Swap {
    /// The version to replace; `None` if there must be no record.
    pub expected: Option<Version>,
    /// The version of the new record, drawn at random.
    pub new: Version,
    /// The new record, sealed.
    pub sealed: Vec<u8>,
    /// How long the store should keep it.
    pub keep: Duration,
}

/// What became of a swap.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a store makes each of them")]
pub enum Swapped {
    /// It took place.
    Done {
        /// The store's clock; `None` if it has none.
        now: Option<StoreTime>,
    },
    /// The record had another version. This is it.
    Conflict(Stored),
}

/// Why a store is unavailable: words for people, and the cause.
///
/// No caller of a token sees it. It never holds a record, a key or a password.
#[derive(Clone, Debug)]
pub struct StoreError {
    what: &'static str,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// An error in words, without another cause.
    pub const fn new(what: &'static str) -> Self {
        Self { what, cause: None }
    }

    /// An error in words, with its cause. The cause must not hold a secret.
    pub fn because(what: &'static str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { what, cause: Some(cause.into().into()) }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
