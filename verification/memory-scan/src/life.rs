//! Lives of a token source: in memory here, and for adapters what they share.

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

/// Lives with threads on answers from memory; the number of token requests.
///
/// # Errors
/// When a source cannot be built, or does not end.
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

/// Lives with tasks on answers from memory; the number of token requests.
///
/// # Errors
/// As [`with_threads`].
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

/// Lives with the secret out of a file, which the environment names, as mounted secrets are; the
/// number of token requests.
///
/// # Errors
/// As [`with_threads`], and when the file cannot be written.
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

/// A source that meets every answer at once, without hold-offs and without a budget.
pub(crate) fn built<D: Driver>(
    marks: &Marks,
    more: impl FnOnce(Builder<D>) -> Builder<D>,
) -> Outcome<TokenSource<D>> {
    let source = TokenSource::builder(Environment::Sandbox, credentials(marks)?);
    Ok(more(source).policy(impatient()).build()?)
}

/// Asks over and over, from threads.
pub(crate) fn threads<T: BlockingTransport>(
    source: TokenSource<Blocking<T>>,
    marks: &Marks,
    texts: &Texts,
    cycles: usize,
) -> Outcome {
    for cycle in 0..cycles {
        if cycle % 8 == 3 {
            // Leaves at once; the request goes on.
            texts.debug(&source.token_within(Duration::ZERO));
        }
        after(&source, source.token(), marks, texts)?;
    }
    Ok(())
}

/// Asks over and over, from tasks; some are dropped while they wait.
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

/// Sees to it that the next call asks the server again.
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

/// Waits until nobody carries a request any more.
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
