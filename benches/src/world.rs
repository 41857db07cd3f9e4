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

/// The outcome of a future that is ready when it is first asked, as every cached read is: polled
/// once, by nobody, so that no executor is measured.
#[inline(always)]
pub(crate) fn at_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
