//! One request and its response on one connection.

use crate::connect::{timed_out, timeout_until};
use crate::stream::Stream;
use jeel_auth::core::http1::{Limits, Progress, ResponseError, ResponseReader};
use jeel_auth::core::{Response, SendFailure, TokenRequest, TransportKind};
use jeel_auth::io_failure;
use std::io::{self, Read, Write};
use std::time::Instant;
use ureq::Timeout;
use zeroize::Zeroizing;

/// Sends the request and receives the response, which may be complete before the connection ends.
///
/// A server may respond before it has read the whole request, and close (RFC 9112 §9.5). Then its
/// response counts, such as "too many requests", and not that the rest could not be sent.
pub(crate) fn exchange(
    mut stream: Stream,
    request: &TokenRequest,
    start: Instant,
) -> Result<Response, SendFailure> {
    stream.set_timeout(timeout_until(start + request.timeout(), Timeout::Global));
    let sent = send(&mut stream, request);
    let received = receive(&mut stream, request.response_limits());
    match sent {
        Err(error) if received.is_err() => Err(failure(&error)),
        _ => received,
    }
}

fn send(stream: &mut Stream, request: &TokenRequest) -> io::Result<()> {
    let mut bytes = Zeroizing::new(Vec::new());
    request.write_http1(&mut bytes);
    stream.write_all(&bytes)?;
    stream.flush()
}

/// Over TLS the stream ends only with a `close_notify`, and with an error otherwise, so that nobody on
/// the way can cut a response short.
fn receive(stream: &mut Stream, limits: Limits) -> Result<Response, SendFailure> {
    let mut reader = ResponseReader::new(limits);
    let mut chunk = Zeroizing::new([0; 4096]);
    loop {
        let length = match stream.read(&mut *chunk) {
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failure(&error)),
        };
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

fn failure(error: &io::Error) -> SendFailure {
    timed_out(error).unwrap_or_else(|| io_failure(error))
}
