//! One failure, and its words.

use super::{Blame, ErrorKind, TransportKind};
use crate::endpoint::Endpoint;
use crate::request::BodyEncoding;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// One failure, shared by the errors of all callers that it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) detail: Detail,
    /// The failure that stood in the way, of a wait or of a budget that ran out.
    cause: Option<Arc<Self>>,
    /// How long the caller waited.
    waited: Option<Duration>,
}

/// What is known of a failure beside its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    None,
    /// What the server answered; for a denial found by trying both encodings, to each.
    Response {
        last: ResponseFacts,
        first: Option<ResponseFacts>,
    },
    Transport(String),
}

/// What an error keeps of a response: facts for support, never the body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponseFacts {
    /// How the request's body was encoded.
    pub encoding: BodyEncoding,
    /// Whether the configuration allows this encoding only.
    pub encoding_is_fixed: bool,
    /// The status code.
    pub status: u16,
    /// The `error` code (RFC 6749 §5.2), or another text in its place: at most 64 printable ASCII
    /// characters.
    pub code: Option<String>,
    /// The names of the members of a JSON object that came as a success and without a token: at most
    /// 64 printable ASCII characters.
    pub members: Option<String>,
    /// The response's `tx_id`, which Jeel's support asks for.
    pub tx_id: Option<String>,
    /// The host that a redirect pointed to.
    pub location_host: Option<String>,
}

impl ResponseFacts {
    pub(crate) const fn new(encoding: BodyEncoding, status: u16) -> Self {
        Self {
            encoding,
            encoding_is_fixed: false,
            status,
            code: None,
            members: None,
            tx_id: None,
            location_host: None,
        }
    }
}

impl Failure {
    pub(crate) const fn new(kind: ErrorKind, detail: Detail) -> Self {
        Self { kind, detail, cause: None, waited: None }
    }

    /// A failure that follows from another, if that is known.
    pub(crate) const fn because(kind: ErrorKind, cause: Option<Arc<Self>>) -> Self {
        Self { kind, detail: Detail::None, cause, waited: None }
    }

    /// A caller waited this long, and the cause, if one is known, stood in the way.
    pub(crate) fn wait_timed_out(waited: Duration, cause: Option<Arc<Self>>) -> Self {
        Self { waited: Some(waited), ..Self::because(ErrorKind::WaitTimedOut, cause) }
    }

    pub(super) fn cause(&self) -> Option<&Self> {
        self.cause.as_deref()
    }

    pub(super) fn blame(&self) -> Blame {
        self.cause().map_or(self.kind.blame(), Self::blame)
    }

    /// This failure and its causes.
    pub(super) fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |failure| failure.cause())
    }

    /// The cause first, because it says what to do.
    pub(super) fn write(
        &self,
        f: &mut fmt::Formatter<'_>,
        endpoint: Option<&Endpoint>,
    ) -> fmt::Result {
        if let Some(cause) = self.cause() {
            cause.write(f, endpoint)?;
            if self.waited.is_none() {
                write!(f, "; {}", self.kind)?;
            }
        } else {
            self.write_kind(f, endpoint)?;
        }
        if let Some(waited) = self.waited {
            write!(f, "; waited {}", Rounded(waited))?;
        }
        self.detail.write(f, self.kind)
    }

    fn write_kind(&self, f: &mut fmt::Formatter<'_>, endpoint: Option<&Endpoint>) -> fmt::Result {
        match (self.kind, endpoint) {
            (ErrorKind::Transport(TransportKind::Resolve), Some(endpoint)) => {
                write!(f, "cannot resolve {}", endpoint.origin().host())
            }
            (kind, _) => write!(f, "{kind}"),
        }
    }
}

impl Detail {
    fn write(&self, f: &mut fmt::Formatter<'_>, kind: ErrorKind) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Transport(words) => {
                if !words.is_empty() {
                    write!(f, ": {words}")?;
                }
                f.write_str(transport_hint(kind, words))
            }
            Self::Response { last, first } => {
                if let Some(host) = &last.location_host {
                    write!(f, " to {host}")?;
                }
                write!(f, "{} ({last}", response_hint(kind, last))?;
                if let Some(first) = first {
                    write!(f, "; {first}")?;
                }
                f.write_str(")")
            }
        }
    }
}

/// What to look at, where the response says it.
const fn response_hint(kind: ErrorKind, response: &ResponseFacts) -> &'static str {
    match (kind, response.status) {
        (ErrorKind::Blocked, 404 | 405) | (ErrorKind::Redirected, _) => "; check the token URL",
        (ErrorKind::Blocked, _) => "; this looks like a proxy, firewall or portal",
        (ErrorKind::Denied, _) if response.encoding_is_fixed => {
            "; if the credentials are right, the server may not read this encoding"
        }
        _ => "",
    }
}

/// Rustls and others name an issuer that no trusted root vouches for in these ways.
fn transport_hint(kind: ErrorKind, words: &str) -> &'static str {
    let is_tls =
        matches!(kind, ErrorKind::Transport(TransportKind::Certificate | TransportKind::Tls));
    let words = words.to_ascii_lowercase();
    let unknown_issuer = ["issuer", "self-signed", "self signed"];
    if is_tls && unknown_issuer.iter().any(|name| words.contains(name)) {
        "; to trust its issuer, set SSL_CERT_FILE or use `with_extra_roots`"
    } else {
        ""
    }
}

impl fmt::Display for ResponseFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was answered {}", self.encoding, self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if let Some(members) = &self.members {
            write!(f, " without access_token, members: {members}")?;
        }
        match &self.tx_id {
            Some(tx_id) => write!(f, ", tx_id {tx_id}"),
            None => Ok(()),
        }
    }
}

/// A duration for people: milliseconds below ten seconds, else whole seconds, never rounded down to
/// a moment that is too early.
pub(super) struct Rounded(pub(super) Duration);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(duration) = self;
        if *duration < Duration::from_secs(10) && duration.subsec_nanos() > 0 {
            write!(f, "{} ms", duration.as_nanos().div_ceil(1_000_000))
        } else {
            write!(f, "{} s", duration.as_millis().div_ceil(1000))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_never_rounded_down() {
        for (nanos, shown) in [
            (1, "1 ms"),
            (1_000_000_000, "1 s"),
            (9_999_000_000, "9999 ms"),
            (10_000_000_000, "10 s"),
            (59_001_000_000, "60 s"),
        ] {
            assert_eq!(Rounded(Duration::from_nanos(nanos)).to_string(), shown);
        }
    }
}
