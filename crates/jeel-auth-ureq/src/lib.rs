//! Blocking access tokens for the [Jeel Pay](https://jeel.co) API, on [ureq] 3.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // JEELPAY_CLIENT_ID, JEELPAY_CLIENT_SECRET and JEELPAY_ENV (sandbox or production).
//! let tokens = jeel_auth_ureq::from_env()?;
//! let api = tokens.api_origin().ok_or("JEELPAY_API_URL is not set")?;
//!
//! // For every call: the cached token, renewed in the background, never an expired one.
//! let token = tokens.token()?;
//! let response = ureq::get(format!("{api}/v1/payments"))
//!     .header("Authorization", token.authorization())
//!     .call();
//! if let Err(ureq::Error::StatusCode(401)) = response {
//!     tokens.reject(&token); // and call once more with the next `tokens.token()?`
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Make a [`TokenSource`] once and clone it to where it is needed: clones share one cache.
//! [`TokenSource::builder_from_env`] lists the variables. [`TokenSource::builder`] does without them.
//! Both take a transport: [`Ureq`] with extra roots, a whole TLS configuration, or the configuration
//! of a client of yours.
//!
//! **This crate does not** call Jeel's API for you, retry your calls or verify tokens. It starts a
//! short-lived thread for each token request, so that a caller with little time never waits for a slow
//! server. Between token requests there is no thread.
//!
//! Certificates are checked against the system's roots, by rustls with ring.

mod bounded;
mod connect;
mod exchange;
mod stream;
mod transport;

pub use jeel_auth::blocking::TokenSource;
pub use jeel_auth::core::{
    Blame, BodyEncoding, Challenge, Counters, Credentials, CredentialsError, EncodingChoice,
    Endpoint, EndpointError, Environment, Error, ErrorKind, Generation, LoopbackHttp,
    MalformedResponse, Origin, Policy, ResponseFacts, Retry, Scope, State, Status, TransportKind,
};
pub use jeel_auth::{Ask, Builder, ConfigError, Token};
pub use transport::Ureq;

/// A source that is configured by the environment variables of Jeel's guide, with the transport
/// [`Ureq`].
///
/// # Errors
/// A missing or malformed setting, by the name of its variable; or the system has no usable roots.
pub fn from_env() -> Result<TokenSource, ConfigError> {
    TokenSource::from_env(Ureq::new()?)
}
