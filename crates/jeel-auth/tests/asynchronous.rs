//! One cache, many tasks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Answer, ENVIRONMENT, OnSmol, Server, credentials, fixed_encoding};
use jeel_auth::core::{ErrorKind, Response, SendFailure, TokenRequest, TransportKind};
use jeel_auth::{Ask, BoxFuture, Runtime, TokenSource, Transport};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

fn source(server: &Server) -> TokenSource {
    TokenSource::builder(ENVIRONMENT, credentials(), OnSmol(server.clone()))
        .encoding(fixed_encoding())
        .build()
        .unwrap()
}

/// Polls once, and says whether it is still waiting.
async fn is_pending<F: Future + ?Sized>(mut future: Pin<&mut F>) -> bool {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

#[test]
fn ten_thousand_tasks_on_an_empty_cache_make_one_request() {
    let server = Server::issuing(3600);
    server.hold();
    let source = source(&server);
    smol::block_on(async {
        let tasks: Vec<_> = (0..10_000)
            .map(|_| {
                let source = source.clone();
                smol::spawn(async move { source.token().await })
            })
            .collect();
        server.wait_for_requests(1);
        server.release();
        for task in tasks {
            assert_eq!(task.await.unwrap().expose_secret(), "token-1");
        }
    });
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_call_that_is_polled_after_its_end_starts_nothing_and_does_not_panic() {
    let server = Server::issuing(3600);
    let source = source(&server);
    smol::block_on(async {
        // The first waits for its token, the second does not.
        for _ in 0..2 {
            let mut call = pin!(source.token());
            call.as_mut().await.unwrap();
            assert!(is_pending(call.as_mut()).await);
            assert!(is_pending(call.as_mut()).await);
        }
    });
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_caller_dropped_while_it_waits_loses_nothing() {
    let server = Server::issuing(3600);
    server.hold();
    let source = source(&server);
    smol::block_on(async {
        let mut other = pin!(source.token());
        {
            // The one that started the flight goes first.
            let mut first = Box::pin(source.token());
            assert!(is_pending(first.as_mut()).await);
            assert!(is_pending(other.as_mut()).await);
            server.wait_for_requests(1);
        }
        server.release();
        assert_eq!(other.await.unwrap().expose_secret(), "token-1");
    });
    assert_eq!(server.requests(), 1);
}

/// A runtime that was shut down: it drops each task.
struct ShutDown;

impl Transport for ShutDown {
    fn send<'a>(&'a self, _: &'a TokenRequest) -> BoxFuture<'a, Result<Response, SendFailure>> {
        Box::pin(std::future::pending())
    }
}

impl Runtime for ShutDown {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        drop(task);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            smol::Timer::after(duration).await;
        })
    }
}

#[test]
fn a_flight_whose_task_is_gone_is_reported_and_not_waited_for() {
    let source = TokenSource::builder(ENVIRONMENT, credentials(), ShutDown).build().unwrap();
    let error = smol::block_on(source.token()).unwrap_err();
    // Each flight in turn was abandoned, until the back-off outgrew the callers' patience.
    let failure = std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string);
    let abandoned = ErrorKind::Transport(TransportKind::Abandoned).to_string();
    assert!(failure.contains(&abandoned), "{error}: {failure}");
}

#[test]
fn a_deadline_of_its_own_ends_a_callers_wait_and_not_the_flight() {
    let server = Server::issuing(3600);
    server.hold();
    let source = source(&server);
    smol::block_on(async {
        let error =
            source.token_with(Ask::new().within(Duration::from_millis(1))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WaitTimedOut);
        server.release();
        assert_eq!(source.authorization().await.unwrap(), "Bearer token-1");
    });
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_blip_is_waited_out_by_all() {
    let server = Server::issuing(3600);
    server.script(&[Answer::Broken, Answer::Status(500)]);
    let source = Arc::new(source(&server));
    smol::block_on(async {
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let source = Arc::clone(&source);
                smol::spawn(async move { source.token().await })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap().expose_secret(), "token-3");
        }
    });
    assert_eq!(server.requests(), 3);
}
