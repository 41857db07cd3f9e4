//! Access tokens for the [Jeel Pay](https://jeel.co) API, on [async-std](async_std).
//!
//! ```no_run
//! use jeel_auth_async_std::TokenSource;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! async_std::task::block_on(async {
//!     // JEELPAY_CLIENT_ID, JEELPAY_CLIENT_SECRET and JEELPAY_ENV (sandbox or production).
//!     let tokens = TokenSource::from_env()?;
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
//! A [`TokenSource`] is made once and cloned to wherever it is needed; clones share one cache.
//! [`Builder::from_env`] lists the variables; [`TokenSource::builder`] does without them, and takes a
//! [`Policy`] and a transport of your own: [`FuturesIo`] with extra roots or a whole TLS
//! configuration. Dropping a call's future at any point loses nothing, neither the token request nor
//! the other waiters.
//!
//! **async-std is discontinued**, in favour of smol, by its own maintainers. This crate is for
//! applications that are on it already; new ones take `jeel-auth-smol`, which is the same in
//! everything else.
//!
//! **This crate does not** call Jeel's API for you, retry your calls, verify tokens, keep tokens on
//! disk, or share them between processes. **It does not use proxies**: see [`FuturesIo`]. A process
//! that forks must not use, in the child, a source made before the fork: another thread may hold its
//! lock.
//!
//! Certificates are checked against the system's roots, by rustls with ring.

mod runtime;

use jeel_auth::Async;

pub use jeel_auth::core::{
    Blame, BodyEncoding, Counters, Credentials, CredentialsError, EncodingChoice, Endpoint,
    EndpointError, Environment, Error, ErrorKind, Generation, LoopbackHttp, MalformedResponse,
    Origin, Policy, ResponseFacts, State, Status, TransportKind,
};
pub use jeel_auth::{ConfigError, Token};
pub use jeel_auth_futures_io::{FuturesIo, TlsSetupError};
pub use runtime::AsyncStd;

/// A valid access token, at hand for every API call.
pub type TokenSource = jeel_auth::TokenSource<Async<FuturesIo<AsyncStd>>>;

/// Configures a [`TokenSource`].
pub type Builder = jeel_auth::Builder<Async<FuturesIo<AsyncStd>>>;
