//! Sources and transports for threads.

use crate::ask::Ask;
use crate::builder::Builder;
use crate::caller::{Caller, Look};
use crate::fixed::{self, NoRuntime};
use crate::flight::FlightGuard;
use crate::settings::{ConfigError, Settings};
use crate::shared::Shared;
use crate::sync::{Listener, thread};
use crate::token::Token;
use http::HeaderValue;
use jeel_auth_core::{
    Credentials, Environment, Error, Origin, Response, SendFailure, Status, TokenRequest,
};
use std::fmt;
use std::sync::Arc;

/// Sends token requests, blocking the thread that calls it.
///
/// Otherwise as [`jeel_auth::Transport`](crate::Transport). Each request has its own thread. A thread
/// cannot be stopped, so [`send`](Self::send) must return within [`TokenRequest::timeout`]: soon after
/// that another request may be sent.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and receives the whole response.
    ///
    /// # Errors
    /// When no whole response came. Any status code is a response.
    fn send(&self, request: &TokenRequest) -> Result<Response, SendFailure>;
}

/// A valid access token, at hand for every API call: for threads.
///
/// It is and does what [`jeel_auth::TokenSource`](crate::TokenSource) is and does for tasks. A
/// caller that waits blocks its thread.
///
/// In async code take [`jeel_auth::TokenSource`](crate::TokenSource) instead. A thread of an async
/// runtime that waits here runs no other task meanwhile, and on a runtime with one thread the whole
/// application stands still. A token at hand never waits.
#[derive(Clone)]
pub struct TokenSource {
    shared: Arc<Shared>,
    transport: Arc<dyn Transport>,
}

impl TokenSource {
    /// A source that is configured by the environment variables of Jeel's guide.
    /// [`builder_from_env`](Self::builder_from_env) lists them.
    ///
    /// # Errors
    /// A missing or malformed setting, by the name of its variable.
    pub fn from_env(transport: impl Transport) -> Result<Self, ConfigError> {
        Self::builder_from_env(transport)?.build()
    }

    /// A builder that starts from the environment variables of Jeel's guide, and a few of ours:
    ///
    #[doc = include_str!("settings/variables.md")]
    ///
    /// # Errors
    /// A missing or malformed setting, by the name of its variable and never with a secret.
    pub fn builder_from_env(transport: impl Transport) -> Result<Builder<Self>, ConfigError> {
        Ok(Self::with_settings(Settings::from_env()?, transport))
    }

    /// A builder for one of Jeel's environments.
    pub fn builder(
        environment: Environment,
        credentials: Credentials,
        transport: impl Transport,
    ) -> Builder<Self> {
        Self::with_settings(Settings::new(environment, credentials), transport)
    }

    /// A source that always hands out this token, for unit tests of applications. It opens no
    /// socket. What is rejected shows in [`status`](Self::status), and is handed out again.
    ///
    /// # Errors
    /// When the text could not be sent as a token: it must be one or more visible ASCII characters.
    pub fn fixed(token: &str) -> Result<Self, ConfigError> {
        Ok(Self::new(fixed::shared(token)?, Arc::new(NoRuntime)))
    }

    fn with_settings(settings: Settings, transport: impl Transport) -> Builder<Self> {
        Builder::new(settings, move |shared| Self::new(shared, Arc::new(transport)))
    }

    pub(crate) fn new(shared: Arc<Shared>, transport: Arc<dyn Transport>) -> Self {
        Self { shared, transport }
    }

    /// A usable token. Waits for one up to the policy's time for callers (30 s by default).
    ///
    /// # Errors
    /// Why there is none, whose fault that is, and when it is tried again.
    #[inline]
    pub fn token(&self) -> Result<Token, Error> {
        match self.cached() {
            Some(token) => Ok(token),
            None => self.wait(Ask::new()),
        }
    }

    /// A usable token, with a time to wait or a time that it must be good for.
    ///
    /// # Errors
    /// As [`token`](Self::token), and
    /// [`LifetimeTooShort`](jeel_auth_core::ErrorKind::LifetimeTooShort) when no token of this server
    /// lives as long as asked for.
    pub fn token_with(&self, ask: Ask) -> Result<Token, Error> {
        self.wait(ask)
    }

    /// The value of the `Authorization` field, built once per token and marked sensitive.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    #[inline]
    pub fn authorization(&self) -> Result<HeaderValue, Error> {
        self.take(authorization)
    }

    /// As [`authorization`](Self::authorization), borrowed for the time of a call: nothing is
    /// cloned.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    #[inline]
    pub fn with_authorization<R>(&self, f: impl FnOnce(&HeaderValue) -> R) -> Result<R, Error> {
        self.take(|token| Ok(f(token.authorization())))
    }

    /// The token at hand, if it may be taken without asking or waiting: the fast path alone. No
    /// renewal is started.
    #[inline]
    pub fn cached(&self) -> Option<Token> {
        self.shared.cached()
    }

    /// Reports that a resource server answered 401 to this token. Only the token at hand can be
    /// rejected, once: late rejections of earlier tokens cost nothing. Ask again, and repeat the call
    /// if the token is another one. While the resource server rejects each token, replacements come
    /// at intervals, and the token stays in use between them.
    pub fn reject(&self, token: &Token) {
        self.shared.tell(|cache, now| cache.handle_rejected(now, token.generation()));
    }

    /// Replaces the credentials, such as after a secret was rotated. Equal ones change nothing. Others
    /// end a hold-off. The token at hand stays good, unless it is another client's.
    pub fn set_credentials(&self, credentials: Credentials) {
        self.shared.tell_all(|cache, now| cache.set_credentials(now, credentials));
    }

    /// The state of the cache, for health checks and people.
    pub fn status(&self) -> Status {
        self.shared.tell(|cache, now| cache.status(now))
    }

    /// The origin of the API the token is for, unless only a token URL was configured. A token must
    /// be sent nowhere else.
    pub fn api_origin(&self) -> Option<&Origin> {
        self.shared.api_origin()
    }

    // A hint is not enough: with the token's release in it, it looks long.
    #[inline(always)]
    fn take<R>(&self, take: impl FnOnce(&Token) -> Result<R, Error>) -> Result<R, Error> {
        match self.cached() {
            Some(token) => take(&token),
            None => take(&self.wait(Ask::new())?),
        }
    }

    #[cold]
    fn wait(&self, ask: Ask) -> Result<Token, Error> {
        let mut caller = Caller::new(&self.shared, ask);
        loop {
            match caller.look(Ok(()), |flight| launch(&self.transport, flight)) {
                Look::Answer(answer) => return answer,
                Look::Wait(outcome, at_most) => drop(outcome.wait_timeout(at_most)),
            }
        }
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("api_origin", &self.api_origin())
            .finish_non_exhaustive()
    }
}

// In its own function the value is built in its place. In a caller, which has a token to drop, it
// would be built beside it and copied there, which takes longer than all the rest of a read.
#[inline(never)]
fn authorization(token: &Token) -> Result<HeaderValue, Error> {
    Ok(token.authorization().clone())
}

/// Sends a flight on its own thread, because a caller with little time must not wait for a slow
/// server.
///
/// If no thread can be had, the flight is dropped, which reports it as abandoned.
fn launch(transport: &Arc<dyn Transport>, mut flight: FlightGuard) {
    let transport = Arc::clone(transport);
    let carry = move || {
        let (Some(_), Some(request)) = (flight.begin(), flight.request()) else { return };
        let outcome = transport.send(request);
        flight.finish(outcome, |next| launch(&transport, next));
    };
    let _ = thread::Builder::new().name("jeel-auth".to_owned()).spawn(carry);
}
