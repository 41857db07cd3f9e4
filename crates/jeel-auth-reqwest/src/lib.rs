//! Access tokens for the [Jeel Pay](https://jeel.co) API, on tokio and [reqwest] 0.13.
//!
//! ```no_run
//! # async fn call(api: reqwest::Client) -> Result<(), Box<dyn std::error::Error>> {
//! // JEELPAY_CLIENT_ID, JEELPAY_CLIENT_SECRET and JEELPAY_ENV (sandbox or production).
//! let tokens = jeel_auth_reqwest::from_env()?;
//! let origin = tokens.api_origin().ok_or("JEELPAY_API_URL is not set")?;
//!
//! // For every call: the cached token, renewed in the background, never an expired one.
//! let token = tokens.token().await?;
//! let response = api
//!     .get(format!("{origin}/v1/payments"))
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
//! With the feature `middleware`, `JeelAuth` does the latter half by itself, and reads the 401's
//! [`Challenge`].
//!
//! Make a [`TokenSource`] once and clone it to where it is needed: clones share one cache.
//! [`TokenSource::builder_from_env`] lists the variables. [`TokenSource::builder`] does without them.
//! Both take a transport: [`Reqwest`] with extra roots, a whole TLS configuration, or a client of
//! yours. Dropping a call's future at any point loses nothing, neither the token request nor the other
//! waiters.
//!
//! **This crate does not** verify tokens, keep them on disk, share them between processes, or run on
//! runtimes other than tokio. It retries no call of yours, except for the middleware, once after a 401.
//! Between token requests it has no task and no thread. A process that forks must not use, in the
//! child, a source made before the fork: another thread may hold its lock.
//!
//! Certificates are checked against the system's roots, by rustls with ring.
//!
//! # Features
//!
//! - `middleware` (off by default, five crates more): `JeelAuth`, on `reqwest-middleware`.

mod body;
mod client;
#[cfg(feature = "middleware")]
mod elsewhere;
mod failure;
#[cfg(feature = "middleware")]
mod middleware;
mod proxy;
mod transport;
mod tx_id;

pub use client::client_builder;
#[cfg(not(target_os = "android"))]
pub use client::client_builder_with_extra_roots;
pub use jeel_auth::core::{
    Blame, BodyEncoding, Challenge, Counters, Credentials, CredentialsError, EncodingChoice,
    Endpoint, EndpointError, Environment, Error, ErrorKind, Generation, LoopbackHttp,
    MalformedResponse, Origin, Policy, ResponseFacts, Retry, Scope, State, Status, TransportKind,
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
