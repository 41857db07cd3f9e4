//! `application/x-www-form-urlencoded` (RFC 6749 appendix B), by serde_urlencoded.

use super::BodyEncoding;
use crate::secret_buffer::SecretBuffer;
use serde::Serialize;

/// The content type and the body.
pub(super) fn encode(fields: &[(&str, &str)]) -> (String, SecretBuffer) {
    // A byte becomes three at most. The whole buffer, used or not, is wiped on drop.
    let size = fields.iter().map(|(name, value)| name.len() + 3 * value.len() + 2).sum();
    let mut encoder = form_urlencoded::Serializer::new(String::with_capacity(size));
    // Strings to a string: there is no way for this to fail, and a form that came out empty would
    // be a request the server refuses, not a secret lost.
    let _ = fields.serialize(serde_urlencoded::Serializer::new(&mut encoder));
    let body = encoder.finish().into_bytes();
    debug_assert!(body.capacity() == size, "the body never grows");
    (BodyEncoding::UrlEncoded.media_type().to_owned(), SecretBuffer::from(body))
}
