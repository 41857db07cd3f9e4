//! What a runtime supplies.

use futures_io::{AsyncRead, AsyncWrite};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// The sockets, names, timers and tasks of a runtime.
///
/// None of these may block the thread, and each future may be dropped at any point. Time-outs are
/// not theirs to keep. The default value is what a source uses that is given no transport.
pub trait Runtime: Default + Send + Sync + 'static {
    /// A connected TCP socket.
    type TcpStream: AsyncRead + AsyncWrite + Send + Unpin;

    /// Connects to this one address, if possible with `TCP_NODELAY`: a request follows the TLS
    /// handshake at once, and would wait for an acknowledgement of that otherwise.
    ///
    /// # Errors
    /// Whatever kept it from connecting.
    fn connect(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::TcpStream>> + Send;

    /// The addresses of a host, best first. The host may be an IP address already, an IPv6 one
    /// without brackets.
    ///
    /// # Errors
    /// When the name does not resolve.
    fn resolve(
        &self,
        host: &str,
        port: u16,
    ) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send;

    /// Ends after `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;

    /// Runs a task to its end in the background. Where the runtime is gone, drops it, and where the
    /// runtime goes away later, drops it then: whoever waits for a token is told.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);
}
