//! A task's call for a token.

use crate::ask::Ask;
use crate::source::TokenSource;
use crate::token::Token;
use jeel_auth_core::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Resolves to `take(token)`: at the first poll if there is a lease, else after a boxed wait.
///
/// By hand, because an `async fn` is a state machine for both, which no caller inlines.
pub(crate) struct Call<'a, F> {
    source: &'a TokenSource,
    /// Taken when it ends.
    take: Option<F>,
    wait: Option<BoxedWait<'a>>,
}

type BoxedWait<'a> = Pin<Box<dyn Future<Output = Result<Token, Error>> + Send + 'a>>;

impl<'a, F> Call<'a, F> {
    #[inline]
    pub(crate) const fn new(source: &'a TokenSource, take: F) -> Self {
        Self { source, take: Some(take), wait: None }
    }
}

/// `take` is never pinned.
impl<F> Unpin for Call<'_, F> {}

impl<R, F> Future for Call<'_, F>
where
    F: FnOnce(&Token) -> Poll<Result<R, Error>>,
{
    type Output = Result<R, Error>;

    // A hint is not enough: with the token's release in it, it looks long.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.wait.is_none()
            && let Some(take) = self.take.take()
        {
            match self.source.cached() {
                Some(token) => return take(&token),
                None => self.take = Some(take),
            }
        }
        self.poll_wait(context)
    }
}

impl<F> Call<'_, F> {
    #[cold]
    #[inline(never)]
    fn poll_wait<R>(&mut self, context: &mut Context<'_>) -> Poll<Result<R, Error>>
    where
        F: FnOnce(&Token) -> Poll<Result<R, Error>>,
    {
        // None: it ended before, and is polled again.
        let Some(take) = self.take.take() else { return Poll::Pending };
        let source = self.source;
        let wait = self.wait.get_or_insert_with(|| Box::pin(source.wait(Ask::new())));
        match wait.as_mut().poll(context) {
            Poll::Ready(Ok(token)) => take(&token),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                self.take = Some(take);
                Poll::Pending
            }
        }
    }
}
