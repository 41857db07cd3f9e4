//! A task's call for a token.

use crate::source::{Async, TokenSource};
use crate::token::Token;
use crate::transport::AsyncTransport;
use jeel_auth_core::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// Ends with what `take` makes of a token: at its first poll, where there is a lease. Only a call
/// that has to wait takes memory for that, so that those that need not are small.
///
/// By hand, because an `async fn` is a state machine for both, which no caller inlines.
pub(crate) struct Call<'a, T, F> {
    pub(crate) source: &'a TokenSource<Async<T>>,
    pub(crate) at_least: Duration,
    pub(crate) wait: Duration,
    /// Taken when it ends.
    pub(crate) take: Option<F>,
    pub(crate) waiting: Option<Waiting<'a>>,
}

type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Token, Error>> + Send + 'a>>;

/// `take` is never pinned.
impl<T, F> Unpin for Call<'_, T, F> {}

impl<T: AsyncTransport, R, F: FnOnce(&Token) -> R> Future for Call<'_, T, F> {
    type Output = Result<R, Error>;

    // A hint is not enough: with the guard's release in it, it looks long.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.waiting.is_none()
            && self.at_least.is_zero()
            && let Some(take) = self.take.take()
        {
            match self.source.shared().with_leased(take) {
                Ok(result) => return Poll::Ready(Ok(result)),
                Err(take) => self.take = Some(take),
            }
        }
        self.poll_waiting(context)
    }
}

impl<T: AsyncTransport, R, F: FnOnce(&Token) -> R> Call<'_, T, F> {
    #[cold]
    #[inline(never)]
    fn poll_waiting(&mut self, context: &mut Context<'_>) -> Poll<Result<R, Error>> {
        // None: it ended before, and is polled again.
        let Some(take) = self.take.take() else { return Poll::Pending };
        let source = self.source;
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(source.wait_for_token(self.at_least, self.wait)));
        match waiting.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(answer.map(|token| take(&token))),
            Poll::Pending => {
                self.take = Some(take);
                Poll::Pending
            }
        }
    }
}
