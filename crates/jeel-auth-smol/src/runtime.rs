//! smol as a runtime.

use jeel_auth_futures_io::{BoxFuture, Runtime, Sockets};
use smol::Timer;
use smol::net::{TcpStream, resolve};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// smol's sockets, names and timers, which work on any executor, and its global executor for tasks.
///
/// The first token request starts the global executor's thread, unless the process has it already.
#[derive(Clone, Default)]
pub struct Smol {
    spawn: Option<Arc<Spawn>>,
}

type Spawn = dyn Fn(BoxFuture<'static, ()>) + Send + Sync;

impl Smol {
    /// Spawns token requests with your function: on your own executor, and on no thread of smol's.
    ///
    /// If your executor is gone, let the function drop the task: the waiters then get an error at
    /// once. Hold an executor in an [`Arc`] by a [`Weak`](std::sync::Weak), because tasks hold the
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
    /// # Ok::<(), jeel_auth_smol::ConfigError>(())
    /// ```
    pub fn with_spawn(spawn: impl Fn(BoxFuture<'static, ()>) + Send + Sync + 'static) -> Self {
        Self { spawn: Some(Arc::new(spawn)) }
    }
}

impl Runtime for Smol {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        match &self.spawn {
            Some(spawn) => spawn(task),
            None => smol::spawn(task).detach(),
        }
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            Timer::after(duration).await;
        })
    }
}

impl Sockets for Smol {
    type TcpStream = TcpStream;

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        resolve((host, port)).await
    }
}

impl fmt::Debug for Smol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smol").finish_non_exhaustive()
    }
}
