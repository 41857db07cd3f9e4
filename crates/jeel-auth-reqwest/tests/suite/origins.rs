//! The middleware compares origins exactly, and says where it adds no token.

use crate::common::{Trap, builder, source};
use jeel_auth_emulator::{Emulator, Verdict};
use jeel_auth_reqwest::{JeelAuth, LoopbackHttp, Origin, client_builder};
use std::io;
use std::sync::{Arc, Mutex};
use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Collects this thread's events.
    fn collect() -> (Self, DefaultGuard) {
        let lines = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::DEBUG)
            .with_ansi(false)
            .with_writer(lines.clone())
            .finish();
        (lines, tracing::subscriber::set_default(subscriber))
    }

    /// The lines about calls without a token.
    fn about_origins(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().filter(|line| line.contains("gets no token")).map(str::to_owned).collect()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_call_to_another_origin_is_told_once_with_both_origins() {
    let emulator = Emulator::start().unwrap();
    let elsewhere = Trap::answering(&[OK]);
    let api = JeelAuth::client(&source(&emulator), client_builder().unwrap()).unwrap();
    let (lines, _guard) = Lines::collect();
    for path in ["/a?secret=1", "/b", "/c"] {
        api.get(format!("{}{path}", elsewhere.url())).send().await.unwrap();
    }
    api.get(emulator.resource_url()).send().await.unwrap();
    let told = lines.about_origins();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("DEBUG jeel_auth:"), "{told:?}");
    assert!(told[0].contains(elsewhere.url()) && told[0].contains(emulator.api_url()), "{told:?}");
    assert!(!told[0].contains("secret"), "{told:?}");
}

#[tokio::test]
async fn localhost_against_127_0_0_1_is_a_warning() {
    let emulator = Emulator::start().unwrap();
    let api = JeelAuth::client(&source(&emulator), client_builder().unwrap()).unwrap();
    let (lines, _guard) = Lines::collect();
    let other_name = emulator.resource_url().replace("127.0.0.1", "localhost");
    for _ in 0..2 {
        assert_eq!(api.get(&other_name).send().await.unwrap().status(), 401);
    }
    let told = lines.about_origins();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("WARN jeel_auth:"), "{told:?}");
}

#[tokio::test]
async fn a_host_that_ends_like_the_apis_is_another_origin() {
    let emulator = Emulator::start().unwrap();
    let address = emulator.api_url().strip_prefix("http://").unwrap().parse().unwrap();
    let local = emulator.api_url().replace("127.0.0.1", "localhost");
    let tokens = builder(&emulator)
        .api_origin(Origin::parse(&local, LoopbackHttp::Allowed).unwrap())
        .build()
        .unwrap();
    let hosts = ["evil-localhost", "evil.localhost", "localhost.evil", "localhost"];
    let client = hosts
        .iter()
        .fold(client_builder().unwrap().no_proxy(), |client, host| client.resolve(host, address));
    let api = JeelAuth::client(&tokens, client).unwrap();
    for host in hosts {
        let url = emulator.resource_url().replace("127.0.0.1", host);
        api.get(url).send().await.unwrap();
    }
    let verdicts: Vec<_> =
        emulator.resource_requests().iter().filter_map(|request| request.verdict).collect();
    use Verdict::{Accepted, Missing};
    assert_eq!(verdicts, [Missing, Missing, Missing, Accepted]);
}
