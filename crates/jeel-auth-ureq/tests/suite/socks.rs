//! A SOCKS proxy is used, and not gone past.

use crate::common::builder;
use jeel_auth_emulator::Emulator;
use jeel_auth_ureq::{ErrorKind, TransportKind, Ureq};
use std::env;
use std::io::{Read, Write, copy};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use ureq::{Agent, Proxy};

/// Takes one connection and reads where it is to go: a name and a port. No authentication.
fn accept(listener: &TcpListener) -> (TcpStream, String) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut greeting = [0; 3];
    stream.read_exact(&mut greeting).unwrap();
    stream.write_all(&[5, 0]).unwrap();
    let mut head = [0; 4];
    stream.read_exact(&mut head).unwrap();
    let host = match head[3] {
        1 => {
            let mut address = [0; 4];
            stream.read_exact(&mut address).unwrap();
            std::net::Ipv4Addr::from(address).to_string()
        }
        _ => {
            let mut length = [0];
            stream.read_exact(&mut length).unwrap();
            let mut name = vec![0; usize::from(length[0])];
            stream.read_exact(&mut name).unwrap();
            String::from_utf8(name).unwrap()
        }
    };
    let mut port = [0; 2];
    stream.read_exact(&mut port).unwrap();
    (stream, format!("{host}:{}", u16::from_be_bytes(port)))
}

fn respond(stream: &mut TcpStream, status: u8) {
    stream.write_all(&[5, status, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
}

/// A proxy that carries one connection, and says where to when it is asked to.
fn relaying() -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, targets) = mpsc::channel();
    thread::spawn(move || {
        let (mut near, target) = accept(&listener);
        asked.send(target.clone()).unwrap();
        let mut far = TcpStream::connect(&target).unwrap();
        respond(&mut near, 0);
        let (mut from_far, mut to_near) = (far.try_clone().unwrap(), near.try_clone().unwrap());
        thread::spawn(move || {
            let _ = copy(&mut from_far, &mut to_near);
            let _ = to_near.shutdown(Shutdown::Write);
        });
        let _ = copy(&mut near, &mut far);
        let _ = far.shutdown(Shutdown::Write);
    });
    (address, targets)
}

#[test]
fn a_socks_proxy_that_refuses_is_named_and_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let refusing = thread::spawn(move || {
        let (mut stream, target) = accept(&listener);
        // Not allowed by its rules.
        respond(&mut stream, 2);
        target
    });
    let proxy = Proxy::new(&format!("socks5h://{address}")).unwrap();
    let transport = Ureq::with_config(Agent::config_builder().proxy(Some(proxy)).build());
    let source = builder("https://auth.example/oauth2/token", transport).build().unwrap();
    let error = source.token().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Proxy), "{error}");
    assert!(error.to_string().contains(&format!("proxy {address}")), "{error}");
    assert_eq!(source.status().permits, 5, "the permit came back");
    assert_eq!(refusing.join().unwrap(), "auth.example:443");
}

/// The default transport has the proxy of its environment, so that a separate process has it set.
#[test]
fn a_socks_proxy_of_the_environment_is_not_gone_past() {
    let emulator = Emulator::builder().https().start().unwrap();
    for scheme in ["socks5", "socks5h"] {
        let (address, targets) = relaying();
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", "socks::fetches_a_token_through_the_environments_proxy", "--ignored"])
            .env("ALL_PROXY", format!("{scheme}://{address}"))
            .env("TOKEN_URL", emulator.token_url())
            .env("ROOTS", emulator.ca_pem().unwrap())
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        // A name that no test has would be a success too.
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        let target = targets.try_recv().expect("the proxy was gone past");
        assert!(emulator.token_url().contains(&target), "{target}");
    }
    assert_eq!(emulator.token_request_count(), 2);
}

#[test]
#[ignore = "run by the test above, with its environment"]
fn fetches_a_token_through_the_environments_proxy() {
    let transport = Ureq::with_extra_roots(env::var("ROOTS").unwrap()).unwrap();
    builder(&env::var("TOKEN_URL").unwrap(), transport).build().unwrap().token().unwrap();
}
