//! A request that took too long is over before the next one is sent.

use crate::common::{credentials, own_transport};
use jeel_auth_emulator::Emulator;
use jeel_auth_reqwest::{Ask, Endpoint, Environment, LoopbackHttp, Policy, Reqwest, TokenSource};
use std::io::{ErrorKind, Read};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A server that answers nothing. When bytes of a request come, it looks which others are still open.
struct Silent {
    url: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    requests: usize,
    most_at_once: usize,
}

/// A connection whose other side has not hung up, and whether a request has begun on it.
struct Open {
    stream: TcpStream,
    has_request: bool,
}

impl Silent {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/oauth2/token", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let writes = Arc::clone(&seen);
        thread::spawn(move || {
            let mut open: Vec<Open> = Vec::new();
            loop {
                while let Ok((stream, _)) = listener.accept() {
                    stream.set_nonblocking(true).unwrap();
                    open.push(Open { stream, has_request: false });
                }
                look(&mut open, &writes);
                thread::sleep(Duration::from_micros(200));
            }
        });
        Self { url, seen }
    }

    fn seen(&self) -> Seen {
        *self.seen.lock().unwrap()
    }
}

/// Newer connections are read first: a request that is found there was sent before an older
/// connection that is open afterwards was closed.
fn look(open: &mut Vec<Open>, seen: &Mutex<Seen>) {
    for connection in (0..open.len()).rev() {
        let before = open[connection].has_request;
        let alive = open[connection].read();
        if open[connection].has_request && !before {
            let older = open[..connection].iter_mut();
            let others = older.filter_map(|other| other.read().then_some(other.has_request));
            let at_once = 1 + others.filter(|has_request| *has_request).count();
            let mut seen = seen.lock().unwrap();
            seen.requests += 1;
            seen.most_at_once = seen.most_at_once.max(at_once);
        }
        if !alive {
            open.remove(connection);
        }
    }
}

impl Open {
    /// Reads what has come, and says whether the other side has not hung up.
    fn read(&mut self) -> bool {
        loop {
            match self.stream.read(&mut [0; 1024]) {
                Ok(1..) => self.has_request = true,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Ok(0) | Err(_) => return false,
            }
        }
    }
}

fn source(server: &Silent, transport: Reqwest) -> TokenSource {
    let mut policy = Policy::default();
    policy.transport.request_timeout = Duration::from_millis(150);
    policy.backoff_floor = Duration::ZERO;
    policy.backoff_ceiling = Duration::ZERO;
    policy.interval = Duration::ZERO;
    TokenSource::builder(Environment::Sandbox, credentials(), transport)
        .endpoint(Endpoint::parse(&server.url, LoopbackHttp::Allowed).unwrap())
        .policy(policy)
        .build()
        .unwrap()
}

/// Between two calls of `block_on` nothing runs: no timer, no task, no connection.
#[test]
fn a_runtime_that_runs_only_now_and_then_never_has_two_requests_on_the_wire() {
    let nobody = Emulator::start().unwrap();
    for transport in [Reqwest::new().unwrap(), own_transport(&nobody)] {
        let server = Silent::start();
        let tokens = source(&server, transport);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for round in 0..25_u64 {
            let ask = Ask::new().within(Duration::from_millis(5 + round % 4 * 10));
            assert!(runtime.block_on(tokens.token_with(ask)).is_err());
            thread::sleep(Duration::from_millis(40 + round % 3 * 70));
        }
        let seen = server.seen();
        assert!(seen.requests > 3, "{}", seen.requests);
        assert_eq!(seen.most_at_once, 1, "two requests on the wire");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_timed_out_is_over_before_the_next_one() {
    let server = Silent::start();
    let tokens = source(&server, Reqwest::new().unwrap());
    let _ = tokens.token_with(Ask::new().within(Duration::from_secs(2))).await;
    let seen = server.seen();
    assert!(seen.requests > 2, "{}", seen.requests);
    assert_eq!(seen.most_at_once, 1, "two requests on the wire");
}

#[tokio::test]
async fn a_time_out_without_end_panics_nothing() {
    let emulator = Emulator::start().unwrap();
    let mut policy = Policy::default();
    policy.transport.request_timeout = Duration::MAX;
    policy.transport.connect_timeout = Duration::MAX;
    policy.caller_wait = Duration::MAX;
    let tokens = crate::common::builder(&emulator).policy(policy).build().unwrap();
    tokens.token().await.unwrap();
}
