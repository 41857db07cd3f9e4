//! Functions that all studies share: the runtime, and a poll without a runtime.

use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use tokio::runtime::{Builder, Runtime};

/// The error of a study.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// A runtime with two threads, as many as CI has processors.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Ok(Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// Polls a future once without an executor, so that no executor is measured. A cached read is ready
/// at the first poll. The caller matches the result, because a match here would be measured.
#[inline(always)]
pub(crate) fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}
