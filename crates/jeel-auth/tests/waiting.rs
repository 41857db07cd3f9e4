//! What ends the wait of a caller, and what a subscriber may do.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Answer, ENVIRONMENT, OnSmol, Server, credentials, fixed_encoding, rotated};
use jeel_auth::core::{ErrorKind, Policy, Response, SendFailure, Status, TokenRequest};
use jeel_auth::{Ask, BoxFuture, Runtime, TokenSource, Transport, blocking};
use std::future::poll_fn;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::thread;
use std::time::Duration;

/// Far more than any test takes, so that a test on a busy machine does not reach it.
const LONG: Duration = Duration::from_secs(20);

fn source(server: &Server, policy: Policy) -> blocking::TokenSource {
    blocking::TokenSource::builder(ENVIRONMENT, credentials(), server.clone())
        .encoding(fixed_encoding())
        .policy(policy)
        .build()
        .unwrap()
}

/// Callers wait for the end of a hold-off, which is an hour.
fn patient() -> Policy {
    let mut policy = Policy::default();
    policy.patience = Duration::from_secs(3600);
    policy.denied_floor = Duration::from_secs(3600);
    policy.denied_ceiling = policy.denied_floor;
    policy
}

/// Returns when the denial came, and gives its waiters time to wait again. Without that
/// time the test still passes, and shows less.
fn wait_until_denied(status: impl Fn() -> Status) {
    while status().last_error.is_none() {
        thread::yield_now();
    }
    thread::sleep(Duration::from_millis(50));
}

#[test]
fn new_credentials_wake_a_thread_that_waits_out_a_hold_off() {
    let server = Server::issuing(3600);
    server.script(&[Answer::Status(401)]);
    let source = source(&server, patient());
    thread::scope(|scope| {
        let caller = scope.spawn(|| source.token_with(Ask::new().within(LONG)));
        wait_until_denied(|| source.status());
        source.set_credentials(rotated());
        assert_eq!(caller.join().unwrap().unwrap().expose_secret(), "token-2");
    });
}

#[test]
fn new_credentials_wake_a_task_that_waits_out_a_hold_off() {
    let server = Server::issuing(3600);
    server.script(&[Answer::Status(401)]);
    let source = TokenSource::builder(ENVIRONMENT, credentials(), OnSmol(server))
        .encoding(fixed_encoding())
        .policy(patient())
        .build()
        .unwrap();
    let asking = source.clone();
    let caller = smol::spawn(async move { asking.token_with(Ask::new().within(LONG)).await });
    wait_until_denied(|| source.status());
    source.set_credentials(rotated());
    assert_eq!(smol::block_on(caller).unwrap().expose_secret(), "token-2");
}

