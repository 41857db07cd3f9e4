//! A request that takes too long ends before the next one is sent.

use crate::common::builder;
use jeel_auth_ureq::{Ask, Policy, Ureq};
use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// A server that answers nothing, and counts the requests that are open.
struct Silent {
    url: String,
    open: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    all: Arc<AtomicUsize>,
}

impl Silent {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/oauth2/token", listener.local_addr().unwrap());
        let silent = Self { url, open: Arc::default(), most: Arc::default(), all: Arc::default() };
        let (open, most, all) = (silent.open.clone(), silent.most.clone(), silent.all.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (open, most, all) = (open.clone(), most.clone(), all.clone());
                all.fetch_add(1, Ordering::SeqCst);
                most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    // Ends when the client hangs up.
                    while matches!(stream.read(&mut [0; 1024]), Ok(1..)) {}
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        silent
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
    let (all, most) = (server.all.load(Ordering::SeqCst), server.most.load(Ordering::SeqCst));
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
