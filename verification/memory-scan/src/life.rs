//! Runs of a token source: with responses from memory, and the part that adapters share.

use crate::Outcome;
use crate::mark::Marks;
use crate::scripted::{Answer, Scripted};
use crate::texts::Texts;
use crate::wiped::Wiped;
use futures_lite::future;
use jeel_auth::core::{Credentials, Environment, Error, Policy};
use jeel_auth::{Ask, Builder, Runtime, Token, TokenSource, Transport, blocking};
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
    threads(for_threads(marks, server.clone())?.build()?, marks, texts, cycles)?;
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
    let source = for_tasks(marks, server.clone())?.build()?;
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
        let builder = blocking::TokenSource::builder_from_env(server.clone())?;
        texts.debug(&builder);
        let source = builder.policy(impatient()).build()?;
        let _ = source.token().map_err(|error| texts.error(&error));
    }
    fs::remove_file(file)?;
    ended(&server)
}

/// A source for threads with hardly a hold-off and no budget, so that each call sends a request.
pub(crate) fn for_threads(
    marks: &Marks,
    transport: impl blocking::Transport,
) -> Outcome<Builder<blocking::TokenSource>> {
    let credentials = credentials(marks)?;
    let builder = blocking::TokenSource::builder(Environment::Sandbox, credentials, transport);
    Ok(builder.policy(impatient()))
}

/// The same for tasks.
pub(crate) fn for_tasks(
    marks: &Marks,
    transport: impl Transport + Runtime,
) -> Outcome<Builder<TokenSource>> {
    let builder = TokenSource::builder(Environment::Sandbox, credentials(marks)?, transport);
    Ok(builder.policy(impatient()))
}

/// Acquires tokens repeatedly, with threads. Returns the number of token requests.
pub(crate) fn threads(
    source: blocking::TokenSource,
    marks: &Marks,
    texts: &Texts,
    cycles: usize,
) -> Outcome<u64> {
    for cycle in 0..cycles {
        if cycle % 8 == 3 {
            // This caller leaves at once. Its request continues.
            texts.debug(&source.token_with(Ask::new().within(Duration::ZERO)));
        }
        match source.token() {
            Ok(token) => source.reject(&shown(token, texts)),
            Err(error) => source.set_credentials(replaced(&error, marks, texts)?),
        }
        texts.debug(&source.status());
    }
    Ok(source.status().counters.requests)
}

/// Acquires tokens repeatedly, with tasks. Some tasks are dropped while they wait. Returns
/// the number of token requests.
pub(crate) async fn tasks(
    source: TokenSource,
    marks: &Marks,
    texts: &Texts,
    cycles: usize,
) -> Outcome<u64> {
    for cycle in 0..cycles {
        if cycle % 8 == 3 {
            let cancelled = async {
                future::yield_now().await;
                None
            };
            let asked = async { Some(source.token().await) };
            texts.debug(&future::or(asked, cancelled).await);
        }
        match source.token().await {
            Ok(token) => source.reject(&shown(token, texts)),
            Err(error) => source.set_credentials(replaced(&error, marks, texts)?),
        }
        texts.debug(&source.status());
    }
    Ok(source.status().counters.requests)
}

/// The token, which is rejected next, so that the next call sends a request.
fn shown(token: Token, texts: &Texts) -> Token {
    texts.debug(&(&token, token.authorization().clone()));
    token
}

/// New credentials after an error, so that the next call sends a request.
fn replaced(error: &Error, marks: &Marks, texts: &Texts) -> Outcome<Credentials> {
    texts.error(error);
    credentials(marks)
}

fn credentials(marks: &Marks) -> Outcome<Credentials> {
    Ok(Credentials::new("school", marks.secret.planted())?)
}

/// Hold-offs as short as can be: a caller still gets the error, and its next call sends a request.
fn impatient() -> Policy {
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    policy.interval = Duration::ZERO;
    policy.fresh_for = Duration::ZERO;
    for hold_off in [
        &mut policy.backoff_floor,
        &mut policy.backoff_ceiling,
        &mut policy.backoff_ceiling_without_token,
        &mut policy.rate_limited_floor,
        &mut policy.rate_limited_ceiling,
        &mut policy.retry_after_ceiling,
        &mut policy.retry_after_ceiling_without_token,
        &mut policy.not_soon_floor,
        &mut policy.not_soon_ceiling,
        &mut policy.denied_floor,
        &mut policy.denied_ceiling,
    ] {
        *hold_off = Duration::from_nanos(1);
    }
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
