//! A request that takes too long ends before the next one is sent.

use crate::common::builder;
use jeel_auth_ureq::{Ask, Policy, Ureq};
use std::io::{ErrorKind, Read};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A server that answers nothing. At each new connection it looks which earlier ones are still open.
struct Silent {
    url: String,
    /// The most connections that were open at once, and how many there were.
    seen: Arc<Mutex<(usize, usize)>>,
}

impl Silent {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/oauth2/token", listener.local_addr().unwrap());
        let seen: Arc<Mutex<(usize, usize)>> = Arc::default();
        let writes = Arc::clone(&seen);
        thread::spawn(move || {
            let mut open: Vec<TcpStream> = Vec::new();
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                stream.set_nonblocking(true).unwrap();
                open.retain_mut(is_open);
                open.push(stream);
                let mut seen = writes.lock().unwrap();
                *seen = (seen.0.max(open.len()), seen.1 + 1);
            }
        });
        Self { url, seen }
    }
}

/// Reads what has come, and says whether the other side has not hung up.
fn is_open(stream: &mut TcpStream) -> bool {
    loop {
        match stream.read(&mut [0; 1024]) {
            Ok(1..) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
            Ok(0) | Err(_) => return false,
        }
    }
}

#[test]
fn a_request_that_timed_out_is_over_before_the_next_one() {
    let server = Silent::start();
    let mut policy = Policy::default();
    policy.transport.request_timeout = Duration::from_millis(400);
    policy.backoff_floor = Duration::ZERO;
    policy.backoff_ceiling = Duration::ZERO;
    policy.interval = Duration::ZERO;
    let source = builder(&server.url, Ureq::new().unwrap()).policy(policy).build().unwrap();
    let _ = source.token_with(Ask::new().within(Duration::from_secs(4)));
    let (most, all) = *server.seen.lock().unwrap();
    assert!(all > 2, "{all}");
    assert_eq!(most, 1, "two requests on the wire");
}

#[test]
fn a_time_out_without_end_panics_nothing() {
    let emulator = jeel_auth_emulator::Emulator::start().unwrap();
    let mut policy = Policy::default();
    policy.transport.request_timeout = Duration::MAX;
    policy.transport.connect_timeout = Duration::MAX;
    policy.caller_wait = Duration::MAX;
    let source = builder(&emulator.token_url(), Ureq::new().unwrap()).policy(policy).build();
    source.unwrap().token().unwrap();
}
