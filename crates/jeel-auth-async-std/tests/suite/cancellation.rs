//! A caller that goes away loses nothing for the others.

use crate::common::{emulators, source};
use async_std::task::{block_on, spawn};
use jeel_auth_async_std::{Ask, ErrorKind};
use jeel_auth_emulator::Emulator;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

/// Polls once, and says whether it is still waiting.
async fn is_pending<F: Future>(mut future: Pin<&mut F>) -> bool {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

#[test]
fn a_caller_dropped_while_it_waits_loses_neither_the_request_nor_the_other_waiters() {
    for emulator in emulators() {
        let held = emulator.hold_responses();
        let tokens = source(&emulator);
        block_on(async {
            let mut other = pin!(tokens.token());
            {
                // The one that started the flight goes first.
                let mut first = pin!(tokens.token());
                assert!(is_pending(first.as_mut()).await);
                assert!(is_pending(other.as_mut()).await);
                emulator.token_requests_reached(1).await;
            }
            held.release();
            other.await.unwrap();
        });
        assert_eq!(emulator.token_request_count(), 1);
    }
}

#[test]
fn tasks_cancelled_while_they_wait_leave_the_rest_an_answer() {
    let emulator = Emulator::start().unwrap();
    let held = emulator.hold_responses();
    let tokens = source(&emulator);
    let mut tasks: Vec<_> = (0..100)
        .map(|_| {
            let tokens = tokens.clone();
            spawn(async move { tokens.token().await.map(drop) })
        })
        .collect();
    block_on(async {
        emulator.token_requests_reached(1).await;
        let rest = tasks.split_off(50);
        for task in tasks {
            task.cancel().await;
        }
        held.release();
        for task in rest {
            task.await.unwrap();
        }
    });
    assert_eq!(emulator.token_request_count(), 1);
}

#[test]
fn a_deadline_of_its_own_ends_a_callers_wait_and_not_the_flight() {
    let emulator = Emulator::start().unwrap();
    let held = emulator.hold_responses();
    let tokens = source(&emulator);
    let error =
        block_on(tokens.token_with(Ask::new().within(Duration::from_millis(1)))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimedOut);
    held.release();
    block_on(tokens.token()).unwrap();
    assert_eq!(emulator.token_request_count(), 1);
}
