//! async-std as a runtime.

use async_std::net::{TcpStream, ToSocketAddrs};
use async_std::task;
use jeel_auth_futures_io::{BoxFuture, Runtime, Sockets};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// async-std's sockets, names, timers and tasks. They work from any executor; the first token
/// request starts async-std's own threads, unless the process has them already.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct AsyncStd;

impl Runtime for AsyncStd {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        // A task outlives its handle.
        drop(task::spawn(task));
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(task::sleep(duration))
    }
}

impl Sockets for AsyncStd {
    type TcpStream = TcpStream;

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok((host, port).to_socket_addrs().await?.collect())
    }
}
