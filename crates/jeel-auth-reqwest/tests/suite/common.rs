//! Sources for an emulator, and a server that keeps what it is sent.

use jeel_auth_emulator::{DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, Emulator};
use jeel_auth_reqwest::{
    Builder, Credentials, Endpoint, Environment, LoopbackHttp, Origin, Policy, Reqwest, TokenSource,
};
use reqwest::redirect;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, thread};

/// Long enough that only a hang can take it.
pub(crate) const LONG: Duration = Duration::from_secs(60);

pub(crate) fn credentials() -> Credentials {
    Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET).unwrap()
}

/// Where the emulator's tokens come from and go to.
pub(crate) fn builder(emulator: &Emulator) -> Builder<TokenSource> {
    builder_with(emulator, Reqwest::new().unwrap())
}

pub(crate) fn builder_with(emulator: &Emulator, transport: Reqwest) -> Builder<TokenSource> {
    let endpoint = Endpoint::parse(&emulator.token_url(), LoopbackHttp::Allowed).unwrap();
    let api = Origin::parse(emulator.api_url(), LoopbackHttp::Allowed).unwrap();
    TokenSource::builder(Environment::Sandbox, credentials(), transport)
        .endpoint(endpoint)
        .api_origin(api)
}

pub(crate) fn source(emulator: &Emulator) -> TokenSource {
    builder(emulator).build().unwrap()
}

/// With a policy under which a failure is the answer at once, and not waited out. What is not about
/// time-outs has time enough on a busy machine too.
pub(crate) fn impatient(emulator: &Emulator) -> Builder<TokenSource> {
    impatient_with(emulator, LONG, Reqwest::new().unwrap())
}

/// The same, with this much time for a request.
pub(crate) fn impatient_with(
    emulator: &Emulator,
    request_timeout: Duration,
    transport: Reqwest,
) -> Builder<TokenSource> {
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    policy.transport.request_timeout = request_timeout;
    policy.transport.connect_timeout = request_timeout;
    policy.caller_wait = LONG * 2;
    builder_with(emulator, transport).policy(policy)
}

/// A builder of a client that trusts the emulator's authority.
pub(crate) fn trusting(emulator: &Emulator) -> reqwest::ClientBuilder {
    let mut roots = RootCertStore::empty();
    if let Some(der) = emulator.ca_der() {
        roots.add(CertificateDer::from(der.to_vec())).unwrap();
    }
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls)
}

/// A transport as a careful user makes it.
pub(crate) fn own_transport(emulator: &Emulator) -> Reqwest {
    let client = trusting(emulator).redirect(redirect::Policy::none()).build().unwrap();
    Reqwest::with_client(client)
}

/// Runs one ignored test of this suite in a separate process, with these variables.
pub(crate) fn rerun(test: &str, variables: &[(&str, &str)]) {
    let mut suite = Command::new(env::current_exe().unwrap());
    suite.args(["--exact", test, "--ignored"]).envs(variables.iter().copied());
    let output = suite.env_remove("JEELPAY_ENV").env_remove("JEELPAY_API_URL").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    // A name that no test has would be a success too.
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// A server that keeps the bytes of every request, and answers each with the next of its responses
/// and then with the last again.
pub(crate) struct Trap {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Trap {
    pub(crate) fn answering(responses: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::default();
        let journal = Arc::clone(&seen);
        let responses: Vec<String> =
            responses.iter().map(|response| response.replace("{trap}", &url)).collect();
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let response = &responses[number.min(responses.len() - 1)];
                answer(stream.unwrap(), response, &journal);
            }
        });
        Self { url, seen }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Each request as it came.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, response: &str, journal: &Mutex<Vec<String>>) {
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    while !is_whole(&bytes) {
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(length) => bytes.extend_from_slice(&chunk[..length]),
        }
    }
    journal.lock().unwrap().push(String::from_utf8_lossy(&bytes).into_owned());
    let _ = stream.write_all(response.as_bytes());
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}
