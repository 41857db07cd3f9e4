//! A store in memory.

use crate::record_store::{
    BlockingRecordStore, RecordStore, StoreError, StoreFuture, Stored, Swap, Swapped,
};
use crate::{MOST_SEALED_BYTES, RecordName};
use jeel_auth_core::share::Version;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Records in the memory of one process, for sources that share in it and for tests.
///
/// It has no clock. The members' wall clock, which is one in one process, stands in for it.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<HashMap<RecordName, (Version, Vec<u8>)>>);

impl MemoryStore {
    /// A store without records.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all records, as a store may at any time.
    pub fn forget(&self) {
        self.records().clear();
    }

    fn records(&self) -> std::sync::MutexGuard<'_, HashMap<RecordName, (Version, Vec<u8>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BlockingRecordStore for MemoryStore {
    fn load(&self, name: &RecordName) -> Result<Stored, StoreError> {
        let records = self.records();
        let (version, sealed) = records.get(name).cloned().unzip();
        Ok(Stored { version, sealed: sealed.unwrap_or_default(), ..Stored::default() })
    }

    fn swap(&self, name: &RecordName, swap: Swap) -> Result<Swapped, StoreError> {
        if swap.sealed.len() > MOST_SEALED_BYTES {
            return Err(StoreError::new("the record is too large"));
        }
        let mut records = self.records();
        let (version, sealed) = records.get(name).cloned().unzip();
        if version != swap.expected {
            let sealed = sealed.unwrap_or_default();
            return Ok(Swapped::Conflict(Stored { version, sealed, ..Stored::default() }));
        }
        records.insert(name.clone(), (swap.new, swap.sealed));
        Ok(Swapped::Done { now: None })
    }
}

impl RecordStore for MemoryStore {
    fn load<'a>(&'a self, name: &'a RecordName) -> StoreFuture<'a, Stored> {
        Box::pin(std::future::ready(BlockingRecordStore::load(self, name)))
    }

    fn swap<'a>(&'a self, name: &'a RecordName, swap: Swap) -> StoreFuture<'a, Swapped> {
        Box::pin(std::future::ready(BlockingRecordStore::swap(self, name, swap)))
    }
}
