//! The interface between the suite and an adapter, blocking or async.

use crate::Setup;
use jeel_auth::core::{Credentials, Error, Status};
use jeel_auth::{Async, AsyncTransport, Blocking, BlockingTransport, Driver, Token, TokenSource};
use std::error;
use std::future::Future;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// An adapter under test.
#[derive(Clone, Copy, Debug)]
pub struct Adapter {
    pub(crate) name: &'static str,
    pub(crate) connect: fn(&Setup) -> Connected,
}

/// A client, or the error of its setup.
pub type Connected = Result<Arc<dyn Client>, Box<dyn error::Error>>;

impl Adapter {
    /// The name of its HTTP library or runtime.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Makes a client on this adapter.
    ///
    /// # Errors
    /// Returns an error if the transport cannot be set up.
    pub fn connect(&self, setup: &Setup) -> Connected {
        (self.connect)(setup)
    }
}

/// A token source as scenarios use it.
pub trait Client: Send + Sync {
    /// Asks with concurrent callers. Returns the result of each caller that did not panic.
    fn ask(&self, callers: usize, ask: Ask) -> Vec<Answer>;

    /// Reports that a resource server rejected the token.
    fn reject(&self, token: &Token);

    /// Replaces the client's credentials.
    fn set_credentials(&self, credentials: Credentials);

    /// The state of its cache.
    fn status(&self) -> Status;
}

/// A request of one caller.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Ask {
    /// A token, with the policy's time to wait.
    Token,
    /// A token within this time.
    Within(Duration),
    /// A token that stays usable for this time.
    ValidFor(Duration),
}

/// The result of one caller.
pub type Answer = Result<Token, Error>;

/// A token source and its callers.
struct Called<D, C> {
    source: TokenSource<D>,
    callers: C,
}

/// Concurrent callers: threads or tasks.
trait Callers<D>: Send + Sync {
    fn ask(&self, source: &TokenSource<D>, callers: usize, ask: Ask) -> Vec<Answer>;
}

impl<D: Send + Sync, C: Callers<D>> Client for Called<D, C> {
    fn ask(&self, callers: usize, ask: Ask) -> Vec<Answer> {
        self.callers.ask(&self.source, callers, ask)
    }

    fn reject(&self, token: &Token) {
        self.source.reject(token);
    }

    fn set_credentials(&self, credentials: Credentials) {
        self.source.set_credentials(credentials);
    }

    fn status(&self) -> Status {
        self.source.status()
    }
}

/// A source called by threads.
pub(crate) fn blocking<T: BlockingTransport>(setup: &Setup, transport: Option<T>) -> Connected {
    connect::<Blocking<T>, _>(setup, transport, Threads)
}

/// A source called by tasks of a runtime.
pub(crate) fn asynchronous<T: AsyncTransport>(
    setup: &Setup,
    transport: Option<T>,
    runtime: impl Runtime,
) -> Connected {
    connect::<Async<T>, _>(setup, transport, Tasks(runtime))
}

fn connect<D, C>(setup: &Setup, transport: Option<D::Transport>, callers: C) -> Connected
where
    D: Driver + Send + Sync + 'static,
    C: Callers<D> + 'static,
{
    Ok(Arc::new(Called { source: setup.source(transport)?, callers }))
}

struct Threads;

impl<T: BlockingTransport> Callers<Blocking<T>> for Threads {
    fn ask(&self, source: &TokenSource<Blocking<T>>, callers: usize, ask: Ask) -> Vec<Answer> {
        let caller = || match ask {
            Ask::Token => source.token(),
            Ask::Within(wait) => source.token_within(wait),
            Ask::ValidFor(valid_for) => source.token_valid_for(valid_for),
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..callers).map(|_| scope.spawn(caller)).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        })
    }
}

/// The functions of an async runtime that the suite needs.
pub(crate) trait Runtime: Send + Sync + 'static {
    fn block_on<F: Future>(&self, future: F) -> F::Output;

    /// Starts a task. Its result is `None` if it panics.
    fn spawn<F>(&self, future: F) -> impl Future<Output = Option<F::Output>> + Send
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;
}

struct Tasks<R>(R);

impl<T: AsyncTransport, R: Runtime> Callers<Async<T>> for Tasks<R> {
    fn ask(&self, source: &TokenSource<Async<T>>, callers: usize, ask: Ask) -> Vec<Answer> {
        let caller = |source: TokenSource<Async<T>>| async move {
            match ask {
                Ask::Token => source.token().await,
                Ask::Within(wait) => source.token_within(wait).await,
                Ask::ValidFor(valid_for) => source.token_valid_for(valid_for).await,
            }
        };
        self.0.block_on(async {
            let tasks = (0..callers).map(|_| self.0.spawn(caller(source.clone())));
            let tasks: Vec<_> = tasks.collect();
            let mut answers = Vec::with_capacity(callers);
            for task in tasks {
                answers.extend(task.await);
            }
            answers
        })
    }
}
