//! A blocking store for async callers.

use crate::RecordName;
use crate::record_store::{
    BlockingRecordStore, RecordStore, StoreError, StoreFuture, Stored, Swap, Swapped,
};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

/// Makes each call of a blocking store on a short-lived thread, for any async runtime.
///
/// A member makes fewer than ten calls in the lifetime of a token, so no pool is kept.
#[derive(Debug)]
pub struct OnThread<S: ?Sized>(Arc<S>);

impl<S: ?Sized> OnThread<S> {
    /// Wraps a blocking store.
    pub const fn new(store: Arc<S>) -> Self {
        Self(store)
    }
}

impl<S: BlockingRecordStore + ?Sized> RecordStore for OnThread<S> {
    fn load<'a>(&'a self, name: &'a RecordName) -> StoreFuture<'a, Stored> {
        let (store, name) = (self.0.clone(), name.clone());
        on_thread(move || store.load(&name))
    }

    fn swap<'a>(&'a self, name: &'a RecordName, swap: Swap) -> StoreFuture<'a, Swapped> {
        let (store, name) = (self.0.clone(), name.clone());
        on_thread(move || store.swap(&name, swap))
    }
}

/// The result once it is there, and who waits for it.
type Slot<T> = Arc<Mutex<(Option<Result<T, StoreError>>, Option<Waker>)>>;

/// Runs a call on a thread, which starts when this is called.
fn on_thread<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> StoreFuture<'static, T> {
    let slot: Slot<T> = Arc::default();
    let filled = Filled(slot.clone());
    let spawned = std::thread::Builder::new()
        .name("jeel-auth-store".to_owned())
        .spawn(move || filled.fill(call()));
    if let Err(error) = spawned {
        let error = StoreError::because("no thread for the store could be started", error);
        return Box::pin(std::future::ready(Err(error)));
    }
    Box::pin(poll_fn(move |context| {
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(result) = slot.0.take() {
            return Poll::Ready(result);
        }
        slot.1 = Some(context.waker().clone());
        Poll::Pending
    }))
}

/// Fills the slot also when the call panics.
struct Filled<T>(Slot<T>);

impl<T> Filled<T> {
    fn fill(&self, result: Result<T, StoreError>) {
        let waker = {
            let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            slot.0.get_or_insert(result);
            slot.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Drop for Filled<T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.fill(Err(StoreError::new("the store panicked")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Identity, MemoryStore, RecordKeys};

    fn name() -> RecordName {
        let identity = Identity { endpoint: "https://a", client_id: "a", scope: None };
        RecordKeys::from_secret(identity, "0123456789abcdef").unwrap().name().clone()
    }

    #[test]
    fn a_call_wakes_who_waits_for_it() {
        let store = OnThread::new(Arc::new(MemoryStore::new()));
        let stored = futures_lite::future::block_on(store.load(&name())).unwrap();
        assert_eq!(stored, Stored::default());
    }

    #[test]
    fn a_store_that_panics_is_unavailable() {
        #[derive(Debug)]
        struct Panics;
        impl BlockingRecordStore for Panics {
            fn load(&self, _: &RecordName) -> Result<Stored, StoreError> {
                panic!("on purpose")
            }
            fn swap(&self, _: &RecordName, _: Swap) -> Result<Swapped, StoreError> {
                panic!("on purpose")
            }
        }
        let store = OnThread::new(Arc::new(Panics));
        assert!(futures_lite::future::block_on(store.load(&name())).is_err());
    }

    #[test]
    fn a_caller_that_leaves_disturbs_nobody() {
        let store = OnThread::new(Arc::new(MemoryStore::new()));
        for _ in 0..100 {
            drop(store.load(&name()));
        }
        assert!(futures_lite::future::block_on(store.load(&name())).is_ok());
    }
}
