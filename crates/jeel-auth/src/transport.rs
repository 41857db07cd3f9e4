//! What an adapter supplies: the way a request gets to the server, and a runtime.

use http::HeaderMap;
use jeel_auth_core::http1::{Limits, Response, ResponseError, check_head};
use jeel_auth_core::{Response, SendFailure, TokenRequest, TransportKind};
use std::future::Future;
use std::io;
use std::time::Duration;
use zeroize::Zeroizing;

/// Sends token requests, blocking the thread that calls it.
///
/// A transport decides nothing: it sends the request once as it is, follows no redirect, retries
/// nothing, keeps no cookie, honours the request's time-outs and the limits of its response, and
/// returns whatever came. It runs on a thread of its own for each request.
pub trait BlockingTransport: Send + Sync + Sized + 'static {
    /// A whole response, as this transport has it.
    type Received: Received;

    /// The transport with its defaults.
    ///
    /// # Errors
    /// When TLS cannot be set up; in words, without secrets.
    fn with_defaults() -> Result<Self, String>;

    /// Sends the request and receives the whole response.
    ///
    /// # Errors
    /// When no whole response came. Any status code is a response.
    fn send(&self, request: &TokenRequest) -> Result<Self::Received, SendFailure>;
}

/// Sends token requests without blocking; otherwise as [`BlockingTransport`].
pub trait AsyncTransport: Send + Sync + Sized + 'static {
    /// A whole response, as this transport has it.
    type Received: Received;

    /// The transport with its defaults.
    ///
    /// # Errors
    /// When TLS cannot be set up; in words, without secrets.
    fn with_defaults() -> Result<Self, String>;

    /// Sends the request and receives the whole response.
    ///
    /// # Errors
    /// When no whole response came. Any status code is a response.
    fn send(
        &self,
        request: &TokenRequest,
    ) -> impl Future<Output = Result<Self::Received, SendFailure>> + Send;

    /// Runs a future to its end in the background of the runtime. Where there is no runtime, drops
    /// it: whoever waits is told then.
    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static);

    /// Ends after `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// A whole response in the hands of a transport.
pub trait Received: Send {
    /// The response as core reads it.
    fn response(&self) -> Response<'_>;
}

impl Received for Response {
    fn response(&self) -> Response<'_> {
        Response::new(self.status(), self.fields(), self.body())
    }
}

/// A whole response from a library that speaks the `http` crate's types.
#[derive(Debug)]
pub struct HttpResponse {
    status: u16,
    fields: HeaderMap,
    body: BodyBuffer,
}

impl HttpResponse {
    /// A response of these parts.
    ///
    /// # Errors
    /// When its head is one that core's own reader would have refused.
    pub fn new(status: u16, fields: HeaderMap, body: BodyBuffer) -> Result<Self, SendFailure> {
        check_head(status, || pairs(&fields), &body.limits)
            .map_err(|error| SendFailure::new(TransportKind::BadResponse, error))?;
        Ok(Self { status, fields, body })
    }
}

fn pairs(fields: &HeaderMap) -> impl Iterator<Item = (&str, &[u8])> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))
}

impl Received for HttpResponse {
    fn response(&self) -> Response<'_> {
        Response::new(self.status, pairs(&self.fields), &self.body.bytes)
    }
}

/// Collects a response's body under the request's limit, in memory that is wiped, and wiped too where
/// it had to grow.
pub struct BodyBuffer {
    bytes: Zeroizing<Vec<u8>>,
    limits: Limits,
}

/// Most token responses fit: a JWT is one or two KiB.
const FIRST_ROOM: usize = 4096;

impl BodyBuffer {
    /// An empty buffer for the response to `request`.
    pub fn new(request: &TokenRequest) -> Self {
        let limits = request.response_limits();
        let room = limits.body_bytes.min(FIRST_ROOM);
        Self { bytes: Zeroizing::new(Vec::with_capacity(room)), limits }
    }

    /// Appends what arrived.
    ///
    /// # Errors
    /// When the body is longer than the limit; nothing of the rest needs to be read.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), SendFailure> {
        let length = self.bytes.len().saturating_add(bytes.len());
        if length > self.limits.body_bytes {
            return Err(SendFailure::new(TransportKind::BadResponse, ResponseError::BodyTooLarge));
        }
        if length > self.bytes.capacity() {
            let room = length.saturating_mul(2).min(self.limits.body_bytes);
            let mut grown = Zeroizing::new(Vec::with_capacity(room));
            grown.extend_from_slice(&self.bytes);
            self.bytes = grown;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

impl std::fmt::Debug for BodyBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BodyBuffer([redacted, {} bytes])", self.bytes.len())
    }
}

/// An I/O error as core's kinds. TLS libraries report theirs as [`io::ErrorKind::InvalidData`].
pub fn io_failure(error: &io::Error) -> SendFailure {
    use io::ErrorKind as Io;
    let kind = match error.kind() {
        Io::TimedOut | Io::WouldBlock => TransportKind::TimedOut,
        Io::InvalidData => TransportKind::Tls,
        Io::ConnectionRefused
        | Io::HostUnreachable
        | Io::NetworkUnreachable
        | Io::NetworkDown
        | Io::AddrNotAvailable
        | Io::NotFound => TransportKind::Connect,
        _ => TransportKind::Broken,
    };
    SendFailure::new(kind, error)
}
