//! Tasks of smol, on core's own HTTP/1.1.

use crate::Setup;
use crate::adapter::{Adapter, Connected, Runtime, tasks};
use jeel_auth_smol::{FuturesIo, Smol};

pub(super) const ADAPTER: Adapter = Adapter { name: "smol", connect };

fn connect(setup: &Setup) -> Connected {
    let transport = match &setup.authority {
        Some(authority) => FuturesIo::<Smol>::with_extra_roots(authority)?,
        None => FuturesIo::<Smol>::new()?,
    };
    tasks(setup, transport, Global)
}

/// smol's global executor.
struct Global;

impl Runtime for Global {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(future)
    }

    fn spawn<F>(&self, future: F) -> impl Future<Output = Option<F::Output>> + Send
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let task = smol::spawn(future);
        async { Some(task.await) }
    }
}
