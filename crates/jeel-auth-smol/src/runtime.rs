//! smol as a runtime.

use jeel_auth_futures_io::Runtime;
use smol::Timer;
use smol::net::{TcpStream, resolve};
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// smol's sockets, names and timers, which work on any executor, and its global executor for tasks.
///
/// The first token request starts the global executor's thread, unless the process has it already.
#[derive(Clone, Default)]
pub struct Smol {
    spawn: Option<Arc<Spawn>>,
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;
type Spawn = dyn Fn(Task) + Send + Sync;

impl Smol {
    /// Runs token requests by a function of yours: on your own executor, and on no thread of smol's.
    ///
    /// Where your executor may be gone, let the function drop the task: whoever waits is told then.
    /// An executor in an [`Arc`] is best held by a [`Weak`](std::sync::Weak), for tasks hold the
    /// function.
    ///
    /// ```
    /// use jeel_auth_smol::{FuturesIo, Smol};
    /// use smol::Executor;
    ///
    /// static EXECUTOR: Executor<'static> = Executor::new();
    ///
    /// let smol = Smol::with_spawn(|task| EXECUTOR.spawn(task).detach());
    /// let transport = FuturesIo::new()?.with_runtime(smol);
    /// # Ok::<(), jeel_auth_smol::TlsSetupError>(())
    /// ```
    pub fn with_spawn(
        spawn: impl Fn(Pin<Box<dyn Future<Output = ()> + Send>>) + Send + Sync + 'static,
    ) -> Self {
        Self { spawn: Some(Arc::new(spawn)) }
    }
}

impl Runtime for Smol {
    type TcpStream = TcpStream;

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        resolve((host, port)).await
    }

    async fn sleep(&self, duration: Duration) {
        Timer::after(duration).await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        match &self.spawn {
            Some(spawn) => spawn(Box::pin(task)),
            None => smol::spawn(task).detach(),
        }
    }
}

impl fmt::Debug for Smol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smol").finish_non_exhaustive()
    }
}
