//! Access tokens for the [Jeel Pay](https://jeel.co) API, on tokio and [reqwest] 0.13.
//!
//! ```no_run
//! use jeel_auth_reqwest::{Reqwest, TokenSource};
//!
//! # async fn call(api: reqwest::Client) -> Result<(), Box<dyn std::error::Error>> {
//! // JEELPAY_CLIENT_ID, JEELPAY_CLIENT_SECRET and JEELPAY_ENV (sandbox or production).
//! let tokens = TokenSource::from_env(Reqwest::new()?)?;
//!
//! // For every call: the cached token, renewed in the background, never an expired one.
//! let token = tokens.token().await?;
//! let response = api
//!     .get("https://api.sandbox.jeel.co/v1/payments")
//!     .header("Authorization", token.authorization())
//!     .send()
//!     .await?;
//! if response.status() == 401 {
//!     tokens.reject(&token); // and call once more with the next `tokens.token().await?`
//! }
//! # Ok(())
//! # }
//! ```
//!
//! With the feature `middleware`, `JeelAuth` does the latter half by itself.
//!
//! A [`TokenSource`] is made once and cloned to wherever it is needed; clones share one cache.
//! [`TokenSource::builder_from_env`] lists the variables; [`TokenSource::builder`] does without them.
//! Both take a [`Policy`]. [`Reqwest`] takes extra roots, a whole TLS configuration, or your own
//! client. Dropping a call's future at any point loses nothing, neither the token request nor the
//! other waiters.
//!
//! **This crate does not** retry your calls except once after a 401 and only in the middleware,
//! verify tokens, keep tokens on disk, share them between processes, or run on other runtimes than
//! tokio. It has no task or thread of its own between token requests. A process that forks must not
//! use, in the child, a source made before the fork: another thread may hold its lock.
//!
//! Certificates are checked against the system's roots, by rustls with ring.
//!
//! # Features
//!
//! - `middleware` (off by default, five crates more): `JeelAuth`, on `reqwest-middleware`.

mod client;
mod failure;
#[cfg(feature = "middleware")]
mod middleware;
mod transport;
mod tx_id;

pub use client::client_builder;
#[cfg(not(target_os = "android"))]
pub use client::client_builder_with_extra_roots;
pub use jeel_auth::core::{
    Blame, BodyEncoding, Counters, Credentials, CredentialsError, EncodingChoice, Endpoint,
    EndpointError, Environment, Error, ErrorKind, Generation, LoopbackHttp, MalformedResponse,
    Origin, Policy, ResponseFacts, State, Status, TransportKind,
};
pub use jeel_auth::{Ask, Builder, ConfigError, Token, TokenSource};
#[cfg(feature = "middleware")]
pub use middleware::{JeelAuth, SetupError};
pub use transport::Reqwest;
pub use tx_id::TxId;

/// A source that is configured by the environment variables of Jeel's guide, with the transport
/// [`Reqwest`].
///
/// # Errors
/// A missing or malformed setting, by the name of its variable; or the system has no usable roots.
pub fn from_env() -> Result<TokenSource, ConfigError> {
    TokenSource::from_env(Reqwest::new()?)
}
