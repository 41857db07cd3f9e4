//! A store and the keys of one record: what a driver makes its calls with.

use crate::record_store::{BlockingRecordStore, RecordStore, StoreError, Stored, Swap, Swapped};
use crate::seal::{NONCE_BYTES, seal, unseal};
use crate::{MOST_SEALED_BYTES, RecordKeys};
use jeel_auth_core::share::{StoreOperation, StoreResponse, StoredRecord, Version};
use std::sync::Arc;

/// Performs the calls of one cache: seals, calls the store, unseals.
///
/// Versions and nonces come from the operating system.
#[derive(Debug)]
pub struct SealedStore<S: ?Sized> {
    keys: RecordKeys,
    store: Arc<S>,
}

/// What became of a call, and what there is to say of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Performed {
    /// The response for the cache.
    pub response: StoreResponse,
    /// Why the store was unavailable or the record counted as absent: text of an event.
    pub problem: Option<StoreError>,
}

impl<S: ?Sized> SealedStore<S> {
    /// A store, and the keys of the record in it.
    pub const fn new(keys: RecordKeys, store: Arc<S>) -> Self {
        Self { keys, store }
    }

    /// The keys of the record.
    pub const fn keys(&self) -> &RecordKeys {
        &self.keys
    }

    fn sealed(&self, operation: &StoreOperation) -> Result<Option<Swap>, StoreError> {
        let StoreOperation::Swap { expected, record, keep } = operation else { return Ok(None) };
        let new = Version::new(random()?);
        let sealed = seal(self.keys.key(), &random()?, self.keys.name(), new, record)
            .ok_or_else(|| StoreError::new("the record is too large"))?;
        Ok(Some(Swap { expected: *expected, new, sealed, keep: *keep }))
    }

    fn found(&self, stored: Stored) -> Performed {
        let Stored { version, sealed, now, unreadable } = stored;
        let record = version
            .filter(|_| sealed.len() <= MOST_SEALED_BYTES)
            .and_then(|version| unseal(self.keys.key(), self.keys.name(), version, &sealed));
        let unsealed = record.is_some() || version.is_none();
        let problem = unreadable.or((!unsealed).then_some("the record does not unseal"));
        Performed {
            response: StoreResponse::Found(StoredRecord { version, record, now }),
            problem: problem.map(StoreError::new),
        }
    }

    fn swapped(&self, version: Version, swapped: Swapped) -> Performed {
        match swapped {
            Swapped::Conflict(stored) => self.found(stored),
            Swapped::Done { now } => {
                Performed { response: StoreResponse::Swapped { version, now }, problem: None }
            }
        }
    }
}

impl<S: RecordStore + ?Sized> SealedStore<S> {
    /// Performs a call. The caller enforces its time-out.
    pub async fn perform(&self, operation: &StoreOperation) -> Performed {
        let name = self.keys.name();
        let result = match self.sealed(operation) {
            Ok(None) => self.store.load(name).await.map(|stored| self.found(stored)),
            Ok(Some(swap)) => {
                let version = swap.new;
                self.store.swap(name, swap).await.map(|swapped| self.swapped(version, swapped))
            }
            Err(error) => Err(error),
        };
        result.unwrap_or_else(unavailable)
    }
}

impl<S: BlockingRecordStore + ?Sized> SealedStore<S> {
    /// Performs a call on this thread. The caller enforces its time-out.
    pub fn perform_blocking(&self, operation: &StoreOperation) -> Performed {
        let name = self.keys.name();
        let result = match self.sealed(operation) {
            Ok(None) => self.store.load(name).map(|stored| self.found(stored)),
            Ok(Some(swap)) => {
                let version = swap.new;
                self.store.swap(name, swap).map(|swapped| self.swapped(version, swapped))
            }
            Err(error) => Err(error),
        };
        result.unwrap_or_else(unavailable)
    }
}

fn unavailable(error: StoreError) -> Performed {
    Performed { response: StoreResponse::Unavailable, problem: Some(error) }
}

fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    const { assert!(N == 16 || N == NONCE_BYTES) };
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError::because("the system gave no random bytes", error))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Identity, MemoryStore};
    use jeel_auth_core::SecretBuffer;
    use std::time::Duration;

    fn keys(secret: &str) -> RecordKeys {
        let identity = Identity { endpoint: "https://a", client_id: "a", scope: None };
        RecordKeys::from_secret(identity, secret).unwrap()
    }

    fn swap(expected: Option<Version>, record: &str) -> StoreOperation {
        let record = SecretBuffer::from(record.to_owned());
        StoreOperation::Swap { expected, record, keep: Duration::from_secs(60) }
    }

    fn version(performed: &Performed) -> Option<Version> {
        match &performed.response {
            StoreResponse::Swapped { version, .. } => Some(*version),
            StoreResponse::Found(found) => found.version,
            StoreResponse::Unavailable => None,
        }
    }

    fn record(performed: &Performed) -> Option<&[u8]> {
        match &performed.response {
            StoreResponse::Found(found) => found.record.as_deref(),
            _ => None,
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was_and_is_sealed_in_the_store() {
        let store = Arc::new(MemoryStore::new());
        let sealed = SealedStore::new(keys("0123456789abcdef"), store.clone());
        let first = sealed.perform_blocking(&swap(None, "very-secret"));
        let found = sealed.perform_blocking(&StoreOperation::Load);
        assert_eq!(version(&found), version(&first));
        assert_eq!(record(&found), Some(b"very-secret".as_slice()));
        let raw = BlockingRecordStore::load(&*store, sealed.keys().name()).unwrap();
        assert!(!raw.sealed.windows(8).any(|window| window == b"very-sec"));
    }

    #[test]
    fn the_same_record_is_sealed_with_another_version_and_nonce_each_time() {
        let store = Arc::new(MemoryStore::new());
        let sealed = SealedStore::new(keys("0123456789abcdef"), store.clone());
        let mut seen = std::collections::BTreeSet::new();
        let mut expected = None;
        for _ in 0..50 {
            expected = version(&sealed.perform_blocking(&swap(expected, "same")));
            let raw = BlockingRecordStore::load(&*store, sealed.keys().name()).unwrap();
            assert!(seen.insert(raw.sealed[1..25].to_vec()));
        }
    }

    #[test]
    fn a_stale_version_finds_the_record_of_another() {
        let store = Arc::new(MemoryStore::new());
        let sealed = SealedStore::new(keys("0123456789abcdef"), store);
        let first = version(&sealed.perform_blocking(&swap(None, "one")));
        sealed.perform_blocking(&swap(first, "two"));
        for stale in [None, first] {
            let conflict = futures_lite::future::block_on(sealed.perform(&swap(stale, "three")));
            assert_eq!(record(&conflict), Some(b"two".as_slice()));
        }
    }

    #[test]
    fn what_does_not_unseal_has_a_version_and_no_record() {
        let store = Arc::new(MemoryStore::new());
        let sealed = SealedStore::new(keys("0123456789abcdef"), store.clone());
        let garbage = [vec![], vec![1; 100], vec![1; MOST_SEALED_BYTES]];
        let mut expected = None;
        for bytes in garbage {
            let new = Version::new([u8::try_from(bytes.len() % 250).unwrap(); 16]);
            let raw = Swap { expected, new, sealed: bytes, keep: Duration::ZERO };
            let name = sealed.keys().name();
            assert!(matches!(
                BlockingRecordStore::swap(&*store, name, raw),
                Ok(Swapped::Done { .. })
            ));
            let found = sealed.perform_blocking(&StoreOperation::Load);
            assert_eq!((version(&found), record(&found)), (Some(new), None));
            assert!(found.problem.is_some());
            expected = Some(new);
        }
        assert!(version(&sealed.perform_blocking(&swap(expected, "good"))).is_some());
    }

    #[test]
    fn another_secret_is_another_record() {
        let store = Arc::new(MemoryStore::new());
        let one = SealedStore::new(keys("0123456789abcdef"), store.clone());
        let two = SealedStore::new(keys("fedcba9876543210"), store);
        one.perform_blocking(&swap(None, "one"));
        assert_eq!(version(&two.perform_blocking(&StoreOperation::Load)), None);
    }
}
