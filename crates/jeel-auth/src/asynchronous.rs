//! Waiting with a task.

use crate::call::Call;
use crate::caller::{Caller, Look};
use crate::shared::Flight;
use crate::source::{Async, TokenSource};
use crate::sync::EventListener;
use crate::token::Token;
use crate::transport::AsyncTransport;
use http::HeaderValue;
use jeel_auth_core::Error;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

impl<T: AsyncTransport> TokenSource<Async<T>> {
    /// A usable token; waits for one up to the policy's time for callers (30 s by default).
    ///
    /// Dropping the future at any point loses nothing: not the request, not the other waiters.
    ///
    /// # Errors
    /// Why there is none, whose fault that is, and when it is tried again.
    #[inline]
    pub fn token(&self) -> impl Future<Output = Result<Token, Error>> {
        self.call(None, |token| Poll::Ready(Ok(token.clone())))
    }

    /// A usable token; waits for one up to `wait`.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    #[inline]
    pub fn token_within(&self, wait: Duration) -> impl Future<Output = Result<Token, Error>> {
        self.call(Some(wait), |token| Poll::Ready(Ok(token.clone())))
    }

    /// A token that is usable for at least `valid_for` from now, for a caller about to start
    /// something long. Waits as [`token`](Self::token).
    ///
    /// # Errors
    /// As [`token`](Self::token), and
    /// [`LifetimeTooShort`](jeel_auth_core::ErrorKind::LifetimeTooShort) when no token of this
    /// server's lives that long.
    pub fn token_valid_for(
        &self,
        valid_for: Duration,
    ) -> impl Future<Output = Result<Token, Error>> {
        self.wait_for_token(valid_for, self.caller_wait())
    }

    /// The value of the `Authorization` field, built once per token and marked sensitive.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    #[inline]
    pub fn authorization(&self) -> impl Future<Output = Result<HeaderValue, Error>> {
        self.call(None, authorization)
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
        self.call(None, |token| Poll::Ready(Ok(f(token.authorization()))))
    }

    /// Fetches a token if there is none: a warm-up, so that the first call need not wait.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub fn ready(&self) -> impl Future<Output = Result<(), Error>> {
        self.call(None, |_| Poll::Ready(Ok(())))
    }

    #[inline]
    fn call<R, F: FnOnce(&Token) -> Poll<Result<R, Error>>>(
        &self,
        wait: Option<Duration>,
        take: F,
    ) -> Call<'_, T, F> {
        Call { source: self, wait, take: Some(take), waiting: None }
    }

    pub(crate) async fn wait_for_token(
        &self,
        at_least: Duration,
        wait: Duration,
    ) -> Result<Token, Error> {
        let mut caller = Caller::new(at_least, wait);
        loop {
            let (look, flight) = caller.look(self.shared());
            if let Some(flight) = flight {
                launch(self.driver(), flight);
            }
            match look {
                Look::Answer(answer) => return answer,
                Look::Wait(outcome, at_most) => self.outcome_within(outcome, at_most).await,
            }
        }
    }

    async fn outcome_within(&self, outcome: EventListener, at_most: Duration) {
        let mut outcome = pin!(outcome);
        let mut sleep = pin!(self.driver().0.sleep(at_most));
        poll_fn(|context| {
            if outcome.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            sleep.as_mut().poll(context)
        })
        .await;
    }
}

/// In a function of its own for the reason that the blocking one is.
#[inline(never)]
fn authorization(token: &Token) -> Poll<Result<HeaderValue, Error>> {
    Poll::Ready(Ok(token.authorization().clone()))
}

/// Carries a flight on a task of its own, so that no caller's cancellation ends it.
fn launch<T: AsyncTransport>(driver: &Arc<Async<T>>, flight: Flight) {
    let carrier = Arc::clone(driver);
    driver.0.spawn(async move { carry(&carrier.0, flight).await });
}

async fn carry<T: AsyncTransport>(transport: &T, flight: Flight) {
    let mut next = Some(flight);
    while let Some(flight) = next {
        let Some(request) = flight.request() else { return };
        let outcome = transport.send(request).await;
        next = flight.finish(outcome);
    }
}