/// When the caller wakes, the hold-off is over: another request would be possible, but the failure
/// is the answer.
#[test]
fn a_failure_answers_who_waited_for_it_though_its_hold_off_is_over() {
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    policy.denied_floor = Duration::from_nanos(1);
    policy.denied_ceiling = policy.denied_floor;
    let server = Server::issuing(3600);
    server.script(&[Answer::Status(401)]);
    let source = source(&server, policy);
    assert_eq!(source.token().unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(server.requests(), 1);
    assert_eq!(source.token().unwrap().expose_secret(), "token-2");
}

/// The second rejection in a row shortens the lease of the same token.
#[test]
fn a_lease_that_got_shorter_ends_for_readers_too() {
    let mut policy = Policy::default();
    policy.interval = Duration::ZERO;
    policy.denied_floor = Duration::from_millis(1);
    policy.denied_ceiling = policy.denied_floor;
    let server = Server::issuing(3600);
    let source = source(&server, policy);
    for number in 1..=5 {
        let token = source.token().unwrap();
        assert_eq!(token.expose_secret(), format!("token-{number}"));
        source.reject(&token);
        let mut looks = 0;
        while source.token().unwrap().generation() == token.generation() {
            looks += 1;
            assert!(looks < 10_000, "the readers never come back");
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Keeps its tasks, and leaves it to the test to run them.
#[derive(Clone)]
struct Lazy(OnSmol, Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl Transport for Lazy {
    fn send<'a>(
        &'a self,
        request: &'a TokenRequest,
    ) -> BoxFuture<'a, Result<Response, SendFailure>> {
        self.0.send(request)
    }
}

impl Runtime for Lazy {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.1.lock().unwrap().push(task);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }
}

#[test]
fn a_flight_that_was_given_up_before_its_task_ran_is_not_sent() {
    let mut policy = Policy::default();
    policy.transport.request_timeout = Duration::from_millis(10);
    policy.patience = Duration::ZERO;
    let server = Server::issuing(3600);
    let lazy = Lazy(OnSmol(server.clone()), Arc::default());
    let source = TokenSource::builder(ENVIRONMENT, credentials(), lazy.clone())
        .policy(policy)
        .build()
        .unwrap();
    let asked = smol::block_on(source.token_with(Ask::new().within(LONG)));
    assert!(asked.is_err());
    let tasks = std::mem::take(&mut *lazy.1.lock().unwrap());
    assert!(!tasks.is_empty());
    tasks.into_iter().for_each(smol::block_on);
    assert_eq!(server.requests(), 0);
}

/// A connection that never ends. Each poll could write to it.
#[derive(Clone)]
struct Endless(Lazy, Arc<AtomicUsize>);

impl Transport for Endless {
    fn send<'a>(&'a self, _: &'a TokenRequest) -> BoxFuture<'a, Result<Response, SendFailure>> {
        Box::pin(poll_fn(|_| {
            self.1.fetch_add(1, Ordering::Relaxed);
            Poll::Pending
        }))
    }
}

impl Runtime for Endless {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.0.spawn(task);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }
}

/// As on a runtime that runs only now and then: the transport and the time-out are ready at once.
#[test]
fn a_flight_that_was_given_up_while_its_task_stood_still_sends_nothing_more() {
    let mut policy = Policy::default();
    policy.transport.request_timeout = Duration::from_millis(10);
    policy.patience = Duration::ZERO;
    let endless = Endless(Lazy(OnSmol(Server::issuing(1)), Arc::default()), Arc::default());
    let source = TokenSource::builder(ENVIRONMENT, credentials(), endless.clone())
        .policy(policy)
        .build()
        .unwrap();
    smol::block_on(async {
        assert!(source.token_with(Ask::new().within(Duration::ZERO)).await.is_err());
        let mut task = endless.0.1.lock().unwrap().remove(0);
        assert_eq!(smol::future::poll_once(&mut task).await, None);
        let polls = endless.1.load(Ordering::Relaxed);
        while source.status().in_flight {
            smol::Timer::after(Duration::from_millis(1)).await;
        }
        task.await;
        assert_eq!(endless.1.load(Ordering::Relaxed), polls);
    });
}

/// Asks the source from another thread for each event, and waits for the answer.
#[derive(Clone, Default)]
struct Subscriber(Arc<Mutex<Inquiry>>);

#[derive(Default)]
struct Inquiry {
    source: Option<blocking::TokenSource>,
    answered: u64,
    unanswered: u64,
}

impl io::Write for Subscriber {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let source = self.0.lock().unwrap().source.clone();
        if let Some(source) = source {
            let (send, receive) = mpsc::channel();
            thread::spawn(move || send.send(source.status().in_flight));
            let is_answered = receive.recv_timeout(LONG / 2).is_ok();
            let mut inquiry = self.0.lock().unwrap();
            *if is_answered { &mut inquiry.answered } else { &mut inquiry.unanswered } += 1;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_source_answers_others_while_a_subscriber_is_told() {
    let server = Server::issuing(3600);
    let source = source(&server, Policy::default());
    let subscriber = Subscriber::default();
    subscriber.0.lock().unwrap().source = Some(source.clone());
    let writer = subscriber.clone();
    let tracing = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(tracing, || {
        let token = source.token().unwrap();
        source.reject(&token);
        source.set_credentials(rotated());
    });
    let mut inquiry = subscriber.0.lock().unwrap();
    inquiry.source = None;
    assert!(inquiry.answered > 0, "nothing was traced here");
    assert_eq!(inquiry.unanswered, 0, "asked while the lock was held");
}

/// Coarse clocks lag by more than its leeway, so it is read with the precise ones.
#[test]
fn a_token_with_hardly_any_leeway_is_not_read_by_a_coarse_clock() {
    let server = Server::issuing(3600);
    let mut policy = Policy::default();
    policy.expiry_leeway = Duration::from_micros(1);
    let source = source(&server, policy);
    assert_eq!(source.token().unwrap().expose_secret(), "token-1");
    if cfg!(target_os = "linux") {
        assert!(source.cached().is_none());
    }
    assert_eq!(source.token().unwrap().expose_secret(), "token-1");
    assert_eq!(server.requests(), 1);
}
