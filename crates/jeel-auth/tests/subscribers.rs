//! Who watches changes nothing: a subscriber that panics, is slow or asks the source.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Answer, ENVIRONMENT, Server, fixed_encoding};
use jeel_auth::blocking::TokenSource;
use jeel_auth::core::Credentials;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Does as a test says with the message of each event of ours.
struct Watcher<F>(F);

impl<F: Fn(&str) + Send + Sync + 'static> Subscriber for Watcher<F> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "jeel_auth"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        self.0(&message.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

fn source(server: &Server, client: &str) -> TokenSource {
    let credentials = Credentials::new(client, "hush-hush").unwrap();
    TokenSource::builder(ENVIRONMENT, credentials, server.clone())
        .encoding(fixed_encoding())
        .build()
        .unwrap()
}

/// One process, one subscriber: the cases take turns.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());
static PANICS: AtomicBool = AtomicBool::new(false);
type Hook = Box<dyn Fn(&str) + Send>;
static HOOK: Mutex<Option<Hook>> = Mutex::new(None);

fn watch(message: &str) {
    SAID.lock().unwrap().push(message.to_owned());
    assert!(!PANICS.load(Ordering::SeqCst), "the subscriber panics, as the test wants");
    let hook = HOOK.lock().unwrap().take();
    if let Some(hook) = hook {
        hook(message);
    }
}

#[test]
fn a_subscriber_harms_nobody() {
    tracing::subscriber::set_global_default(Watcher(watch)).unwrap();
    one_that_panics_ends_neither_a_flight_nor_the_process();
    one_that_stands_still_delays_no_request();
    one_that_asks_the_source_blocks_nobody();
    a_caller_that_returns_an_error_has_told_why();
    several_sources_of_one_client_are_told_once();
    one_that_asks_another_source_loses_no_event();
    one_that_makes_a_source_blocks_nobody();
}

fn one_that_panics_ends_neither_a_flight_nor_the_process() {
    PANICS.store(true, Ordering::SeqCst);
    let server = Server::issuing(3600);
    let panicking = source(&server, "panicking");
    assert_eq!(panicking.token().unwrap().expose_secret(), "token-1");
    // A transport that panics unwinds while its flight reports itself as abandoned.
    server.script(&[Answer::Panic]);
    panicking.reject(&panicking.token().unwrap());
    assert_eq!(panicking.token().unwrap().expose_secret(), "token-1");
    PANICS.store(false, Ordering::SeqCst);
}

fn one_that_stands_still_delays_no_request() {
    let (released, release) = mpsc::channel::<()>();
    *HOOK.lock().unwrap() = Some(Box::new(move |_| {
        let _ = release.recv();
    }));
    let server = Server::issuing(3600);
    let still = source(&server, "still");
    let caller = thread::spawn({
        let still = still.clone();
        move || still.token().unwrap()
    });
    // The caller's own thread stands in the subscriber. The request is sent all the same, and
    // another caller has its token.
    server.wait_for_requests(1);
    assert_eq!(still.token().unwrap().expose_secret(), "token-1");
    drop(released);
    assert_eq!(caller.join().unwrap().expose_secret(), "token-1");
}

fn one_that_asks_the_source_blocks_nobody() {
    let server = Server::issuing(3600);
    let asked = source(&server, "asked");
    let answers = Arc::new(AtomicUsize::new(0));
    *HOOK.lock().unwrap() = Some(Box::new({
        let (asked, answers) = (asked.clone(), Arc::clone(&answers));
        move |_| {
            asked.token().unwrap();
            answers.fetch_add(1, Ordering::SeqCst);
        }
    }));
    asked.token().unwrap();
    assert_eq!((answers.load(Ordering::SeqCst), server.requests()), (1, 1));
}

fn a_caller_that_returns_an_error_has_told_why() {
    let server = Server::issuing(3600);
    server.script(&[Answer::Status(401)]);
    let denied = source(&server, "denied");
    SAID.lock().unwrap().clear();
    denied.token().unwrap_err();
    assert!(SAID.lock().unwrap().iter().any(|said| said == "no token"), "the warning is out");
}

fn several_sources_of_one_client_are_told_once() {
    let server = Server::issuing(3600);
    SAID.lock().unwrap().clear();
    let warnings = || SAID.lock().unwrap().iter().filter(|said| said.contains("several")).count();
    let first = source(&server, "twin");
    drop(first.clone());
    assert_eq!(warnings(), 0, "a clone is the same source");
    let more: Vec<_> = (0..3).map(|_| source(&server, "twin")).collect();
    assert_eq!(warnings(), 1);
    drop((first, more));
    let _again = source(&server, "twin");
    assert_eq!(warnings(), 1, "the others are gone");
}

fn one_that_asks_another_source_loses_no_event() {
    let server = Server::issuing(3600);
    let (one, other) = (source(&server, "one"), source(&server, "other"));
    SAID.lock().unwrap().clear();
    *HOOK.lock().unwrap() = Some(Box::new(move |_| drop(other.token().unwrap())));
    one.token().unwrap();
    let said = SAID.lock().unwrap();
    for event in ["requesting a token", "token issued"] {
        assert_eq!(said.iter().filter(|said| *said == event).count(), 2, "{event}: {said:?}");
    }
}

fn one_that_makes_a_source_blocks_nobody() {
    let server = Server::issuing(3600);
    let (made, making) = mpsc::channel();
    let first = source(&server, "made twice");
    *HOOK.lock().unwrap() = Some(Box::new({
        let server = server.clone();
        move |_| drop(source(&server, "made by a subscriber"))
    }));
    thread::spawn(move || made.send(source(&server, "made twice")));
    assert!(making.recv_timeout(LONG).is_ok(), "it waits for itself");
    drop(first);
}

/// Far more than it takes, on a busy machine too.
const LONG: Duration = Duration::from_secs(20);
