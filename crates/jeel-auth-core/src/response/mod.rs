//! A response of the token endpoint, and what it means.

mod classify;
mod content;
mod date;
mod fields;
mod jwt;
mod members;
mod near_date;
mod rate_limit;
mod retry_after;
mod text;
mod token_response;

use crate::http1::{Limits, ResponseError, check_head};
use crate::secret_buffer::SecretBuffer;
use std::fmt;

pub(crate) use classify::{Class, Verdict, classify};
pub(crate) use fields::Fields;
pub(crate) use text::Redactor;
pub use token_response::MalformedResponse;

/// A whole, final (not 1xx) response of the token endpoint.
///
/// [`ResponseReader`](crate::http1::ResponseReader) reads one from bytes. A transport that has an
/// HTTP library builds one with [`checked`](Self::checked). Its memory is wiped when it is dropped,
/// and `Debug` shows only the status and counts.
///
/// ```
/// use jeel_auth_core::Response;
///
/// let fields = [("tx_id", b"6f1c".as_slice()), ("Retry-After", b"30".as_slice())];
/// let response = Response::new(429, fields, b"slow down");
/// assert_eq!(response.status(), 429);
/// assert_eq!(response.field("TX_ID"), Some(b"6f1c".as_slice()));
/// assert_eq!(response.body(), b"slow down");
/// ```
#[derive(Default)]
pub struct Response {
    status: u16,
    fields: Fields,
    body: SecretBuffer,
}

impl Response {
    /// A response from its status code (RFC 9110 §15), its header fields in order, and its body.
    pub fn new<'a>(
        status: u16,
        fields: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        body: impl Into<SecretBuffer>,
    ) -> Self {
        Self::from_parts(status, Fields::copied(fields), body.into())
    }

    /// A response whose head another library has read. `fields` gives all fields in order, each
    /// time it is called.
    ///
    /// # Errors
    /// When [`ResponseReader`](crate::http1::ResponseReader) would have refused the head, or the size
    /// of the body: a truncated body is an error if the status is 2xx.
    pub fn checked<'a, F: Iterator<Item = (&'a str, &'a [u8])>>(
        status: u16,
        fields: impl Fn() -> F,
        body: SecretBuffer,
        limits: &Limits,
    ) -> Result<Self, ResponseError> {
        check_head(status, &fields, limits)?;
        if body.is_truncated() && matches!(status, 200..=299) {
            return Err(ResponseError::BodyTooLarge);
        }
        Ok(Self::new(status, fields(), body))
    }

    pub(crate) const fn from_parts(status: u16, fields: Fields, body: SecretBuffer) -> Self {
        Self { status, fields, body }
    }

    /// The status code, from 200 to 599 (RFC 9110 §15).
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The fields in the order in which they came: the name as the server spelt it, and the value
    /// without surrounding whitespace, which need not be UTF-8 (RFC 9110 §5.5).
    pub fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields.iter()
    }

    /// The value of the first field of this name, in any case (RFC 9110 §5.1).
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        self.fields.values(name).next()
    }

    /// The values of all fields of this name, in any case (RFC 9110 §5.3).
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.fields.values(name)
    }

    /// The body, without its chunk framing (RFC 9112 §6).
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether the body was longer than the limit, and its rest was dropped.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.body.is_truncated()
    }

    #[cfg(test)]
    pub(crate) const fn buffers(&self) -> (&SecretBuffer, &SecretBuffer) {
        (self.fields.buffer(), &self.body)
    }

    /// The body, which the reader fills.
    pub(crate) const fn body_mut(&mut self) -> &mut SecretBuffer {
        &mut self.body
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("fields", &self.fields.len())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

#[cfg(test)]
mod tests;
