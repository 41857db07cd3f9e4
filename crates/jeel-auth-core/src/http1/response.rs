//! A response that has been read completely.

use std::fmt;

use super::buffer::Buffer;
use super::head::Head;

/// A final (not 1xx) response, with its trailers checked and discarded.
///
/// Its memory is wiped when it is dropped, and its `Debug` form shows only the status and counts.
#[derive(Default)]
pub struct Response {
    pub(super) head: Head,
    pub(super) body: Buffer,
}

impl Response {
    /// The status code, from 200 to 599 (RFC 9110 §15).
    #[must_use]
    pub fn status(&self) -> u16 {
        self.head.status
    }

    /// The fields in the order in which they came: the name as the server spelt it, and the value
    /// without surrounding whitespace, which need not be UTF-8 (RFC 9110 §5.5).
    pub fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.head.fields()
    }

    /// The value of the first field of this name, in any case (RFC 9110 §5.1).
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        self.head.values(name).next()
    }

    /// The body, without its chunk framing (RFC 9112 §6).
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status())
            .field("fields", &self.fields().count())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
