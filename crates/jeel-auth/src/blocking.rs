//! Waiting with a thread.

use crate::caller::{Caller, Look};
use crate::shared::Flight;
use crate::source::{Blocking, TokenSource};
use crate::sync::{Listener, thread};
use crate::token::Token;
use crate::transport::BlockingTransport;
use http::HeaderValue;
use jeel_auth_core::Error;
use std::sync::Arc;
use std::time::Duration;

impl<T: BlockingTransport> TokenSource<Blocking<T>> {
    /// A usable token; waits for one up to the policy's time for callers (30 s by default).
    ///
    /// # Errors
    /// Why there is none, whose fault that is, and when it is tried again.
    #[inline]
    pub fn token(&self) -> Result<Token, Error> {
        self.token_within(self.caller_wait())
    }

    /// A usable token; waits for one up to `wait`.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    #[inline]
    pub fn token_within(&self, wait: Duration) -> Result<Token, Error> {
        match self.cached() {
            Some(token) => Ok(token),
            None => self.wait_for_token(Duration::ZERO, wait),
        }
    }

    /// A token that is usable for at least `valid_for` from now, for a caller about to start
    /// something long. Waits as [`token`](Self::token).
    ///
    /// # Errors
    /// As [`token`](Self::token), and
    /// [`LifetimeTooShort`](jeel_auth_core::ErrorKind::LifetimeTooShort) when no token of this
    /// server's lives that long.
    pub fn token_valid_for(&self, valid_for: Duration) -> Result<Token, Error> {
        self.wait_for_token(valid_for, self.caller_wait())
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

    /// Fetches a token if there is none: a warm-up, so that the first call need not wait.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub fn ready(&self) -> Result<(), Error> {
        self.token().map(drop)
    }

    #[inline]
    fn take<R>(&self, take: impl FnOnce(&Token) -> Result<R, Error>) -> Result<R, Error> {
        match self.cached() {
            Some(token) => take(&token),
            None => take(&self.wait_for_token(Duration::ZERO, self.caller_wait())?),
        }
    }

    #[cold]
    fn wait_for_token(&self, at_least: Duration, wait: Duration) -> Result<Token, Error> {
        let mut caller = Caller::new(at_least, wait);
        loop {
            let (look, flight) = caller.look(self.shared());
            if let Some(flight) = flight {
                launch(Arc::clone(self.driver()), flight);
            }
            match look {
                Look::Answer(answer) => return answer,
                Look::Wait(outcome, at_most) => drop(outcome.wait_timeout(at_most)),
            }
        }
    }
}

/// In a function of its own this is built in its place. In a caller, which has a token to drop, it would
/// be built beside it and copied there, which takes longer than all the rest of a read.
#[inline(never)]
fn authorization(token: &Token) -> Result<HeaderValue, Error> {
    Ok(token.authorization().clone())
}

/// Carries a flight on a thread of its own: a caller with little time must not wait for a slow
/// server.
///
/// If no thread can be had, the flight is dropped, which reports it as abandoned.
fn launch<T: BlockingTransport>(driver: Arc<Blocking<T>>, flight: Flight) {
    let name = "jeel-auth".to_owned();
    let _ = thread::Builder::new().name(name).spawn(move || carry(&driver.0, flight));
}

fn carry<T: BlockingTransport>(transport: &T, flight: Flight) {
    let mut next = Some(flight);
    while let Some(flight) = next {
        let Some(request) = flight.request() else { return };
        let outcome = transport.send(request);
        next = flight.finish(outcome);
    }
}
