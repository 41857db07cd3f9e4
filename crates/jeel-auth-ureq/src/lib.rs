//! Blocking access tokens for the [Jeel Pay](https://jeel.co) API, on [ureq] 3.
//!
//! ```no_run
//! use jeel_auth_ureq::TokenSource;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // JEELPAY_CLIENT_ID, JEELPAY_CLIENT_SECRET and JEELPAY_ENV (sandbox or production).
//! let tokens = TokenSource::from_env()?;
//!
//! // For every call: the cached token, renewed in the background, never an expired one.
//! let api = ureq::agent();
//! let token = tokens.token()?;
//! let response = api
//!     .get("https://api.sandbox.jeel.co/v1/payments")
//!     .header("Authorization", token.authorization())
//!     .call();
//! if let Err(ureq::Error::StatusCode(401)) = response {
//!     tokens.reject(&token); // and call once more with the next `tokens.token()?`
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A [`TokenSource`] is made once and cloned to wherever it is needed; clones share one cache.
//! [`Builder::from_env`] lists the variables; [`TokenSource::builder`] does without them, and takes a
//! [`Policy`] and an agent of your own ([`Ureq::with_agent`]).
//!
//! **This crate does not** call Jeel's API for you, retry your calls, verify tokens, keep tokens on
//! disk, or share them between processes. It starts a short-lived thread for each token request, so
//! that a caller with little time never waits for a slow server; between token requests there is no
//! thread. A process that forks must not use, in the child, a source made before the fork: another
//! thread may hold its lock.
//!
//! Certificates are checked against the system's roots, by rustls with ring.

mod transport;

use jeel_auth::Blocking;

pub use jeel_auth::core::{
    Blame, BodyEncoding, Counters, Credentials, CredentialsError, EncodingChoice, Endpoint,
    EndpointError, Environment, Error, ErrorKind, Generation, LoopbackHttp, MalformedResponse,
    Origin, Policy, ResponseFacts, State, Status, TransportKind,
};
pub use jeel_auth::{ConfigError, Token};
pub use transport::Ureq;

/// A valid access token, at hand for every API call.
pub type TokenSource = jeel_auth::TokenSource<Blocking<Ureq>>;

/// Configures a [`TokenSource`].
pub type Builder = jeel_auth::Builder<Blocking<Ureq>>;
