//! Without tokio, and with a runtime that goes away.

use crate::common::{LONG, builder, source};
use jeel_auth_emulator::Emulator;
use jeel_auth_reqwest::{ErrorKind, Policy};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;
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
fn outside_tokio_a_caller_gets_an_error_and_no_panic() {
    let emulator = Emulator::start().unwrap();
    let tokens = source(&emulator);
    let error = block_on(tokens.token()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutsideRuntime);
    assert!(error.to_string().contains("outside a tokio runtime"), "{error}");
    assert_eq!(emulator.connections(), 0);
}

#[test]
fn outside_tokio_a_token_at_hand_is_handed_out() {
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
    // The waiter hears that the flight is gone, and starts another.
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

/// A caller outside tokio asks all the time. It is refused, and costs the tasks nothing.
#[test]
fn a_caller_outside_tokio_costs_those_inside_nothing() {
    let emulator = Emulator::builder().lifetime(Duration::from_secs(2)).start().unwrap();
    let held = emulator.hold_responses();
    let mut policy = Policy::default();
    policy.interval = Duration::ZERO;
    let tokens = builder(&emulator).policy(policy).build().unwrap();
    let done = AtomicBool::new(false);
    let refused = thread::scope(|scope| {
        let outside = scope.spawn(|| {
            let mut refused = 0;
            while !done.load(Ordering::Relaxed) {
                if let Err(error) = block_on(tokens.token()) {
                    assert_eq!(error.kind(), ErrorKind::OutsideRuntime, "{error}");
                    refused += 1;
                }
                thread::sleep(Duration::from_millis(2));
            }
            refused
        });
        let runtime = Runtime::new().unwrap();
        let waiting = runtime.spawn({
            let tokens = tokens.clone();
            async move { tokens.token().await }
        });
        assert!(emulator.wait_for_token_requests(1, LONG));
        held.release();
        runtime.block_on(waiting).unwrap().unwrap();
        for _ in 0..3 {
            let token = runtime.block_on(tokens.token()).unwrap();
            emulator.revoke_all();
            tokens.reject(&token);
            thread::sleep(Duration::from_millis(20));
        }
        done.store(true, Ordering::Relaxed);
        outside.join().unwrap()
    });
    assert!(refused > 0);
    let status = tokens.status();
    assert_eq!((status.counters.failures, status.last_error), (0, None));
}
