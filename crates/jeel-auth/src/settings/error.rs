//! What is wrong with a configuration.

use jeel_auth_core::{CredentialsError, EndpointError, ScopeError};
use std::fmt;

/// A setting that is missing or malformed. Names the variable and what it should look like. Of the
/// values it shows the words that choose something, and the paths of files, but never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub(super) Problem);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Missing {
        variable: &'static str,
        expected: &'static str,
    },
    Malformed {
        variable: &'static str,
        expected: &'static str,
    },
    Both {
        one: &'static str,
        other: &'static str,
    },
    /// A word that chooses something and is not a secret.
    Word {
        variable: &'static str,
        value: String,
        expected: &'static str,
    },
    File {
        variable: &'static str,
        path: String,
        error: String,
    },
    /// What the secret in a file cannot have been meant to be.
    Flaw {
        variable: &'static str,
        flaw: &'static str,
    },
    Scope {
        variable: &'static str,
        error: ScopeError,
    },
    LoopbackProduction,
    Url {
        variable: &'static str,
        error: EndpointError,
    },
    Credentials {
        variable: &'static str,
        error: CredentialsError,
    },
    /// TLS cannot be set up; in words.
    Tls(String),
    BadRoot,
    FixedToken,
}

impl ConfigError {
    pub(super) const fn missing(variable: &'static str, expected: &'static str) -> Self {
        Self(Problem::Missing { variable, expected })
    }

    pub(super) const fn malformed(variable: &'static str, expected: &'static str) -> Self {
        Self(Problem::Malformed { variable, expected })
    }

    /// TLS cannot be set up, and why: for adapters.
    pub fn tls(why: impl fmt::Display) -> Self {
        Self(Problem::Tls(why.to_string()))
    }

    /// The extra roots hold no certificate, or an unreadable one: for adapters.
    pub const fn bad_root() -> Self {
        Self(Problem::BadRoot)
    }

    pub(crate) const fn fixed_token() -> Self {
        Self(Problem::FixedToken)
    }

    /// The name of the variable to look at; `None` when it is no variable's fault.
    pub const fn variable(&self) -> Option<&'static str> {
        match &self.0 {
            Problem::Missing { variable, .. }
            | Problem::Malformed { variable, .. }
            | Problem::Both { one: variable, .. }
            | Problem::Word { variable, .. }
            | Problem::File { variable, .. }
            | Problem::Flaw { variable, .. }
            | Problem::Scope { variable, .. }
            | Problem::Url { variable, .. }
            | Problem::Credentials { variable, .. } => Some(variable),
            Problem::LoopbackProduction => Some("JEELPAY_ENV"),
            Problem::Tls(_) | Problem::BadRoot | Problem::FixedToken => None,
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Problem::Missing { variable, expected } => {
                write!(f, "{variable} is not set; it should be {expected}")
            }
            Problem::Malformed { variable, expected } => {
                write!(f, "{variable} is malformed; it should be {expected}")
            }
            Problem::Both { one, other } => {
                write!(f, "{one} and {other} are both set; set one of them")
            }
            Problem::Word { variable, value, expected } => {
                write!(f, "{variable} is {value:?}; it should be {expected}")
            }
            Problem::File { variable, path, error } => {
                write!(f, "{variable}: {path} cannot be read: {error}")
            }
            Problem::Flaw { variable, flaw } => write!(f, "{variable}: the file {flaw}"),
            Problem::Scope { variable, error } => write!(f, "{variable}: {error}"),
            Problem::LoopbackProduction => f.write_str(
                "JEELPAY_ENV is production, and a URL is plain http to this machine; \
                 leave JEELPAY_ENV out to test against this machine",
            ),
            Problem::Url { variable, error: EndpointError::LoopbackHttp } => write!(
                f,
                "{variable}: {}: set JEELPAY_ALLOW_LOOPBACK_HTTP to true",
                EndpointError::LoopbackHttp
            ),
            Problem::Url { variable, error } => write!(f, "{variable}: {error}"),
            Problem::Credentials { variable, error } => write!(f, "{variable}: {error}"),
            Problem::Tls(why) => write!(f, "TLS cannot be set up: {why}"),
            Problem::BadRoot => f.write_str("the extra roots are no certificates in PEM or DER"),
            Problem::FixedToken => f.write_str("a token is one or more visible ASCII characters"),
        }
    }
}

impl std::error::Error for ConfigError {}
