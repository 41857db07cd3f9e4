//! What applications with tasks hold.

use crate::ask::Ask;
use crate::builder::Builder;
use crate::call::Call;
use crate::caller::{Caller, Look};
use crate::fixed::{self, NoRuntime};
use crate::flight::FlightGuard;
use crate::settings::{ConfigError, Settings};
use crate::shared::Shared;
use crate::sync::EventListener;
use crate::token::Token;
use crate::transport::{Driver, Runtime, Transport};
use http::HeaderValue;
use jeel_auth_core::{
    Credentials, Environment, Error, Origin, Response, SendFailure, Status, TransportKind,
};
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// A valid access token, at hand for every API call: for async code.
///
/// Make it once and clone it to where it is needed: clones share one cache. It is a plain type, so
/// that a library can take any source and name no transport; adapters such as `jeel-auth-reqwest`
/// supply that at construction.
///
/// While a token is valid, a call costs one atomic load and a look at the clock. Near its expiry the
/// token is still handed out while one request renews it in the background. Only without a usable
/// token does a caller wait, up to its own time, for the one request that serves all waiting callers.
/// That request belongs to the cache: a caller may leave, be cancelled or panic, and it goes on.
///
/// [`blocking::TokenSource`](crate::blocking::TokenSource) is the same for threads.
#[derive(Clone)]
pub struct TokenSource {
    shared: Arc<Shared>,
    driver: Arc<dyn Driver>,
}

impl TokenSource {
    /// A source that is configured by the environment variables of Jeel's guide.
    /// [`builder_from_env`](Self::builder_from_env) lists them.
    ///
    /// # Errors
    /// A missing or malformed setting, by the name of its variable.
    pub fn from_env(transport: impl Transport + Runtime) -> Result<Self, ConfigError> {
        Self::builder_from_env(transport)?.build()
    }

    /// A builder that starts from the environment variables of Jeel's guide, and a few of ours:
    ///
    #[doc = include_str!("settings/variables.md")]
    ///
    /// # Errors
    /// A missing or malformed setting, by the name of its variable and never with a secret.
    pub fn builder_from_env(
        transport: impl Transport + Runtime,
    ) -> Result<Builder<Self>, ConfigError> {
        Ok(Self::with_settings(Settings::from_env()?, transport))
    }

    /// A builder for one of Jeel's environments.
    pub fn builder(
        environment: Environment,
        credentials: Credentials,
        transport: impl Transport + Runtime,
    ) -> Builder<Self> {
        Self::with_settings(Settings::new(environment, credentials), transport)
    }

    /// A source that always hands out this token, for unit tests of applications. It opens no socket
    /// and needs no runtime. What is rejected shows in [`status`](Self::status), and is handed out
    /// again.
    ///
    /// # Errors
    /// When the text could not be sent as a token: it must be one or more visible ASCII characters.
    pub fn fixed(token: &str) -> Result<Self, ConfigError> {
        Ok(Self::new(fixed::shared(token)?, Arc::new(NoRuntime)))
    }

    fn with_settings(settings: Settings, transport: impl Transport + Runtime) -> Builder<Self> {
        Builder::new(settings, move |shared| Self::new(shared, Arc::new(transport)))
    }

    pub(crate) fn new(shared: Arc<Shared>, driver: Arc<dyn Driver>) -> Self {
        Self { shared, driver }
    }

    /// A usable token. Waits for one up to the policy's time for callers (30 s by default).
    ///
    /// Dropping the future at any point loses nothing: not the request, not the other waiters.
    ///
    /// # Errors
    /// Why there is none, whose fault that is, and when it is tried again.
    #[inline]
    pub fn token(&self) -> impl Future<Output = Result<Token, Error>> + Send {
        Call::new(self, |token: &Token| Poll::Ready(Ok(token.clone())))
    }

    /// A usable token, with a time to wait or a time that it must be good for.
    ///
    /// # Errors
    /// As [`token`](Self::token), and
    /// [`LifetimeTooShort`](jeel_auth_core::ErrorKind::LifetimeTooShort) when no token of this server
    /// lives as long as asked for.
    pub fn token_with(&self, ask: Ask) -> impl Future<Output = Result<Token, Error>> + Send {
        self.wait(ask)
    }

    /// The value of the `Authorization` field, built once per token and marked sensitive.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    #[inline]
    pub fn authorization(&self) -> impl Future<Output = Result<HeaderValue, Error>> + Send {
        Call::new(self, authorization)
    }

    /// As [`authorization`](Self::authorization), borrowed for the time of a call: nothing is
    /// cloned.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    #[inline]
    pub fn with_authorization<R>(
        &self,
        f: impl FnOnce(&HeaderValue) -> R,
    ) -> impl Future<Output = Result<R, Error>> {
        Call::new(self, |token: &Token| Poll::Ready(Ok(f(token.authorization()))))
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

    pub(crate) async fn wait(&self, ask: Ask) -> Result<Token, Error> {
        let mut caller = Caller::new(&self.shared, ask);
        loop {
            let can_launch = self.driver.check();
            match caller.look(can_launch, |flight| launch(&self.driver, flight)) {
                Look::Answer(answer) => return answer,
                Look::Wait(outcome, at_most) => self.outcome_within(outcome, at_most).await,
            }
        }
    }

    async fn outcome_within(&self, outcome: EventListener, at_most: Duration) {
        let mut outcome = pin!(outcome);
        let mut sleep = self.driver.sleep(at_most);
        poll_fn(|context| {
            if outcome.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            sleep.as_mut().poll(context)
        })
        .await;
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("api_origin", &self.api_origin())
            .finish_non_exhaustive()
    }
}

/// In its own function for the reason that the blocking one is.
#[inline(never)]
fn authorization(token: &Token) -> Poll<Result<HeaderValue, Error>> {
    Poll::Ready(Ok(token.authorization().clone()))
}

/// Sends a flight in its own task, so that cancelling a caller does not cancel it.
fn launch(driver: &Arc<dyn Driver>, mut flight: FlightGuard) {
    let carrier = Arc::clone(driver);
    driver.spawn(Box::pin(async move {
        let Some(left) = flight.begin() else { return };
        let Some(outcome) = send_within(&*carrier, &flight, left).await else { return };
        flight.finish(outcome, |next| launch(&carrier, next));
    }));
}

/// Drops a request that takes too long, even if its transport does not end: the next one may be sent
/// soon. `None` without a request.
async fn send_within(
    driver: &dyn Driver,
    flight: &FlightGuard,
    left: Duration,
) -> Option<Result<Response, SendFailure>> {
    let mut sending = driver.send(flight.request()?);
    let mut alarm = driver.sleep(left);
    let outcome = poll_fn(|context| {
        // First, because the task may not have run for a while: the transport must send nothing more
        // when the cache has given the flight up.
        if flight.time_left().is_none() || alarm.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(SendFailure::new(
                TransportKind::TimedOut,
                format_args!("the whole request took longer than {left:?}"),
            )));
        }
        sending.as_mut().poll(context)
    });
    Some(outcome.await)
}
