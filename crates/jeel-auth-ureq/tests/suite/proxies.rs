//! Proxies: gone past on loopback without TLS, named when they fail, and without their password.

use crate::common::{builder, source};
use jeel_auth_emulator::Emulator;
use jeel_auth_ureq::{ErrorKind, Policy, TransportKind, Ureq};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;
use ureq::{Agent, Proxy};

fn through(proxy: &str) -> Ureq {
    Ureq::with_config(Agent::config_builder().proxy(Some(Proxy::new(proxy).unwrap())).build())
}

#[test]
fn plain_http_to_loopback_goes_past_a_proxy_which_could_read_it() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let emulator = Emulator::start().unwrap();
    source(&emulator, through(&url)).token().unwrap();
    assert_eq!(emulator.token_request_count(), 1);
    assert!(proxy.accept().is_err(), "the proxy was asked");
}

#[test]
fn a_dead_proxy_is_named_without_its_password() {
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let transport = through(&format!("http://user:pa55word@{dead}"));
    let source = builder("https://auth.example/oauth2/token", transport).build().unwrap();
    let text = source.token().unwrap_err().to_string();
    assert!(text.contains(&format!("proxy {dead}")), "{text}");
    assert!(!text.contains("pa55word"), "{text}");
}

#[test]
fn a_proxy_that_refuses_is_told_at_once_and_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let refusing = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            request.extend(byte);
        }
        stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").unwrap();
        String::from_utf8(request).unwrap()
    });
    let transport = through(&format!("http://{address}"));
    let source = builder("https://auth.example/oauth2/token", transport).build().unwrap();
    let error = source.token().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Proxy), "{error}");
    assert!(error.to_string().contains("407"), "{error}");
    assert_eq!(source.status().permits, 5, "the permit came back");
    let seen = refusing.join().unwrap();
    assert!(seen.starts_with("CONNECT auth.example:443 ") && !seen.contains("secret"), "{seen}");
}

/// Each byte comes in time, but the head never ends.
#[test]
fn a_proxy_that_drips_its_response_does_not_outlast_the_time_to_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let dripping = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").unwrap();
        // The other side hung up when writing fails.
        (0..200).any(|_| {
            thread::sleep(Duration::from_millis(50));
            stream.write_all(b"x").is_err()
        })
    });
    let mut policy = Policy::default();
    policy.transport.connect_timeout = Duration::from_millis(300);
    policy.patience = Duration::ZERO;
    let transport = through(&format!("http://{address}"));
    let source = builder("https://auth.example/oauth2/token", transport).policy(policy);
    let source = source.build().unwrap();
    let error = source.token().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::TimedOut), "{error}");
    assert!(error.to_string().contains(&format!("proxy {address}")), "{error}");
    assert!(dripping.join().unwrap(), "the client still listens to its proxy");
}
