//! A task's call for a token.

use crate::source::{Async, TokenSource};
use crate::token::Token;
use crate::transport::AsyncTransport;
use jeel_auth_core::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// Ends as `take` says of a token: at its first poll, where there is a lease. Only a call that has
/// to wait takes memory for that, so that those that need not are small.
///
/// By hand, because an `async fn` is a state machine for both, which no caller inlines.
pub(crate) struct Call<'a, T, F> {
    pub(crate) source: &'a TokenSource<Async<T>>,
    /// `None` is the policy's time for callers.
    pub(crate) wait: Option<Duration>,
    /// Taken when it ends.
    pub(crate) take: Option<F>,
    pub(crate) waiting: Option<Waiting<'a>>,
}

type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Token, Error>> + Send + 'a>>;

/// `take` is never pinned.
impl<T, F> Unpin for Call<'_, T, F> {}

impl<T, R, F> Future for Call<'_, T, F>
where
    T: AsyncTransport,
    F: FnOnce(&Token) -> Poll<Result<R, Error>>,
{
    type Output = Result<R, Error>;

    // A hint is not enough: with the token's release in it, it looks long.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.waiting.is_none()
            && let Some(take) = self.take.take()
        {
            match self.source.cached() {
                Some(token) => return take(&token),
                None => self.take = Some(take),
            }
        }
        self.poll_waiting(context)
    }
}

impl<T: AsyncTransport, F> Call<'_, T, F> {
    #[cold]
    #[inline(never)]
    fn poll_waiting<R>(&mut self, context: &mut Context<'_>) -> Poll<Result<R, Error>>
    where
        F: FnOnce(&Token) -> Poll<Result<R, Error>>,
    {
        // None: it ended before, and is polled again.
        let Some(take) = self.take.take() else { return Poll::Pending };
        let source = self.source;
        let wait = self.wait.unwrap_or(source.caller_wait());
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(source.wait_for_token(Duration::ZERO, wait)));
        match waiting.as_mut().poll(context) {
            Poll::Ready(Ok(token)) => take(&token),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                self.take = Some(take);
                Poll::Pending
            }
        }
    }
}
