//! What applications hold.

use crate::builder::Builder;
use crate::settings::ConfigError;
use crate::shared::Shared;
use crate::token::Token;
use crate::transport::{AsyncTransport, BlockingTransport};
use jeel_auth_core::{Credentials, Environment, Origin, Status};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Drives a [`TokenSource`] from threads.
#[derive(Debug)]
pub struct Blocking<T>(pub(crate) T);

/// Drives a [`TokenSource`] from tasks.
#[derive(Debug)]
pub struct Async<T>(pub(crate) T);

/// A valid access token, at hand for every API call.
///
/// Clone it freely: clones share one cache. `D` is [`Blocking`] or [`Async`] around an adapter's
/// transport; adapters export the whole type under this same name.
///
/// While a token is valid, a call costs one atomic load and a look at the clock. Near its expiry
/// the token is still handed out while one request renews it in the background. Only without a
/// usable token does a caller wait, up to its own time, for the one request that serves all who
/// wait. That request belongs to the cache: a caller may leave, be cancelled or panic, and it goes
/// on.
pub struct TokenSource<D> {
    shared: Arc<Shared>,
    driver: Arc<D>,
}

impl<D: Driver> TokenSource<D> {
    /// A source for one of Jeel's environments, to be configured further.
    pub fn builder(environment: Environment, credentials: Credentials) -> Builder<D> {
        Builder::new(environment, credentials)
    }

    /// A source configured by the environment variables of Jeel's guide; see
    /// [`Builder::from_env`].
    ///
    /// # Errors
    /// A missing or malformed setting, by the name of its variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        Builder::from_env()?.build()
    }
}

impl<D> TokenSource<D> {
    pub(crate) fn new(shared: Arc<Shared>, driver: D) -> Self {
        Self { shared, driver: Arc::new(driver) }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn driver(&self) -> &Arc<D> {
        &self.driver
    }

    pub(crate) fn caller_wait(&self) -> Duration {
        self.shared.caller_wait()
    }

    /// The token at hand, if one may be taken without asking or waiting: the fast path alone. No
    /// renewal is started.
    #[inline]
    pub fn cached(&self) -> Option<Token> {
        self.shared().leased()
    }

    /// Tells that a resource server answered 401 to this token. Only the token at hand can be
    /// invalidated, once: late rejections of earlier tokens cost nothing. Call
    /// `token()` again for another one.
    pub fn reject(&self, token: &Token) {
        self.shared().tell(|cache, now| cache.handle_rejected(now, token.generation()));
    }

    /// Replaces the credentials, for a secret that was rotated. Ends a hold-off; the token at hand
    /// stays good.
    pub fn set_credentials(&self, credentials: Credentials) {
        self.shared().tell_all(|cache, now| cache.set_credentials(now, credentials));
    }

    /// The state of the cache, for health checks and people.
    pub fn status(&self) -> Status {
        self.shared().tell(|cache, now| cache.status(now))
    }

    /// The origin of the API the token is for, unless only a token URL was configured. A token must
    /// be sent nowhere else.
    pub fn api_origin(&self) -> Option<&Origin> {
        self.shared.api_origin()
    }
}

impl<D> Clone for TokenSource<D> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), driver: Arc::clone(&self.driver) }
    }
}

impl<D> fmt::Debug for TokenSource<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("api_origin", &self.api_origin())
            .finish_non_exhaustive()
    }
}

/// The two ways to drive a source: [`Blocking`] and [`Async`].
pub trait Driver: sealed::Sealed + Sized {
    /// The transport inside.
    type Transport;

    #[doc(hidden)]
    fn with_defaults() -> Result<Self::Transport, String>;
    #[doc(hidden)]
    fn around(transport: Self::Transport) -> Self;
}

impl<T: BlockingTransport> Driver for Blocking<T> {
    type Transport = T;

    fn with_defaults() -> Result<T, String> {
        T::with_defaults()
    }

    fn around(transport: T) -> Self {
        Self(transport)
    }
}

impl<T: AsyncTransport> Driver for Async<T> {
    type Transport = T;

    fn with_defaults() -> Result<T, String> {
        T::with_defaults()
    }

    fn around(transport: T) -> Self {
        Self(transport)
    }
}

mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for super::Blocking<T> {}
    impl<T> Sealed for super::Async<T> {}
}
