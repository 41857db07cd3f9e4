//! Servers that are not even up to TLS, and what a server gets to see before it.

use crate::common::{
    Scripted, assert_transport, builder, default, impatient, refusing, request_to, trusting,
};
use jeel_auth::Transport;
use jeel_auth::core::TransportKind;
use jeel_auth_emulator::{Emulator, Fault};
use jeel_auth_futures_io::FuturesIo;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A server for one connection.
fn serve<T: Send + 'static>(
    once: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (address, thread::spawn(move || once(listener.accept().unwrap().0)))
}

/// The first TLS record, which is the ClientHello.
fn client_hello(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = [0; 5];
    stream.read_exact(&mut head).unwrap();
    let mut hello = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut hello).unwrap();
    hello
}

fn hello_to(host: &str) -> Vec<u8> {
    let (address, server) = serve(|mut stream| client_hello(&mut stream));
    let runtime = Scripted::resolving_to(&[address]);
    let transport = FuturesIo::new().unwrap().with_runtime(runtime);
    let tokens = builder(&format!("https://{host}/"), transport).build().unwrap();
    assert_transport(&tokens, TransportKind::Broken);
    server.join().unwrap()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn the_host_is_named_to_the_server_and_http1_alone_is_offered() {
    let hello = hello_to("auth.jeel.invalid");
    assert!(holds(&hello, "auth.jeel.invalid"));
    assert!(holds(&hello, "http/1.1"));
    // In front of it stands its length.
    assert!(!holds(&hello, "\u{2}h2"));
}

#[test]
fn an_ip_address_is_not_named() {
    // RFC 6066 §3: literal addresses are not permitted.
    assert!(!holds(&hello_to("127.0.0.1"), "127.0.0.1"));
}

#[test]
fn a_server_that_speaks_no_tls_is_a_failure_of_tls() {
    let emulator = Emulator::start().unwrap();
    let url = emulator.token_url().replace("http://", "https://");
    assert_transport(&builder(&url, default()).build().unwrap(), TransportKind::Tls);
    assert_eq!(emulator.token_request_count(), 0);

    let (address, server) = serve(|mut stream| {
        client_hello(&mut stream);
        stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    assert_transport(
        &builder(&format!("https://{address}/"), default()).build().unwrap(),
        TransportKind::Tls,
    );
    server.join().unwrap();
}

#[test]
fn a_connection_that_ends_in_the_handshake_is_broken() {
    let (address, server) = serve(|mut stream| drop(client_hello(&mut stream)));
    let tokens = builder(&format!("https://{address}/"), default()).build().unwrap();
    assert_transport(&tokens, TransportKind::Broken);
    server.join().unwrap();
}

#[test]
fn the_time_to_connect_bounds_the_handshake() {
    // Connections wait in its queue and are never accepted.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut policy = impatient();
    policy.transport.connect_timeout = Duration::from_millis(100);
    let url = format!("https://{}/", silent.local_addr().unwrap());
    let error = assert_transport(
        &builder(&url, default()).policy(policy).build().unwrap(),
        TransportKind::TimedOut,
    );
    assert!(error.to_string().contains("connecting took longer than 100ms"), "{error}");
}

#[test]
fn a_request_that_met_no_server_of_ours_is_proven_unsent_and_a_sent_one_is_not() {
    let sent_nothing = |transport: FuturesIo<Scripted>, url: &str| {
        let request = request_to(url, Duration::from_secs(2));
        smol::block_on(transport.send(&request)).unwrap_err().is_nothing_sent()
    };
    let refusing = refusing();
    // Connections wait in its queue and are never accepted.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = listener.local_addr().unwrap();
    assert!(sent_nothing(default(), "https://no-such-host.invalid/"));
    assert!(sent_nothing(default(), &format!("https://{}/", refusing.address)));
    assert!(sent_nothing(default(), &format!("https://{silent}/")));
    let untrusted = Emulator::builder().https().start().unwrap();
    assert!(sent_nothing(default(), &untrusted.token_url()));

    for emulator in [Emulator::start().unwrap(), untrusted] {
        emulator.always(Fault::Close);
        assert!(!sent_nothing(trusting(&emulator), &emulator.token_url()));
    }
}
