//! What went wrong, whose fault it is, what was done, and when it is tried again.

use crate::request::BodyEncoding;
use crate::response::MalformedResponse;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Why a caller gets no token.
///
/// Cheap to clone: one failure answers every caller who waited for it. It never holds a secret, a
/// token or a response's body. What a server sent is quoted only as bounded printable ASCII, and not
/// at all where it echoes the secret.
///
/// [`source`](std::error::Error::source) is the earlier failure that led here, when there is one.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    failure: Arc<Failure>,
    retry_in: Option<Duration>,
}

/// One failure, shared by the errors of all it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) detail: Detail,
    /// The failure before this one, where it explains it.
    pub(crate) cause: Option<Arc<Failure>>,
}

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
    /// The `error` code (RFC 6749 §5.2), or whatever text stood there: at most 64 printable ASCII
    /// characters.
    pub code: Option<String>,
    /// The names of the members of a JSON object that came as a success and without a token: at most
    /// 64 printable ASCII characters.
    pub members: Option<String>,
    /// The response's `tx_id`, which Jeel's support asks for.
    pub tx_id: Option<String>,
    /// The host a redirect pointed to.
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

/// The kinds of failure. [`code`](Self::code) is stable across releases and languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server refused the client credentials, or the request as such.
    Denied,
    /// Something other than the authorization server refused the request: a proxy, a firewall, a
    /// portal, or a server that has no token endpoint at this URL.
    Blocked,
    /// The server answered with a redirect, which a token request never follows.
    Redirected,
    /// The server asked to be left alone for a while.
    RateLimited,
    /// The server failed in a way that may pass.
    Server,
    /// A success without a usable token.
    Malformed(MalformedResponse),
    /// A token came whose lifetime was over on arrival.
    ExpiredOnArrival,
    /// No whole response came.
    Transport(TransportKind),
    /// The API refused a token that had just replaced a refused one.
    TokenRejected,
    /// The request budget is used up.
    BudgetExhausted,
    /// A token was wanted for longer than this server's tokens live.
    LifetimeTooShort,
    /// The caller's own time to wait ran out.
    WaitTimedOut,
    /// The caller is outside the async runtime that sends token requests. Other callers are not
    /// affected.
    OutsideRuntime,
}

/// Why no whole response came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportKind {
    /// The name did not resolve or no connection could be made.
    Connect,
    /// TLS failed: the certificate, the name in it, or the handshake.
    Tls,
    /// A time-out of the request ran out.
    TimedOut,
    /// The connection broke, or ended before the response did.
    Broken,
    /// The bytes were no HTTP response, or one over the limits.
    BadResponse,
    /// Whoever carried the request went away without an outcome.
    Abandoned,
}

/// Whose fault a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Blame {
    /// The configuration: credentials, URL, encoding.
    Configuration,
    /// The authorization server.
    AuthorizationServer,
    /// The API, or what stands between it and the authorization server.
    ResourceServer,
    /// The network, or this machine.
    Network,
    /// The caller, who wanted more than there was.
    Caller,
}

impl Error {
    pub(crate) fn new(failure: Arc<Failure>, retry_in: Option<Duration>) -> Self {
        Self { failure, retry_in }
    }

    /// The error of a caller outside the async runtime that sends token requests, such as `tokio`.
    ///
    /// A driver answers with it instead of sending a request that it cannot send. The cache knows
    /// nothing of it.
    pub fn outside_runtime(runtime: &str) -> Self {
        let detail = Detail::Transport(format!("outside a {runtime} runtime"));
        Self::new(Arc::new(Failure::new(ErrorKind::OutsideRuntime, detail)), None)
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.failure.kind
    }

