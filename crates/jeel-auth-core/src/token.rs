//! The access token as callers hold it.

use crate::secret_buffer::SecretBuffer;
use std::fmt;
use std::sync::Arc;

/// Which issue of a token this is: one cache numbers the tokens it is issued, and a rejection names
/// the number, so that ten thousand late complaints about one token invalidate it once.
///
/// The numbers of a cache begin at a point drawn from its seed: a token of one cache, offered to
/// another as rejected, matches nothing there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Generation(pub(crate) u64);

impl Generation {
    /// The number itself, for passing through foreign code and back by [`Generation::from_u64`].
    pub const fn to_u64(self) -> u64 {
        self.0
    }

    /// A generation from its number.
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }
}

/// An access token (RFC 6749 §1.4) with its `Authorization` value (RFC 6750 §2.1) already built.
///
/// Clones share one allocation, wiped when the last is dropped. `Debug` is redacted.
#[derive(Clone)]
pub struct AccessToken(Arc<Inner>);

struct Inner {
    /// `Bearer ` and the token: visible ASCII after the one space.
    authorization: SecretBuffer,
    generation: Generation,
}

const SCHEME: &str = "Bearer ";

impl AccessToken {
    pub(crate) fn new(bearer: BearerValue, generation: Generation) -> Self {
        Self(Arc::new(Inner { authorization: bearer.0, generation }))
    }

    /// The token itself. The caller wipes the copies that it makes.
    pub fn expose_secret(&self) -> &str {
        self.expose_authorization().strip_prefix(SCHEME).unwrap_or_default()
    }

    /// The value of the `Authorization` field, `Bearer <token>`: visible ASCII and one space.
    /// Mark it sensitive if the HTTP library has a mark.
    pub fn expose_authorization(&self) -> &str {
        self.0.authorization.as_str()
    }

    /// Which issue of the cache's tokens this is.
    pub fn generation(&self) -> Generation {
        self.0.generation
    }

    #[cfg(test)]
    pub(crate) fn of_test(token: &str) -> Self {
        let bearer = BearerValue::build(token.len(), |value| value.append(token.as_bytes()));
        Self::new(bearer.unwrap(), Generation(1))
    }

    pub(crate) fn is(&self, bearer: &BearerValue) -> bool {
        *self.0.authorization == *bearer.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("generation", &self.0.generation.0)
            .field("secret", &"[redacted]")
            .finish()
    }
}

/// The `Authorization` value of a token that passed the check for header injection.
#[derive(Clone, Debug)]
pub(crate) struct BearerValue(SecretBuffer);

impl BearerValue {
    /// Builds the value in place: `write` appends the token, of at most `length` bytes, and says
    /// whether it could.
    ///
    /// One or more visible ASCII characters, else nothing: a token with a space, a line break or a
    /// control character in it would write header fields.
    pub(crate) fn build(
        length: usize,
        write: impl FnOnce(&mut SecretBuffer) -> bool,
    ) -> Option<Self> {
        let mut value = SecretBuffer::with_capacity(SCHEME.len() + length);
        value.append(SCHEME.as_bytes());
        let written = write(&mut value);
        let token = value.get(SCHEME.len()..).unwrap_or_default();
        // Without an early end, so that the compiler can look at many bytes at a time.
        let visible = token.iter().fold(true, |visible, byte| visible & byte.is_ascii_graphic());
        let usable = written && visible && !token.is_empty();
        usable.then_some(Self(value))
    }

    /// The token without its scheme.
    pub(crate) fn token(&self) -> &str {
        self.0.as_str().strip_prefix(SCHEME).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(token: &str) -> Option<BearerValue> {
        BearerValue::build(token.len(), |value| value.append(token.as_bytes()))
    }

    #[test]
    fn a_token_that_could_inject_a_header_is_none() {
        for bad in ["", " ", "a b", "a\r\nX: y", "a\n", "a\0", "é", "\x7f", "a\t"] {
            assert!(bearer(bad).is_none(), "{bad:?}");
        }
        assert!(bearer("!~").is_some());
        assert!(BearerValue::build(0, |_| false).is_none());
    }

    #[test]
    fn a_generation_passes_through_foreign_code_unchanged() {
        for number in [0, 1, 7, u64::MAX] {
            assert_eq!(Generation::from_u64(number).to_u64(), number);
        }
    }

    #[test]
    fn a_value_on_its_way_is_not_shown() {
        assert!(!format!("{:?}", bearer("abc").unwrap()).contains("abc"));
    }

    #[test]
    fn a_token_knows_its_authorization_value_and_hides_it() {
        let token = AccessToken::new(bearer("abc").unwrap(), Generation(3));
        assert_eq!(token.expose_secret(), "abc");
        assert_eq!(token.expose_authorization(), "Bearer abc");
        assert_eq!(format!("{token:?}"), r#"AccessToken { generation: 3, secret: "[redacted]" }"#);
    }
}
