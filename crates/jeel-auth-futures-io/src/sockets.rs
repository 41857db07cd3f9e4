//! The sockets of a runtime.

use futures_io::{AsyncRead, AsyncWrite};
use jeel_auth::Runtime;
use std::future::Future;
use std::io;
use std::net::SocketAddr;

/// A [`Runtime`] with sockets and a resolver.
///
/// No method may block the thread, and each future may be dropped at any point. Implementations
/// need not enforce time-outs. The default value is the runtime of a transport that is given no
/// other.
pub trait Sockets: Runtime + Default {
    /// A connected TCP socket.
    type TcpStream: AsyncRead + AsyncWrite + Send + Unpin;

    /// Connects to this one address, if possible with `TCP_NODELAY`: the request follows the TLS
    /// handshake at once, and would otherwise wait for its acknowledgement.
    ///
    /// # Errors
    /// The reason why it cannot connect.
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
}
