//! A caller that goes away loses nothing for the others.

use crate::common::{emulators, source};
use jeel_auth_emulator::Emulator;
use jeel_auth_smol::{Ask, ErrorKind};
use smol::future::{poll_once, yield_now};
use smol::{Task, block_on};
use std::pin::pin;
use std::time::Duration;

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
                assert!(poll_once(first.as_mut()).await.is_none());
                assert!(poll_once(other.as_mut()).await.is_none());
                emulator.token_requests_reached(1).await;
            }
            held.release();
            other.await.unwrap();
        });
        assert_eq!(emulator.token_request_count(), 1);
    }
}

#[test]
fn a_caller_dropped_after_any_number_of_polls_loses_nothing() {
    for polls in 1..20 {
        let emulator = Emulator::start().unwrap();
        let tokens = source(&emulator);
        block_on(async {
            {
                let mut first = pin!(tokens.token());
                for _ in 0..polls {
                    if poll_once(first.as_mut()).await.is_some() {
                        break;
                    }
                    yield_now().await;
                }
            }
            tokens.token().await.unwrap();
        });
        assert_eq!(emulator.token_request_count(), 1, "dropped after {polls} polls");
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
            smol::spawn(async move { tokens.token().await.map(drop) })
        })
        .collect();
    block_on(async {
        emulator.token_requests_reached(1).await;
        let rest = tasks.split_off(50);
        for task in tasks {
            Task::cancel(task).await;
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
