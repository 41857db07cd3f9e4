//! How an answer leaves: whole and in order, or in one of the ways that go wrong.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::Response;

/// An answer, ready to be sent.
pub(crate) struct Answer {
    /// How long the client waits for it.
    pub(crate) delay: Duration,
    /// Whether it waits for those who hold back token responses.
    pub(crate) holdable: bool,
    pub(crate) delivery: Delivery,
}

impl Answer {
    /// A response at once, held back by nobody.
    pub(crate) fn prompt(response: Response) -> Self {
        Self { delay: Duration::ZERO, holdable: false, delivery: Delivery::Whole(response) }
    }
}

/// What is sent, and how.
pub(crate) enum Delivery {
    Whole(Response),
    /// Byte by byte, with a pause before each.
    Drip(Response, Duration),
    /// These bytes and an abrupt end.
    Bytes(Vec<u8>),
    /// `start`, then `again` for as long as the client takes it.
    Endless {
        start: Vec<u8>,
        again: Vec<u8>,
    },
    Hang,
    Reset,
}

/// What a connection runs over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {
    /// Makes the coming close a reset (RST) instead of an orderly end (FIN).
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

/// What becomes of the connection after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// It can take another request.
    Keep,
    /// It ends in order, over TLS with `close_notify`.
    Close,
    /// It ends here and now.
    Drop,
}

impl Delivery {
    /// Sends the answer. `keep` says whether the client wants to keep the connection, `body`
    /// whether its request is one that gets bodies in response (HEAD does not).
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
                // Reading until the client leaves, so that its leaving is noticed.
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

/// A TLS stream keeps what it is given until it is flushed.
async fn write(stream: &mut impl Stream, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

fn encode(response: Response, keep: bool, body: bool) -> Vec<u8> {
    let response = if keep { response } else { response.closing() };
    let content = if body { response.content() } else { &[] };
    [&response.head(), content].concat()
}