    /// The kind's stable code.
    pub fn code(&self) -> &'static str {
        self.kind().code()
    }

    /// Whose fault it is.
    pub fn blame(&self) -> Blame {
        self.kind().blame()
    }

    /// How long from this answer until the cache will ask the server again, on the next call after
    /// that. `None`: asking is not what helps, or it may be asked at once.
    pub fn retry_in(&self) -> Option<Duration> {
        self.retry_in
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
            .field("detail", &self.failure.detail)
            .field("retry_in", &self.retry_in)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(f)?;
        match self.retry_in {
            Some(wait) if wait.is_zero() => f.write_str("; the next call asks again"),
            Some(wait) => write!(f, "; asked again in {} at the earliest", Rounded(wait)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.failure.source()
    }
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind, detail: Detail) -> Self {
        Self { kind, detail, cause: None }
    }

    pub(crate) fn because(kind: ErrorKind, cause: Option<Arc<Self>>) -> Self {
        Self { kind, detail: Detail::None, cause }
    }

    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |failure| failure.cause.as_deref())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        match &self.detail {
            Detail::None => Ok(()),
            Detail::Transport(text) if text.is_empty() => Ok(()),
            Detail::Transport(text) => write!(f, ": {text}"),
            Detail::Response { last, first } => {
                if let Some(host) = &last.location_host {
                    write!(f, " to {host}")?;
                }
                f.write_str(match (self.kind, last.status) {
                    (ErrorKind::Blocked, 404 | 405) | (ErrorKind::Redirected, _) => {
                        "; check the token URL"
                    }
                    (ErrorKind::Denied, _) if last.encoding_is_fixed => {
                        "; if the credentials are right, the server may not read this encoding"
                    }
                    (ErrorKind::Blocked, _) => "; this looks like a proxy, firewall or portal",
                    _ => "",
                })?;
                write!(f, " ({last}")?;
                if let Some(first) = first {
                    write!(f, "; {first}")?;
                }
                f.write_str(")")
            }
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
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

impl ErrorKind {
    /// A short stable name, the same in every release and language.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Blocked => "blocked",
            Self::Redirected => "redirected",
            Self::RateLimited => "rate_limited",
            Self::Server => "server_error",
            Self::Malformed(_) => "malformed_response",
            Self::ExpiredOnArrival => "expired_on_arrival",
            Self::Transport(TransportKind::Connect) => "transport_connect",
            Self::Transport(TransportKind::Tls) => "transport_tls",
            Self::Transport(TransportKind::TimedOut) => "transport_timed_out",
            Self::Transport(TransportKind::Broken) => "transport_broken",
            Self::Transport(TransportKind::BadResponse) => "transport_bad_response",
            Self::Transport(TransportKind::Abandoned) => "transport_abandoned",
            Self::TokenRejected => "token_rejected",
            Self::BudgetExhausted => "budget_exhausted",
            Self::LifetimeTooShort => "lifetime_too_short",
            Self::WaitTimedOut => "wait_timed_out",
            Self::OutsideRuntime => "outside_runtime",
        }
    }

    /// Whose fault a failure of this kind is.
    pub const fn blame(self) -> Blame {
        match self {
            Self::Denied | Self::Redirected => Blame::Configuration,
            Self::RateLimited | Self::Server | Self::Malformed(_) => Blame::AuthorizationServer,
            Self::Transport(TransportKind::BadResponse) => Blame::AuthorizationServer,
            Self::Blocked | Self::ExpiredOnArrival | Self::Transport(_) => Blame::Network,
            Self::TokenRejected => Blame::ResourceServer,
            Self::BudgetExhausted
            | Self::LifetimeTooShort
            | Self::WaitTimedOut
            | Self::OutsideRuntime => Blame::Caller,
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Malformed(why) = self {
            return write!(f, "the authorization server's response holds no usable token: {why}");
        }
        f.write_str(match self {
            Self::Denied => "the authorization server denied the token request",
            Self::Blocked => "the token request did not reach the authorization server",
            Self::Redirected => "the authorization server redirected the token request",
            Self::RateLimited => "the authorization server limits the rate of token requests",
            Self::Server => "the authorization server failed",
            Self::Malformed(_) => "the authorization server's response holds no usable token",
            Self::ExpiredOnArrival => "the token's lifetime was over when it arrived",
            Self::Transport(TransportKind::Connect) => "no connection to the authorization server",
            Self::Transport(TransportKind::Tls) => "TLS with the authorization server failed",
            Self::Transport(TransportKind::TimedOut) => "the token request timed out",
            Self::Transport(TransportKind::Broken) => {
                "the connection broke before the response ended"
            }
            Self::Transport(TransportKind::BadResponse) => {
                "the authorization server's response is not HTTP as we accept it"
            }
            Self::Transport(TransportKind::Abandoned) => {
                "the token request was abandoned by whoever carried it"
            }
            Self::TokenRejected => {
                "the API rejects the tokens that the authorization server issues"
            }
            Self::BudgetExhausted => "the budget of token requests is used up",
            Self::LifetimeTooShort => "no token of this server lives as long as was asked for",
            Self::WaitTimedOut => "the caller's time to wait for a token ran out",
            Self::OutsideRuntime => "no token request can be sent from here",
        })
    }
}

