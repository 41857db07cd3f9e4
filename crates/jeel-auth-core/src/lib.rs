//! The sans-IO core of jeel-auth: when to ask [Jeel Pay](https://jeel.co)'s token endpoint for an
//! access token, what to say to it, and what its answer means.
//!
//! Everything is a function of its arguments. **This crate does not** open sockets, read clocks,
//! draw random numbers, start threads, lock, log, or hold globals; it has no unsafe code. It also
//! does not verify JWTs (a client treats its token as opaque), does not refresh (the
//! client-credentials grant has no refresh token; we *renew*), and does not speak HTTP/2 or TLS.
//! If you want a token and not a machine, take `jeel-auth-ureq`, `jeel-auth-reqwest`,
//! `jeel-auth-smol` or `jeel-auth-async-std`.
//!
//! # The machine
//!
//! A [`Cache`] is in one of four [`State`]s, derived from the token at hand and the time:
//!
//! ```text
//!           issued            renewal time            unusable
//! NoToken ─────────> Valid ────────────────> NearExpiry ─────────> Expired
//!    ^                ^ └──────────────────────┐  │                   │
//!    │                └──────── issued ────────┼──┴───────────────────┘
//!    └────────── rejected by the API ──────────┘
//! ```
//!
//! | state | a caller gets | and |
//! |---|---|---|
//! | `NoToken` | a wait for the one flight | a token request is sent |
//! | `Valid` | the token | nothing else happens |
//! | `NearExpiry` | the token | a renewal is sent, for which nobody waits |
//! | `Expired` | a wait for the one flight | a token request is sent |
//!
//! Beside it there is at most one *flight*, a token request under way, or a *hold-off* with its
//! reason: after a failure the server is left alone for a while. A hold-off short enough for
//! [`Policy::patience`] is waited out, a longer one answers callers at once with the error and the
//! time of the next attempt.
//!
//! # The loop
//!
//! The driver of the machine passes in the time, does what [`Cache::poll_action`] says, and reports
//! the result:
//!
//! 1. [`Cache::acquire`] for each caller that wants a token.
//! 2. [`Cache::poll_action`] until `None`; send each request, on its own so that nobody's leaving
//!    ends it.
//! 3. [`Cache::handle_response`] or [`Cache::handle_send_failed`] with the outcome, and poll again:
//!    another request may follow at once.
//! 4. Wake the waiting callers; each asks again by [`Cache::resume`]. Without an outcome they
//!    come back at [`Cache::next_wakeup`].
//!
//! An input and the polls after it take the same time: between two readings of a clock a hold-off
//! may end that the input still saw.
//!
//! A whole life of a token, without a socket:
//!
//! ```
//! use jeel_auth_core::{Acquire, Action, Cache, Credentials, Environment, Moment, Response, State};
//! use std::time::Duration;
//!
//! let at = |seconds| {
//!     let since_start = Duration::from_secs(seconds);
//!     Moment::new(since_start, Duration::from_secs(1_800_000_000) + since_start)
//! };
//! let credentials = Credentials::new("school-42", "s3cr3t")?;
//! let mut cache = Cache::new(Environment::Sandbox.token_endpoint(), credentials, 42);
//!
//! // The first caller waits, and there is a request to send.
//! let Acquire::Wait(ticket) = cache.acquire(at(0), Duration::ZERO) else { panic!() };
//! let Some(Action::Send(request)) = cache.poll_action(at(0)) else { panic!() };
//! let mut wire = Vec::new();
//! request.write_http1(&mut wire);
//! assert!(wire.starts_with(b"POST /oauth2/token HTTP/1.1\r\nHost: auth.sandbox.jeel.co\r\n"));
//!
//! // A thousand more wait for the same flight; none of them causes a request.
//! for _ in 0..1000 {
//!     assert!(matches!(cache.acquire(at(0), Duration::ZERO), Acquire::Wait(_)));
//! }
//! assert!(cache.poll_action(at(0)).is_none());
//!
//! // The response answers them all.
//! let body = br#"{"access_token":"eyJ.a.b","token_type":"Bearer","expires_in":3600}"#;
//! cache.handle_response(at(1), request.flight(), &Response::new(200, [], body));
//! let Acquire::Ready(token) = cache.resume(at(1), ticket) else { panic!() };
//! assert_eq!(token.expose_authorization(), "Bearer eyJ.a.b");
//! assert_eq!(cache.status(at(1)).state, State::Valid);
//!
//! // Until the end of this lease no caller even needs to ask.
//! let lease = cache.lease(at(1)).unwrap();
//! assert!(lease.until.remaining(at(1)) > Duration::from_secs(3000));
//!
//! // It is renewed half a minute before its expiry or earlier, and nobody waits for that.
//! assert!(matches!(cache.acquire(at(3570), Duration::ZERO), Acquire::Ready(_)));
//! let Some(Action::Send(renewal)) = cache.poll_action(at(3570)) else { panic!() };
//! cache.handle_response(at(3571), renewal.flight(), &Response::new(503, [], b""));
//! // The server failed. The token is still good, so no caller notices.
//! assert!(matches!(cache.acquire(at(3571), Duration::ZERO), Acquire::Ready(_)));
//!
//! // Once it is over, it is no longer handed out.
//! assert!(matches!(cache.acquire(at(3600), Duration::ZERO), Acquire::Wait(_)));
//! # Ok::<(), jeel_auth_core::CredentialsError>(())
//! ```
//!
//! # What always holds
//!
//! At most one request is in flight. In any window of length `W` at most
//! `burst + W / interval + 2T + C` requests are sent, where `T` counts the tokens whose renewal time
//! or expiry fell in the window and `C` the times new credentials were given, for any behaviour of
//! servers, callers and clocks. No token is handed out at or after its expiry on either clock. A failed
//! renewal never costs a usable token. One outcome answers all who waited for it. Every hold-off
//! ends. A rejection invalidates one token, once. The same seed and inputs give the same outputs.
//! No secret is in any `Debug`, `Display`, error or event.
//!
//! [`manual`] has the reasons.

pub mod http1;
pub mod manual;
pub mod share;

mod cache;
mod challenge;
mod credentials;
mod endpoint;
mod error;
mod moment;
mod policy;
mod request;
mod response;
mod rng;
mod secret_buffer;
#[cfg(feature = "serde")]
mod serialize;
mod token;
mod words;

pub use cache::{
    Acquire, Action, Cache, Counters, EncodingChoice, Event, Lease, SendFailure, State, Status,
    Ticket,
};
pub use challenge::Challenge;
pub use credentials::{Credentials, CredentialsError};
pub use endpoint::{Endpoint, EndpointError, Environment, LoopbackHttp, Origin};
pub use error::{Blame, Error, ErrorKind, ResponseFacts, Retry, TransportKind};
pub use moment::Moment;
pub use policy::{Policy, TransportPolicy};
pub use request::{BodyEncoding, FlightId, Scope, ScopeError, TokenRequest};
pub use response::{MalformedResponse, Response};
pub use secret_buffer::SecretBuffer;
pub use token::{AccessToken, Generation};
pub use words::UnknownWord;
