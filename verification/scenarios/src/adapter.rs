//! The interface between the suite and an adapter, blocking or async.

use crate::Setup;
use jeel_auth::core::{Credentials, Error, Status};
use jeel_auth::{Token, TokenSource, Transport, blocking};
use std::error;
use std::future::Future;
use std::sync::Arc;
use std::thread;

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

pub use jeel_auth::Ask;

/// The result of one caller.
pub type Answer = Result<Token, Error>;

/// A source called by threads.
struct Threads(blocking::TokenSource);

/// A source called by tasks of a runtime.
struct Tasks<R> {
    source: TokenSource,
    runtime: R,
}

/// A client on this transport, called by threads.
pub(crate) fn threads(setup: &Setup, transport: impl blocking::Transport) -> Connected {
    Ok(Arc::new(Threads(setup.blocking_source(transport)?)))
}

/// A client on this transport, called by tasks of a runtime.
pub(crate) fn tasks(
    setup: &Setup,
    transport: impl Transport + jeel_auth::Runtime,
    runtime: impl Runtime,
) -> Connected {
    Ok(Arc::new(Tasks { source: setup.source(transport)?, runtime }))
}

impl Client for Threads {
    fn ask(&self, callers: usize, ask: Ask) -> Vec<Answer> {
        thread::scope(|scope| {
            let caller = || match ask == Ask::new() {
                true => self.0.token(),
                false => self.0.token_with(ask),
            };
            let threads: Vec<_> = (0..callers).map(|_| scope.spawn(caller)).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        })
    }

    fn reject(&self, token: &Token) {
        self.0.reject(token);
    }

    fn set_credentials(&self, credentials: Credentials) {
        self.0.set_credentials(credentials);
    }

    fn status(&self) -> Status {
        self.0.status()
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

impl<R: Runtime> Client for Tasks<R> {
    fn ask(&self, callers: usize, ask: Ask) -> Vec<Answer> {
        let caller = |source: TokenSource| async move {
            match ask == Ask::new() {
                true => source.token().await,
                false => source.token_with(ask).await,
            }
        };
        self.runtime.block_on(async {
            let tasks = (0..callers).map(|_| self.runtime.spawn(caller(self.source.clone())));
            let tasks: Vec<_> = tasks.collect();
            let mut answers = Vec::with_capacity(callers);
            for task in tasks {
                answers.extend(task.await);
            }
            answers
        })
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
