//! Sends responses, whole and in order or with a fault.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::Response;

/// The server's reaction to one request.
pub(crate) struct Outgoing {
    /// The delay before anything is sent.
    pub(crate) delay: Duration,
    /// Whether [`HeldResponses`](crate::HeldResponses) hold it back.
    pub(crate) holdable: bool,
    pub(crate) delivery: Delivery,
}

impl Outgoing {
    /// A response that is sent at once and is never held back.
    pub(crate) fn prompt(response: Response) -> Self {
        Self { delay: Duration::ZERO, holdable: false, delivery: Delivery::Whole(response) }
    }
}

/// What is sent, and how.
pub(crate) enum Delivery {
    Whole(Response),
    /// Byte by byte, with a pause before each byte.
    Drip(Response, Duration),
    /// These bytes, then an abrupt end of the connection.
    Bytes(Vec<u8>),
    /// `start`, then `again` repeatedly, until the client closes the connection.
    Endless {
        start: Vec<u8>,
        again: Vec<u8>,
    },
    Hang,
    Reset,
}

/// The byte stream of a connection, plain or TLS.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {
    /// Makes the next close a reset (RST) instead of an orderly end (FIN).
    fn close_by_reset(&self) -> io::Result<()>;
}

impl Stream for TcpStream {
    fn close_by_reset(&self) -> io::Result<()> {
        self.set_zero_linger()
    }
}

impl Stream for TlsStream<TcpStream> {
    fn close_by_reset(&self) -> io::Result<()> {
        self.get_ref().0.set_zero_linger()
    }
}

/// What happens to the connection after a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// It stays open for another request.
    Keep,
    /// It is shut down in order, over TLS with `close_notify`.
    Close,
    /// It is dropped without a shutdown.
    Drop,
}

impl Delivery {
    /// Sends the response. `keep` says whether the client wants to keep the connection. `body` says
    /// whether a response to its method has a body (HEAD has none).
    pub(crate) async fn send(
        self,
        stream: &mut impl Stream,
        keep: bool,
        body: bool,
    ) -> io::Result<After> {
        let in_order = if keep { After::Keep } else { After::Close };
        match self {
            Self::Whole(response) => {
                write(stream, &encode(response, keep, body)).await?;
                Ok(in_order)
            }
            Self::Drip(response, pause) => {
                for byte in encode(response, keep, body) {
                    tokio::time::sleep(pause).await;
                    write(stream, &[byte]).await?;
                }
                Ok(in_order)
            }
            Self::Bytes(bytes) => {
                write(stream, &bytes).await?;
                Ok(After::Drop)
            }
            Self::Endless { start, again } => {
                write(stream, &start).await?;
                loop {
                    write(stream, &again).await?;
                }
            }
            Self::Hang => {
                // Reading is the only way to notice that the client closed the connection.
                tokio::io::copy(stream, &mut tokio::io::sink()).await?;
                Ok(After::Drop)
            }
            Self::Reset => {
                stream.close_by_reset()?;
                Ok(After::Drop)
            }
        }
    }
}

/// Writes and flushes, because a TLS stream buffers until it is flushed.
async fn write(stream: &mut impl Stream, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

fn encode(response: Response, keep: bool, body: bool) -> Vec<u8> {
    let response = if keep { response } else { response.closing() };
    let content = if body { response.content() } else { &[] };
    [&response.head(), content].concat()
}