/// A duration for people: whole seconds, or milliseconds below ten of them; never rounded down to
/// a moment that is too early.
struct Rounded(Duration);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < Duration::from_secs(10) {
            write!(f, "{} ms", self.0.as_nanos().div_ceil(1_000_000))
        } else {
            write!(f, "{} s", self.0.as_millis().div_ceil(1000))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn facts(encoding: BodyEncoding, status: u16, code: Option<&str>) -> ResponseFacts {
        ResponseFacts {
            code: code.map(str::to_owned),
            tx_id: Some("6f1c".to_owned()),
            ..ResponseFacts::new(encoding, status)
        }
    }

    #[test]
    fn a_denial_tells_what_each_encoding_was_answered() {
        let last = facts(BodyEncoding::UrlEncoded, 401, Some("unauthorized_client"));
        let first = Some(facts(BodyEncoding::Multipart, 401, Some("invalid_client")));
        let failure = Failure::new(ErrorKind::Denied, Detail::Response { last, first });
        let error = Error::new(Arc::new(failure), Some(Duration::from_secs(60)));
        assert_eq!(
            error.to_string(),
            "the authorization server denied the token request \
             (application/x-www-form-urlencoded was answered 401 unauthorized_client, tx_id 6f1c; \
             multipart/form-data was answered 401 invalid_client, tx_id 6f1c); \
             asked again in 60 s at the earliest"
        );
        assert_eq!((error.status(), error.tx_id()), (Some(401), Some("6f1c")));
        assert_eq!(error.oauth_code(), Some("unauthorized_client"));
        assert_eq!(error.other_response().and_then(|r| r.code.as_deref()), Some("invalid_client"));
        assert_eq!(error.blame(), Blame::Configuration);
    }

    #[test]
    fn a_wrong_path_is_named_as_the_likely_cause() {
        let last = facts(BodyEncoding::Multipart, 404, None);
        let failure = Failure::new(ErrorKind::Blocked, Detail::Response { last, first: None });
        assert!(failure.to_string().contains("check the token URL"));
    }

    #[test]
    fn a_consequence_keeps_its_cause_as_source_and_its_response() {
        let last = facts(BodyEncoding::Multipart, 503, None);
        let cause = Failure::new(ErrorKind::Server, Detail::Response { last, first: None });
        let failure = Failure::because(ErrorKind::WaitTimedOut, Some(Arc::new(cause)));
        let error = Error::new(Arc::new(failure), Some(Duration::from_millis(1)));
        assert_eq!(error.status(), Some(503));
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("503"));
        assert!(!error.to_string().contains("503"), "Display does not repeat its source");
        assert!(error.to_string().ends_with("asked again in 1 ms at the earliest"));
    }

    #[test]
    fn what_is_not_known_is_not_spoken_of() {
        let failure = |text: &str| {
            let detail = Detail::Transport(text.to_owned());
            Failure::new(ErrorKind::Transport(TransportKind::Broken), detail).to_string()
        };
        assert_eq!(failure(""), "the connection broke before the response ended");
        assert_eq!(failure("cut"), "the connection broke before the response ended: cut");
    }

    #[test]
    fn debug_shows_the_kind_the_detail_and_the_wait() {
        let last = facts(BodyEncoding::Multipart, 503, None);
        let failure = Failure::new(ErrorKind::Server, Detail::Response { last, first: None });
        let shown = format!("{:?}", Error::new(Arc::new(failure), Some(Duration::from_secs(7))));
        assert!(["Server", "503", "7s"].iter().all(|part| shown.contains(part)), "{shown}");
    }

    #[test]
    fn a_wait_that_is_over_says_so() {
        let failure = Arc::new(Failure::because(ErrorKind::Server, None));
        let error = Error::new(failure, Some(Duration::ZERO));
        assert!(error.to_string().ends_with("; the next call asks again"), "{error}");
    }

    #[test]
    fn a_wait_is_never_rounded_down() {
        assert_eq!(Rounded(Duration::from_nanos(1)).to_string(), "1 ms");
        assert_eq!(Rounded(Duration::from_millis(9999)).to_string(), "9999 ms");
        assert_eq!(Rounded(Duration::from_secs(10)).to_string(), "10 s");
        assert_eq!(Rounded(Duration::from_millis(59_001)).to_string(), "60 s");
    }

    const KINDS: [(ErrorKind, &str, Blame); 18] = {
        use Blame::{AuthorizationServer, Caller, Configuration, Network, ResourceServer};
        use ErrorKind as K;
        use TransportKind as T;
        [
            (K::Denied, "denied", Configuration),
            (K::Blocked, "blocked", Network),
            (K::Redirected, "redirected", Configuration),
            (K::RateLimited, "rate_limited", AuthorizationServer),
            (K::Server, "server_error", AuthorizationServer),
            (K::Malformed(MalformedResponse::Json), "malformed_response", AuthorizationServer),
            (K::ExpiredOnArrival, "expired_on_arrival", Network),
            (K::Transport(T::Connect), "transport_connect", Network),
            (K::Transport(T::Tls), "transport_tls", Network),
            (K::Transport(T::TimedOut), "transport_timed_out", Network),
            (K::Transport(T::Broken), "transport_broken", Network),
            (K::Transport(T::BadResponse), "transport_bad_response", AuthorizationServer),
            (K::Transport(T::Abandoned), "transport_abandoned", Network),
            (K::TokenRejected, "token_rejected", ResourceServer),
            (K::BudgetExhausted, "budget_exhausted", Caller),
            (K::LifetimeTooShort, "lifetime_too_short", Caller),
            (K::WaitTimedOut, "wait_timed_out", Caller),
            (K::OutsideRuntime, "outside_runtime", Caller),
        ]
    };

    /// Codes are for programs, in other languages too: none ever changes.
    #[test]
    fn each_kind_has_its_code_its_blame_and_words_of_its_own() {
        let mut words = BTreeSet::new();
        for (kind, code, blame) in KINDS {
            let error = Error::new(Arc::new(Failure::because(kind, None)), None);
            assert_eq!((error.kind(), error.code(), error.blame()), (kind, code, blame));
            assert!(words.insert(error.to_string()), "{error}");
            assert!(error.to_string().len() > 20, "{error}");
        }
    }
}
