//! The access token with its header value built.

use bytes::Bytes;
use http::HeaderValue;
use jeel_auth_core::{AccessToken, Generation};
use std::fmt;
use std::sync::{Arc, Weak};

/// A usable access token, ready to be sent.
///
/// Cloning costs one atomic increment. Its `Authorization` value is built once, is marked sensitive,
/// and shares the memory of the token itself, which is wiped when the last clone of either is gone.
#[derive(Clone)]
pub struct Token(Arc<Inner>);

/// Aligned to what processors exchange, as is [`HeaderBytes`]: a counter must not share that with another.
#[repr(align(64))]
struct Inner {
    access: AccessToken,
    authorization: HeaderValue,
}

impl Token {
    pub(crate) fn new(access: AccessToken) -> Self {
        let bytes = Bytes::from_owner(HeaderBytes(access.clone()));
        #[expect(clippy::expect_used, reason = "core lets only visible ASCII into a token")]
        let mut authorization =
            HeaderValue::from_maybe_shared(bytes).expect("visible ASCII is a header value");
        authorization.set_sensitive(true);
        Self(Arc::new(Inner { access, authorization }))
    }

    /// The value of the `Authorization` field (RFC 6750 §2.1), marked sensitive. Cloning it copies
    /// nothing.
    #[inline]
    pub fn authorization(&self) -> &HeaderValue {
        &self.0.authorization
    }

    /// The token itself. Copies of it are not wiped for you.
    pub fn expose_secret(&self) -> &str {
        self.0.access.expose_secret()
    }

    /// Which issue of the source's tokens this is.
    pub fn generation(&self) -> Generation {
        self.0.access.generation()
    }

    pub(crate) fn downgrade(&self) -> WeakToken {
        WeakToken(Arc::downgrade(&self.0))
    }
}

/// A token as long as others hold it.
pub(crate) struct WeakToken(Weak<Inner>);

impl WeakToken {
    pub(crate) fn gone() -> Self {
        Self(Weak::new())
    }

    #[inline]
    pub(crate) fn upgrade(&self) -> Option<Token> {
        self.0.upgrade().map(Token)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Token").field(&self.0.access).finish()
    }
}

/// Lets header values borrow the token's own wiped memory.
#[repr(align(64))]
struct HeaderBytes(AccessToken);

impl AsRef<[u8]> for HeaderBytes {
    fn as_ref(&self) -> &[u8] {
        self.0.expose_authorization().as_bytes()
    }
}
