//! Executors of the user's, and their end.

use crate::common::{LONG, builder_with, source, transport};
use jeel_auth_emulator::Emulator;
use jeel_auth_smol::{Ask, ErrorKind, Policy, Smol, TransportKind};
use smol::channel::{Sender, unbounded};
use smol::{Executor, block_on};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// An executor and the thread that runs it, both of which end when this is dropped.
struct Doomed {
    executor: Arc<Executor<'static>>,
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Doomed {
    fn start() -> Self {
        let executor = Arc::new(Executor::new());
        let (end, ended) = unbounded::<()>();
        let running = Arc::clone(&executor);
        let thread = thread::spawn(move || {
            // Nothing is ever sent.
            let _ = block_on(running.run(ended.recv()));
        });
        Self { executor, end: Some(end), thread: Some(thread) }
    }

    fn smol(&self) -> Smol {
        let executor = Arc::downgrade(&self.executor);
        Smol::with_spawn(move |task| {
            if let Some(executor) = executor.upgrade() {
                executor.spawn(task).detach();
            }
        })
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        drop(self.end.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

#[test]
fn a_token_request_runs_where_it_is_told_to() {
    let emulator = Emulator::start().unwrap();
    let idle = Arc::new(Executor::new());
    let there = Arc::clone(&idle);
    let smol = Smol::with_spawn(move |task| there.spawn(task).detach());
    let transport = transport(&emulator).with_runtime(smol);
    let tokens = builder_with(&emulator, transport).build().unwrap();
    // Nobody runs the executor: nothing is sent.
    assert!(block_on(tokens.token_with(Ask::new().within(Duration::from_millis(1)))).is_err());
    assert_eq!(emulator.connections(), 0);
    block_on(idle.run(tokens.token())).unwrap();
    assert_eq!(emulator.token_request_count(), 1);
}

#[test]
fn an_executor_dropped_mid_flight_leaves_no_waiter_of_another_hanging() {
    let emulator = Emulator::builder().https().start().unwrap();
    let _held = emulator.hold_responses();
    let doomed = Doomed::start();
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    policy.transport.request_timeout = LONG;
    policy.caller_wait = LONG;
    let transport = transport(&emulator).with_runtime(doomed.smol());
    let tokens = builder_with(&emulator, transport).policy(policy).build().unwrap();

    let waiter = tokens.clone();
    let waiting = smol::spawn(async move { waiter.token().await });
    assert!(emulator.wait_for_token_requests(1, LONG));
    drop(doomed);
    let error = block_on(waiting).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Abandoned), "{error}");

    // A later caller does not hang either: no executor sends its request.
    tokens.set_credentials(jeel_auth_smol::Credentials::new("id", "secret").unwrap());
    let error = block_on(tokens.token()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Abandoned), "{error}");
    assert_eq!(emulator.token_request_count(), 1);
}

#[test]
fn the_global_executor_carries_a_request_beyond_its_callers_executor() {
    let emulator = Emulator::start().unwrap();
    let held = emulator.hold_responses();
    let tokens = source(&emulator);
    let doomed = Doomed::start();
    let starter = tokens.clone();
    let started = doomed.executor.spawn(async move { starter.token().await });
    assert!(emulator.wait_for_token_requests(1, LONG));
    drop(started);
    drop(doomed);
    held.release();
    block_on(tokens.token()).unwrap();
    assert_eq!(emulator.token_request_count(), 1);
}
