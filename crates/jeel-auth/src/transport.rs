//! What an adapter supplies: the way a request gets to the server, and a runtime.

use http::HeaderMap;
use jeel_auth_core::http1::Limits;
use jeel_auth_core::{Error, Response, SecretBuffer, SendFailure, TokenRequest, TransportKind};
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

/// A future on the heap, which any thread may poll.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends token requests without blocking the thread.
///
/// A transport decides nothing. It sends the request once as it is, follows no redirect, retries
/// nothing, keeps no cookie, honours the request's time-outs and the limits of its response, and
/// returns what came. It may be dropped at any point.
///
/// A transport collects the body in a [`SecretBuffer`] with the limit of
/// [`TokenRequest::response_limits`], and builds the [`Response`] with [`response`] if an HTTP
/// library has read the head.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and receives the whole response.
    ///
    /// # Errors
    /// When no whole response came. Any status code is a response.
    fn send<'a>(
        &'a self,
        request: &'a TokenRequest,
    ) -> BoxFuture<'a, Result<Response, SendFailure>>;
}

/// The runtime that tasks run on.
pub trait Runtime: Send + Sync + 'static {
    /// Whether [`spawn`](Self::spawn) and [`sleep`](Self::sleep) work on this thread, now. A caller
    /// for whom they do not gets the error
    /// [`OutsideRuntime`](jeel_auth_core::ErrorKind::OutsideRuntime), unless there is a token at
    /// hand.
    ///
    /// # Errors
    /// When a runtime is needed and this thread is in none.
    fn check(&self) -> Result<(), OutsideRuntime> {
        Ok(())
    }

    /// Runs a task to its end in the background. A task that is dropped instead, because the runtime
    /// is shutting down, counts as an abandoned token request.
    fn spawn(&self, task: BoxFuture<'static, ()>);

    /// Ends after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The calling thread is in no runtime that could run a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutsideRuntime(&'static str);

impl OutsideRuntime {
    /// The thread is outside this runtime, named as its users name it: `tokio`.
    pub const fn new(runtime: &'static str) -> Self {
        Self(runtime)
    }
}

impl fmt::Display for OutsideRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "outside a {} runtime", self.0)
    }
}

impl std::error::Error for OutsideRuntime {}

impl From<OutsideRuntime> for Error {
    fn from(outside: OutsideRuntime) -> Self {
        Self::outside_runtime(outside.0)
    }
}

/// What a source for tasks is driven by: both, from one adapter.
pub(crate) trait Driver: Transport + Runtime {}

impl<T: Transport + Runtime> Driver for T {}

/// A whole response whose head an HTTP library with the `http` crate's types has read.
///
/// # Errors
/// When the head or the body is one that core's own reader would have refused.
pub fn response(
    status: u16,
    fields: &HeaderMap,
    body: SecretBuffer,
    limits: &Limits,
) -> Result<Response, SendFailure> {
    let bad = |error| SendFailure::new(TransportKind::BadResponse, error);
    let fields = || fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    Response::checked(status, fields, body, limits).map_err(bad)
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
