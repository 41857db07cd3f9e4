//! Who we are to the authorization server.

use crate::secret_buffer::SecretBuffer;
use std::fmt;
use std::sync::Arc;

/// The longest client identifier or secret accepted, in bytes.
const LONGEST: usize = 64 * 1024;

/// The client identifier and client secret (RFC 6749 §2.3.1) of the client-credentials grant.
///
/// Any UTF-8 is sent byte for byte: quotes, line breaks, NUL, emoji. Cloning shares the one copy,
/// which is wiped when the last clone is dropped. `Debug` shows the identifier and never the secret.
///
/// ```
/// use jeel_auth_core::{Credentials, CredentialsError};
///
/// let credentials = Credentials::new("school-42", "s3cr3t")?;
/// assert_eq!(credentials.client_id(), "school-42");
/// assert!(!format!("{credentials:?}").contains("s3cr3t"));
/// assert_eq!(Credentials::new("school-42", "").unwrap_err(), CredentialsError::EmptySecret);
/// # Ok::<(), CredentialsError>(())
/// ```
#[derive(Clone)]
pub struct Credentials(Arc<Inner>);

struct Inner {
    client_id: String,
    client_secret: SecretBuffer,
}

impl Credentials {
    /// Credentials from an identifier and a secret. A `String` secret is taken over as it is and
    /// wiped on drop; of a `&str` a copy is made and the caller's own is the caller's to wipe.
    ///
    /// # Errors
    /// When either is empty or longer than 64 KiB. The values are never altered.
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> Result<Self, CredentialsError> {
        let client_secret = SecretBuffer::from(client_secret.into());
        let client_id = client_id.into();
        match (client_id.len(), client_secret.len()) {
            (0, _) => Err(CredentialsError::EmptyId),
            (_, 0) => Err(CredentialsError::EmptySecret),
            (id, _) if id > LONGEST => Err(CredentialsError::IdTooLong),
            (_, secret) if secret > LONGEST => Err(CredentialsError::SecretTooLong),
            _ => Ok(Self(Arc::new(Inner { client_id, client_secret }))),
        }
    }

    /// Whether both are byte for byte the same.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let same_secret = *self.0.client_secret == *other.0.client_secret;
        Arc::ptr_eq(&self.0, &other.0) || (self.client_id() == other.client_id() && same_secret)
    }

    /// The client identifier (RFC 6749 §2.2); not a secret.
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// The client secret. The caller wipes the copies that it makes.
    pub fn expose_client_secret(&self) -> &str {
        self.0.client_secret.as_str()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id())
            .field("client_secret", &self.0.client_secret)
            .finish()
    }
}

/// Why credentials were refused at construction. Never holds their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The client identifier is empty.
    EmptyId,
    /// The client secret is empty.
    EmptySecret,
    /// The client identifier is longer than 64 KiB.
    IdTooLong,
    /// The client secret is longer than 64 KiB.
    SecretTooLong,
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyId => "the client id is empty",
            Self::EmptySecret => "the client secret is empty",
            Self::IdTooLong => "the client id is longer than 64 KiB",
            Self::SecretTooLong => "the client secret is longer than 64 KiB",
        })
    }
}

impl std::error::Error for CredentialsError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn awkward_values_are_kept_byte_for_byte() {
        for value in ["\"", "a\r\nb", "\0", "--boundary", "\u{1f511}", "&=+% é"] {
            let credentials = Credentials::new(value, value).unwrap();
            assert_eq!(credentials.client_id(), value);
            assert_eq!(credentials.expose_client_secret(), value);
        }
    }

    #[test]
    fn the_length_bound_is_inclusive() {
        let longest = "x".repeat(LONGEST);
        assert!(Credentials::new(longest.clone(), longest.clone()).is_ok());
        let longer = "x".repeat(LONGEST + 1);
        assert_eq!(Credentials::new(longer.clone(), "s").unwrap_err(), CredentialsError::IdTooLong);
        assert_eq!(Credentials::new("c", longer).unwrap_err(), CredentialsError::SecretTooLong);
        assert_eq!(Credentials::new("", "s").unwrap_err(), CredentialsError::EmptyId);
    }

    #[test]
    fn what_is_shown_is_the_id_alone() {
        let shown = format!("{:?}", Credentials::new("school", "hush").unwrap());
        assert!(shown.contains("school") && !shown.contains("hush"), "{shown}");
    }

    #[test]
    fn a_refusal_says_which_and_why() {
        for (error, words) in [
            (CredentialsError::EmptyId, "the client id is empty"),
            (CredentialsError::EmptySecret, "the client secret is empty"),
            (CredentialsError::IdTooLong, "the client id is longer than 64 KiB"),
            (CredentialsError::SecretTooLong, "the client secret is longer than 64 KiB"),
        ] {
            assert_eq!(error.to_string(), words);
        }
    }
}
