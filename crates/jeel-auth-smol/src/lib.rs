//! Access tokens for the [Jeel Pay](https://jeel.co) API, on [smol].
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! smol::block_on(async {
//!     // JEELPAY_CLIENT_ID, JEELPAY_CLIENT_SECRET and JEELPAY_ENV (sandbox or production).
//!     let tokens = jeel_auth_smol::from_env()?;
//!
//!     // For every call: the cached token, renewed in the background, never an expired one.
//!     let token = tokens.token().await?;
//!     let field = ("Authorization", token.authorization());
//!     // ... and when the API answers 401:
//!     tokens.reject(&token); // and call once more with the next `tokens.token().await?`
//! #   let _ = field;
//!     Ok(())
//! })
//! # }
//! ```
//!
//! Make a [`TokenSource`] once and clone it to where it is needed: clones share one cache.
//! [`TokenSource::builder_from_env`] lists the variables. [`TokenSource::builder`] does without them. Both
//! take a transport:
//! [`FuturesIo`] with extra roots, a whole TLS configuration,
//! or an executor of yours ([`Smol::with_spawn`]). Dropping a call's future at any point loses nothing, neither the token request nor
//! the other waiters.
//!
//! **This crate does not** call Jeel's API for you, retry your calls, verify tokens, keep tokens on
//! disk, or share them between processes. **It does not use proxies**: see [`FuturesIo`]. A process
//! that forks must not use, in the child, a source made before the fork: another thread may hold its
//! lock.
//!
//! Certificates are checked against the system's roots, by rustls with ring.

mod runtime;

pub use jeel_auth::core::{
    Blame, BodyEncoding, Counters, Credentials, CredentialsError, EncodingChoice, Endpoint,
    EndpointError, Environment, Error, ErrorKind, Generation, LoopbackHttp, MalformedResponse,
    Origin, Policy, ResponseFacts, Scope, State, Status, TransportKind,
};
pub use jeel_auth::{Ask, Builder, ConfigError, Token, TokenSource};
pub use jeel_auth_futures_io::FuturesIo;
pub use runtime::Smol;

/// A source that is configured by the environment variables of Jeel's guide, with the transport
/// [`FuturesIo`] on smol.
///
/// # Errors
/// A missing or malformed setting, by the name of its variable; or the system has no usable roots.
pub fn from_env() -> Result<TokenSource, ConfigError> {
    TokenSource::from_env(FuturesIo::<Smol>::new()?)
}
