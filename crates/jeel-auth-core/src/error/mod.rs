//! What went wrong, where the cause is, what was done, and when it is tried again.

mod failure;
mod kind;
mod retry;

use crate::endpoint::Endpoint;
use failure::Rounded;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use failure::ResponseFacts;
pub(crate) use failure::{Detail, Failure};
pub use kind::{Blame, ErrorKind, TransportKind};
pub use retry::Retry;

/// Why a caller gets no token.
///
/// Its text says what happened, at which token URL, what the client did, and when it asks again. An
/// error for having waited too long, or for an empty budget, begins with the failure that stood in
/// the way.
///
/// Cheap to clone: one failure answers every caller who waited for it. It never holds a secret, a
/// token or a response's body. What a server sent is quoted only as bounded printable ASCII, and not
/// at all if eight characters of it in a row are also in the secret or in a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    failure: Arc<Failure>,
    /// `None` if no token endpoint is concerned.
    endpoint: Option<Endpoint>,
    retry: Retry,
}

impl Error {
    pub(crate) fn new(endpoint: &Endpoint, failure: Arc<Failure>, retry: Retry) -> Self {
        Self { failure, endpoint: Some(endpoint.clone()), retry }
    }

    /// The error of a caller outside the async runtime that sends token requests, such as `tokio`.
    ///
    /// A driver answers with it instead of sending a request that it cannot send. The cache knows
    /// nothing of it.
    pub fn outside_runtime(runtime: &str) -> Self {
        let detail = Detail::Transport(format!("outside a {runtime} runtime"));
        let failure = Arc::new(Failure::new(ErrorKind::OutsideRuntime, detail));
        Self { failure, endpoint: None, retry: Retry::Useless }
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.failure.kind
    }

    /// The kind's stable code.
    pub fn code(&self) -> &'static str {
        self.kind().code()
    }

    /// The kind of the failure that stood in the way, of [`ErrorKind::WaitTimedOut`] and
    /// [`ErrorKind::BudgetExhausted`].
    pub fn cause(&self) -> Option<ErrorKind> {
        self.failure.cause().map(|cause| cause.kind)
    }

    /// Where the cause is: that of the failure that stood in the way, if there is one.
    pub fn blame(&self) -> Blame {
        self.failure.blame()
    }

    /// The token endpoint, where one is concerned.
    pub const fn endpoint(&self) -> Option<&Endpoint> {
        self.endpoint.as_ref()
    }

    /// When asking again is of use.
    pub const fn retry(&self) -> Retry {
        self.retry
    }

    /// How long from this answer until the cache may send a request again: zero if at once, `None` if
    /// asking again does not help. The same as [`Retry::delay`] of [`retry`](Self::retry).
    pub const fn retry_in(&self) -> Option<Duration> {
        self.retry.delay()
    }

    /// The response behind this failure or behind the one that led to it.
    pub fn response(&self) -> Option<&ResponseFacts> {
        self.failure.chain().find_map(|failure| match &failure.detail {
            Detail::Response { last, .. } => Some(last),
            _ => None,
        })
    }

    /// The response to the other body encoding, when a denial was found by trying both.
    pub fn other_response(&self) -> Option<&ResponseFacts> {
        self.failure.chain().find_map(|failure| match &failure.detail {
            Detail::Response { first, .. } => first.as_ref(),
            _ => None,
        })
    }

    /// The status code of that response.
    pub fn status(&self) -> Option<u16> {
        self.response().map(|response| response.status)
    }

    /// The `tx_id` of that response.
    pub fn tx_id(&self) -> Option<&str> {
        self.response()?.tx_id.as_deref()
    }

    /// The `error` code (RFC 6749 §5.2) of that response.
    pub fn oauth_code(&self) -> Option<&str> {
        self.response()?.code.as_deref()
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("cause", &self.cause())
            .field("detail", &self.failure.detail)
            .field("endpoint", &self.endpoint.as_ref().map(ToString::to_string))
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.write(f, self.endpoint.as_ref())?;
        if let Some(endpoint) = &self.endpoint {
            write!(f, "; token URL {endpoint}")?;
        }
        match self.retry {
            Retry::Now => f.write_str("; the next call asks again"),
            Retry::After(delay) => write!(f, "; not asked again for {}", Rounded(delay)),
            Retry::Useless => f.write_str("; asking again does not help"),
        }
    }
}

/// There is no source: the text has the whole story.
impl std::error::Error for Error {}

#[cfg(test)]
mod tests;
