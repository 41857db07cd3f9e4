//! Two thousand tasks that acquire tokens without a pause, while tokens live four seconds.
//!
//! `JEEL_LOAD_SECONDS` sets the duration. The default is a few seconds.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and reports"
)]

use jeel_auth::core::{Credentials, Endpoint, Environment, Error, LoopbackHttp};
use jeel_auth::{Runtime, Token, TokenSource, Transport};
use jeel_auth_async_std::{AsyncStd, FuturesIo};
use jeel_auth_emulator::{DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, Emulator, Fault, Response};
use jeel_auth_reqwest::Reqwest;
use jeel_auth_smol::Smol;
use std::env;
use std::future::{Future, poll_fn};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

const TASKS: usize = 2000;
const LIFETIME: Duration = Duration::from_secs(4);

/// One load runs at a time, because each needs the whole machine.
static MACHINE: Mutex<()> = Mutex::new(());

/// The counts of all tasks.
#[derive(Debug, Default)]
struct Tally {
    served: AtomicU64,
    /// Calls that were pending at the first poll.
    waited: AtomicU64,
    errors: AtomicU64,
    /// Tokens that a task had known for longer than their lifetime.
    expired: AtomicU64,
}

fn seconds() -> u64 {
    env::var("JEEL_LOAD_SECONDS").map_or(5, |seconds| seconds.parse().unwrap())
}

/// Runs the tasks against a server that takes 100 ms. Returns the counts, the server and the
/// duration.
fn load(
    transport: impl Transport + Runtime,
    block_on: impl FnOnce(TokenSource, Arc<Tally>, Instant),
    faults: &[Fault],
) -> (Arc<Tally>, Emulator, u64) {
    let _machine = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
    let server = Emulator::builder().lifetime(LIFETIME).delay(Duration::from_millis(100));
    let server = server.start().unwrap();
    server.script_all(faults.to_vec());
    let credentials = Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET).unwrap();
    let endpoint = Endpoint::parse(&server.token_url(), LoopbackHttp::Allowed).unwrap();
    let source = TokenSource::builder(Environment::Sandbox, credentials, transport)
        .endpoint(endpoint)
        .build();
    let tally = Arc::new(Tally::default());
    let seconds = seconds();
    block_on(source.unwrap(), tally.clone(), Instant::now() + Duration::from_secs(seconds));
    println!("{seconds} s, {} token requests: {tally:?}", server.token_request_count());
    (tally, server, seconds)
}

/// One task. It waits for the first token, and then acquires tokens until the end.
async fn ask(source: TokenSource, tally: Arc<Tally>, end: Instant) {
    let mut known = (source.token().await.unwrap().generation(), Instant::now());
    while Instant::now() < end {
        let answer = at_once_or_later(&source, &tally).await;
        match answer {
            Ok(token) => {
                if known.0 != token.generation() {
                    known = (token.generation(), Instant::now());
                }
                tally.expired.fetch_add(u64::from(known.1.elapsed() > LIFETIME), Relaxed);
                tally.served.fetch_add(1, Relaxed);
            }
            Err(_) => {
                tally.errors.fetch_add(1, Relaxed);
            }
        }
        yield_now().await;
    }
}

/// Acquires a token. Counts the call as waiting if the first poll returns `Pending`.
async fn at_once_or_later(source: &TokenSource, tally: &Tally) -> Result<Token, Error> {
    let mut asking = std::pin::pin!(source.token());
    match poll_fn(|context| Poll::Ready(asking.as_mut().poll(context))).await {
        Poll::Ready(answer) => answer,
        Poll::Pending => {
            tally.waited.fetch_add(1, Relaxed);
            asking.await
        }
    }
}

async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// About one request per lifetime. No call waits, fails or gets an expired token.
fn healthy((tally, server, seconds): (Arc<Tally>, Emulator, u64)) {
    assert!(tally.served.load(Relaxed) > 10_000);
    for count in [&tally.waited, &tally.errors, &tally.expired] {
        assert_eq!(count.load(Relaxed), 0, "{tally:?}");
    }
    // A renewal starts 2.6 to 3 s after the request for the previous token.
    let most = seconds * 10 / 26 + 2;
    assert!((seconds / 4..=most).contains(&server.token_request_count()));
}

/// Every other request fails. No call fails, and the requests are within the budget.
fn half_failing((tally, server, seconds): (Arc<Tally>, Emulator, u64)) {
    for count in [&tally.errors, &tally.expired] {
        assert_eq!(count.load(Relaxed), 0, "{tally:?}");
    }
    let budget = 5 + seconds / 12 + 2 * server.tokens_issued();
    assert!(server.token_request_count() <= budget);
    assert!(server.token_request_count() > server.tokens_issued());
}

/// Faults that let every other token request fail, for longer than any run.
fn every_other_fails() -> Vec<Fault> {
    std::iter::repeat_n([Response::new(503).into(), Fault::Pass], 1000).flatten().collect()
}

fn on_tokio(source: TokenSource, tally: Arc<Tally>, end: Instant) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let herd = (0..TASKS).map(|_| tokio::spawn(ask(source.clone(), tally.clone(), end)));
        for task in herd.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
}

fn on_smol(source: TokenSource, tally: Arc<Tally>, end: Instant) {
    smol::block_on(async {
        let herd = (0..TASKS).map(|_| smol::spawn(ask(source.clone(), tally.clone(), end)));
        for task in herd.collect::<Vec<_>>() {
            task.await;
        }
    });
}

fn on_async_std(source: TokenSource, tally: Arc<Tally>, end: Instant) {
    async_std::task::block_on(async {
        let herd =
            (0..TASKS).map(|_| async_std::task::spawn(ask(source.clone(), tally.clone(), end)));
        for task in herd.collect::<Vec<_>>() {
            task.await;
        }
    });
}

#[test]
fn two_thousand_tasks_of_tokio_never_wait_for_a_renewal() {
    healthy(load(Reqwest::new().unwrap(), on_tokio, &[]));
}

#[test]
fn two_thousand_tasks_of_smol_never_wait_for_a_renewal() {
    healthy(load(FuturesIo::<Smol>::new().unwrap(), on_smol, &[]));
}

#[test]
fn two_thousand_tasks_of_async_std_never_wait_for_a_renewal() {
    healthy(load(FuturesIo::<AsyncStd>::new().unwrap(), on_async_std, &[]));
}

#[test]
fn two_thousand_tasks_of_tokio_survive_a_server_that_fails_every_other_time() {
    half_failing(load(Reqwest::new().unwrap(), on_tokio, &every_other_fails()));
}

#[test]
fn two_thousand_tasks_of_smol_survive_a_server_that_fails_every_other_time() {
    let faults = every_other_fails();
    half_failing(load(FuturesIo::<Smol>::new().unwrap(), on_smol, &faults));
}

#[test]
fn two_thousand_tasks_of_async_std_survive_a_server_that_fails_every_other_time() {
    half_failing(load(FuturesIo::<AsyncStd>::new().unwrap(), on_async_std, &every_other_fails()));
}
