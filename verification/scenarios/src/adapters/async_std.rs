//! Tasks of async-std, on core's own HTTP/1.1.

use crate::Setup;
use crate::adapter::{Adapter, Connected, Runtime, tasks};
use async_std::task;
use jeel_auth_async_std::{AsyncStd, FuturesIo};

pub(super) const ADAPTER: Adapter = Adapter { name: "async-std", connect };

fn connect(setup: &Setup) -> Connected {
    let transport = match &setup.authority {
        Some(authority) => FuturesIo::<AsyncStd>::with_extra_roots(authority)?,
        None => FuturesIo::<AsyncStd>::new()?,
    };
    tasks(setup, transport, Global)
}

/// async-std's global executor.
struct Global;

impl Runtime for Global {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        task::block_on(future)
    }

    fn spawn<F>(&self, future: F) -> impl Future<Output = Option<F::Output>> + Send
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let task = task::spawn(future);
        async { Some(task.await) }
    }
}
