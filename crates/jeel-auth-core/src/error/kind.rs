//! The kinds of failure, and who has to do something about them.

use crate::response::MalformedResponse;
use std::fmt;

/// The kinds of failure. [`code`](Self::code) is stable across releases and languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server refused the client credentials, or the request as such.
    Denied,
    /// Something other than the authorization server refused the request: a proxy, a firewall, a
    /// portal, or a server without a token endpoint at this URL.
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
    /// The authorization server's host name did not resolve.
    Resolve,
    /// No connection could be made, to the server or to a proxy. The words name the proxy, without
    /// its password.
    Connect,
    /// A proxy refused to connect to the server.
    Proxy,
    /// The server's certificate is not trusted, not valid now, or for another host name.
    Certificate,
    /// TLS failed in another way.
    Tls,
    /// A time-out of the request ran out.
    TimedOut,
    /// The connection broke, or ended before the response did.
    Broken,
    /// The bytes were no HTTP response, or one over the limits.
    BadResponse,
    /// The thread or task of the request went away without an outcome.
    Abandoned,
}

/// Where the cause of a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Blame {
    /// The configuration: credentials, URL, encoding.
    Configuration,
    /// The authorization server.
    AuthorizationServer,
    /// The network, what stands in it, or this machine.
    Network,
    /// The caller, who wanted more than there was.
    Caller,
}

impl ErrorKind {
    /// A short stable name, the same in every release and language.
    ///
    /// A name that does not resolve and a connection that is refused share one, and so do all
    /// failures of TLS.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Blocked => "blocked",
            Self::Redirected => "redirected",
            Self::RateLimited => "rate_limited",
            Self::Server => "server_error",
            Self::Malformed(_) => "malformed_response",
            Self::ExpiredOnArrival => "expired_on_arrival",
            Self::Transport(kind) => kind.code(),
            Self::BudgetExhausted => "budget_exhausted",
            Self::LifetimeTooShort => "lifetime_too_short",
            Self::WaitTimedOut => "wait_timed_out",
            Self::OutsideRuntime => "outside_runtime",
        }
    }

    /// Where the cause of a failure of this kind is, as far as the kind tells.
    pub const fn blame(self) -> Blame {
        match self {
            Self::Denied | Self::Redirected => Blame::Configuration,
            Self::RateLimited | Self::Server | Self::Malformed(_) => Blame::AuthorizationServer,
            Self::Transport(TransportKind::BadResponse) => Blame::AuthorizationServer,
            Self::Blocked | Self::ExpiredOnArrival | Self::Transport(_) => Blame::Network,
            Self::BudgetExhausted
            | Self::LifetimeTooShort
            | Self::WaitTimedOut
            | Self::OutsideRuntime => Blame::Caller,
        }
    }

    /// Whether a failure of this kind may end by itself within seconds. An untrusted certificate, a
    /// proxy's refusal, a redirect or a page of a firewall usually lasts.
    pub const fn passes_soon(self) -> bool {
        !matches!(
            self,
            Self::Denied
                | Self::Blocked
                | Self::Redirected
                | Self::LifetimeTooShort
                | Self::OutsideRuntime
                | Self::Transport(TransportKind::Certificate | TransportKind::Proxy)
        )
    }
}

impl TransportKind {
    const fn code(self) -> &'static str {
        match self {
            Self::Resolve | Self::Connect => "transport_connect",
            Self::Proxy => "transport_proxy",
            Self::Certificate | Self::Tls => "transport_tls",
            Self::TimedOut => "transport_timed_out",
            Self::Broken => "transport_broken",
            Self::BadResponse => "transport_bad_response",
            Self::Abandoned => "transport_abandoned",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied => f.write_str("the authorization server denied the token request"),
            Self::Blocked => {
                f.write_str("the token request did not reach the authorization server")
            }
            Self::Redirected => {
                f.write_str("the authorization server redirected the token request")
            }
            Self::RateLimited => {
                f.write_str("the authorization server limits the rate of token requests")
            }
            Self::Server => f.write_str("the authorization server failed"),
            Self::Malformed(why) => {
                write!(f, "the authorization server's response has no usable token: {why}")
            }
            Self::ExpiredOnArrival => f.write_str("the token's lifetime was over when it arrived"),
            Self::Transport(kind) => kind.fmt(f),
            Self::BudgetExhausted => f.write_str("the budget of token requests is used up"),
            Self::LifetimeTooShort => {
                f.write_str("no token of this server lives as long as was asked for")
            }
            Self::WaitTimedOut => f.write_str("the caller's time to wait for a token ran out"),
            Self::OutsideRuntime => f.write_str("no token request can be sent from here"),
        }
    }
}

impl fmt::Display for TransportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "cannot resolve the authorization server's host name",
            Self::Connect => "no connection to the authorization server",
            Self::Proxy => "the proxy refused to connect to the authorization server",
            Self::Certificate => "the authorization server's certificate is not accepted",
            Self::Tls => "TLS with the authorization server failed",
            Self::TimedOut => "the token request timed out",
            Self::Broken => "the connection broke before the response ended",
            Self::BadResponse => "the authorization server's response is not HTTP as we accept it",
            Self::Abandoned => "the thread or task of the token request is gone",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const KINDS: [(ErrorKind, &str, Blame, bool); 20] = {
        use Blame::{AuthorizationServer, Caller, Configuration, Network};
        use ErrorKind as K;
        use TransportKind as T;
        [
            (K::Denied, "denied", Configuration, false),
            (K::Blocked, "blocked", Network, false),
            (K::Redirected, "redirected", Configuration, false),
            (K::RateLimited, "rate_limited", AuthorizationServer, true),
            (K::Server, "server_error", AuthorizationServer, true),
            (
                K::Malformed(MalformedResponse::Json),
                "malformed_response",
                AuthorizationServer,
                true,
            ),
            (K::ExpiredOnArrival, "expired_on_arrival", Network, true),
            (K::Transport(T::Resolve), "transport_connect", Network, true),
            (K::Transport(T::Connect), "transport_connect", Network, true),
            (K::Transport(T::Proxy), "transport_proxy", Network, false),
            (K::Transport(T::Certificate), "transport_tls", Network, false),
            (K::Transport(T::Tls), "transport_tls", Network, true),
            (K::Transport(T::TimedOut), "transport_timed_out", Network, true),
            (K::Transport(T::Broken), "transport_broken", Network, true),
            (K::Transport(T::BadResponse), "transport_bad_response", AuthorizationServer, true),
            (K::Transport(T::Abandoned), "transport_abandoned", Network, true),
            (K::BudgetExhausted, "budget_exhausted", Caller, true),
            (K::LifetimeTooShort, "lifetime_too_short", Caller, false),
            (K::WaitTimedOut, "wait_timed_out", Caller, true),
            (K::OutsideRuntime, "outside_runtime", Caller, false),
        ]
    };

    /// Codes are for programs, in other languages too: none ever changes.
    #[test]
    fn each_kind_has_its_code_its_blame_and_words_of_its_own() {
        for (kind, code, blame, passes_soon) in KINDS {
            assert_eq!((kind.code(), kind.blame()), (code, blame));
            assert_eq!(kind.passes_soon(), passes_soon, "{code}");
        }
        let words: BTreeSet<String> = KINDS.iter().map(|(kind, ..)| kind.to_string()).collect();
        assert_eq!(words.len(), KINDS.len());
        assert!(words.iter().all(|words| !words.ends_with('.') && words.len() > 10));
    }
}
