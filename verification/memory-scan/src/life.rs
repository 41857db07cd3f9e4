//! Runs of a token source: with responses from memory, and the part that adapters share.

use crate::Outcome;
use crate::mark::Marks;
use crate::scripted::{Answer, Scripted};
use crate::texts::Texts;
use crate::wiped::Wiped;
use futures_lite::future;
use jeel_auth::core::{Credentials, Environment, Error, Policy};
use jeel_auth::{
    Async, AsyncTransport, Blocking, BlockingTransport, Builder, Driver, Token, TokenSource,
};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// Runs threads with responses from memory. Returns the number of token requests.
///
/// # Errors
/// Returns an error if a source cannot be built, or if a request does not end.
pub fn with_threads(
    marks: &Arc<Marks>,
    texts: &Texts,
    script: &'static [Answer],
    cycles: usize,
) -> Outcome<usize> {
    let server = Scripted::new(marks, script);
    let source = built::<Blocking<Scripted>>(marks, |source| source.transport(server.clone()))?;
    threads(source, marks, texts, cycles)?;
    ended(&server)
}

/// Runs tasks with responses from memory. Returns the number of token requests.
///
/// # Errors
/// The same as [`with_threads`].
pub fn with_tasks(
    marks: &Arc<Marks>,
    texts: &Texts,
    script: &'static [Answer],
    cycles: usize,
) -> Outcome<usize> {
    let server = Scripted::new(marks, script);
    let source = built::<Async<Scripted>>(marks, |source| source.transport(server.clone()))?;
    smol::block_on(tasks(source, marks, texts, cycles))?;
    ended(&server)
}

/// Runs sources that read the secret from a file named by the environment, as for mounted secrets.
/// Returns the number of token requests.
///
/// # Errors
/// The same as [`with_threads`], and an error if the file cannot be written.
pub fn from_file(
    marks: &Arc<Marks>,
    texts: &Texts,
    script: &'static [Answer],
    file: &Path,
    lives: usize,
) -> Outcome<usize> {
    let server = Scripted::new(marks, script);
    fs::write(file, Wiped::new().mark(&marks.secret).text("\n"))?;
    for _ in 0..lives {
        let source = Builder::<Blocking<Scripted>>::from_env()?;
        texts.debug(&source);
        let source = source.transport(server.clone()).policy(impatient()).build()?;
        let _ = source.token().map_err(|error| texts.error(&error));
    }
    fs::remove_file(file)?;
    ended(&server)
}

/// A source whose policy has no hold-offs and no budget, so that each call sends a request.
pub(crate) fn built<D: Driver>(
    marks: &Marks,
    more: impl FnOnce(Builder<D>) -> Builder<D>,
) -> Outcome<TokenSource<D>> {
    let source = TokenSource::builder(Environment::Sandbox, credentials(marks)?);
    Ok(more(source).policy(impatient()).build()?)
}

/// Acquires tokens repeatedly, with threads.
pub(crate) fn threads<T: BlockingTransport>(
    source: TokenSource<Blocking<T>>,
    marks: &Marks,
    texts: &Texts,
    cycles: usize,
) -> Outcome {
    for cycle in 0..cycles {
        if cycle % 8 == 3 {
            // This caller leaves at once. Its request continues.
            texts.debug(&source.token_within(Duration::ZERO));
        }
        after(&source, source.token(), marks, texts)?;
    }
    Ok(())
}

/// Acquires tokens repeatedly, with tasks. Some tasks are dropped while they wait.
pub(crate) async fn tasks<T: AsyncTransport>(
    source: TokenSource<Async<T>>,
    marks: &Marks,
    texts: &Texts,
    cycles: usize,
) -> Outcome {
    for cycle in 0..cycles {
        if cycle % 8 == 3 {
            let cancelled = async {
                future::yield_now().await;
                None
            };
            let asked = async { Some(source.token().await) };
            texts.debug(&future::or(asked, cancelled).await);
        }
        let answer = source.token().await;
        after(&source, answer, marks, texts)?;
    }
    Ok(())
}

/// Makes the next call send a request.
fn after<D>(
    source: &TokenSource<D>,
    answer: Result<Token, Error>,
    marks: &Marks,
    texts: &Texts,
) -> Outcome {
    match answer {
        Ok(token) => {
            texts.debug(&(&token, token.authorization().clone()));
            source.reject(&token);
        }
        Err(error) => {
            texts.error(&error);
            source.set_credentials(credentials(marks)?);
        }
    }
    texts.debug(&source.status());
    Ok(())
}

fn credentials(marks: &Marks) -> Outcome<Credentials> {
    Ok(Credentials::new("school", marks.secret.planted())?)
}

fn impatient() -> Policy {
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    policy.interval = Duration::ZERO;
    policy.fresh_for = Duration::ZERO;
    policy
}

/// Waits until no request is in flight.
fn ended(server: &Scripted) -> Outcome<usize> {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !server.is_alone() {
        if Instant::now() > deadline {
            return Err("a request did not end".into());
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(server.requests())
}
