//! What every study needs: a runtime for the callers, and whoever is polled without one.

use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use tokio::runtime::{Builder, Runtime};

/// Why a study could not be made.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// Two threads, as this machine and CI have.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Ok(Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// Polls a future once, as nobody's task: a cached read is ready then, and no executor is measured.
/// What a poll returns is not taken apart here, for that would be measured.
#[inline(always)]
pub(crate) fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}
