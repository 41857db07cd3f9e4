//! One request and its response on one connection.

use futures_io::{AsyncRead, AsyncWrite};
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use jeel_auth::core::http1::{Limits, Progress, ResponseError, ResponseReader};
use jeel_auth::core::{Response, SendFailure, TokenRequest, TransportKind};
use jeel_auth::io_failure;
use std::io;
use zeroize::Zeroizing;

/// Sends the request and receives the response, which may be complete before the connection ends.
///
/// A server may respond before it has read the whole request, and close (RFC 9112 §9.5). Then its
/// response counts, such as "too many requests", and not that the rest could not be sent.
pub(crate) async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    request: &TokenRequest,
) -> Result<Response, SendFailure> {
    let sent = send(&mut stream, request).await;
    let received = receive(&mut stream, request.response_limits()).await;
    match sent {
        Err(error) if received.is_err() => Err(io_failure(&error)),
        _ => received,
    }
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), request: &TokenRequest) -> io::Result<()> {
    let mut bytes = Zeroizing::new(Vec::new());
    request.write_http1(&mut bytes);
    stream.write_all(&bytes).await?;
    stream.flush().await
}

/// Over TLS the stream ends only with a `close_notify`, and with an error otherwise, so that nobody on
/// the way can cut a response short.
async fn receive(
    stream: &mut (impl AsyncRead + Unpin),
    limits: Limits,
) -> Result<Response, SendFailure> {
    let mut reader = ResponseReader::new(limits);
    let mut chunk = Zeroizing::new([0; 4096]);
    loop {
        let length = stream.read(&mut *chunk).await.map_err(|error| io_failure(&error))?;
        let bytes = chunk.get(..length).unwrap_or_default();
        if bytes.is_empty() {
            reader.end().map_err(bad_response)?;
            break;
        }
        if let Progress::Complete { .. } = reader.read(bytes).map_err(bad_response)? {
            break;
        }
    }
    reader.into_response().ok_or_else(|| bad_response(ResponseError::ClosedEarly))
}

fn bad_response(error: ResponseError) -> SendFailure {
    let kind = match error {
        ResponseError::ClosedEarly => TransportKind::Broken,
        _ => TransportKind::BadResponse,
    };
    SendFailure::new(kind, error)
}

#[cfg(test)]
mod tests;
