//! Without tokio, and with a runtime that goes away.

use crate::common::{LONG, source};
use jeel_auth_emulator::Emulator;
use jeel_auth_reqwest::ErrorKind;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use tokio::runtime::Runtime;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Any executor but tokio's.
fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn outside_of_tokio_a_caller_gets_an_error_and_no_panic() {
    let emulator = Emulator::start().unwrap();
    let tokens = source(&emulator);
    for _ in 0..100 {
        let error = block_on(tokens.token()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutsideRuntime);
        assert!(error.to_string().ends_with("outside a tokio runtime"), "{error}");
    }
    assert_eq!(emulator.connections(), 0);
    // Nobody else is any the worse for it.
    Runtime::new().unwrap().block_on(tokens.token()).unwrap();
}

#[test]
fn outside_of_tokio_a_token_at_hand_is_handed_out() {
    let emulator = Emulator::start().unwrap();
    let tokens = source(&emulator);
    Runtime::new().unwrap().block_on(tokens.token()).unwrap();
    block_on(tokens.token()).unwrap();
}

#[test]
fn a_source_outlives_the_runtime_that_it_was_first_used_on() {
    let emulator = Emulator::start().unwrap();
    let tokens = source(&emulator);
    let token = Runtime::new().unwrap().block_on(tokens.token()).unwrap();
    tokens.reject(&token);
    Runtime::new().unwrap().block_on(tokens.token()).unwrap();
    assert_eq!(emulator.token_request_count(), 2);
}

#[test]
fn a_runtime_shut_down_mid_flight_leaves_no_waiter_of_another_hanging() {
    let emulator = Emulator::start().unwrap();
    let held = emulator.hold_responses();
    let tokens = source(&emulator);

    let doomed = Runtime::new().unwrap();
    let starter = tokens.clone();
    doomed.spawn(async move { starter.token().await });
    assert!(emulator.wait_for_token_requests(1, LONG));

    let other = Runtime::new().unwrap();
    let waiter = tokens.clone();
    let waiting = other.spawn(async move { waiter.token().await });
    doomed.shutdown_background();
    // Told that the flight is gone, the waiter starts one of its own.
    assert!(emulator.wait_for_token_requests(2, LONG));
    held.release();
    other.block_on(waiting).unwrap().unwrap();
    assert_eq!(emulator.token_request_count(), 2);
}

#[test]
fn a_current_thread_runtime_is_enough() {
    let emulator = Emulator::start().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(source(&emulator).token()).unwrap();
}
