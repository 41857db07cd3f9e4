//! A runtime whose names resolve to what a test wants, and sources for an emulator on it.

use jeel_auth::core::{
    Action, Cache, Credentials, Endpoint, Environment, Error, ErrorKind, LoopbackHttp, Moment,
    Policy, TokenRequest, TransportKind,
};
use jeel_auth::{Builder, Token, TokenSource};
use jeel_auth_emulator::{DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, Emulator};
use jeel_auth_futures_io::{BoxFuture, FuturesIo, Runtime, Sockets};
use smol::net::TcpStream;
use std::error::Error as _;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// smol, but for what is scripted.
#[derive(Clone, Default)]
pub(crate) struct Scripted {
    /// What every name resolves to.
    pub(crate) addresses: Option<Vec<SocketAddr>>,
    /// Where nothing ever answers.
    pub(crate) silent: Vec<SocketAddr>,
    tried: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Scripted {
    pub(crate) fn resolving_to(addresses: &[SocketAddr]) -> Self {
        Self { addresses: Some(addresses.to_vec()), ..Self::default() }
    }

    /// The addresses that were connected to, in order.
    pub(crate) fn tried(&self) -> Vec<SocketAddr> {
        self.tried.lock().unwrap().clone()
    }
}

impl Runtime for Scripted {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        smol::spawn(task).detach();
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            smol::Timer::after(duration).await;
        })
    }
}

impl Sockets for Scripted {
    type TcpStream = TcpStream;

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        self.tried.lock().unwrap().push(address);
        if self.silent.contains(&address) {
            std::future::pending::<()>().await;
        }
        TcpStream::connect(address).await
    }

    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        match &self.addresses {
            Some(addresses) => Ok(addresses.clone()),
            None => smol::net::resolve((host, port)).await,
        }
    }
}

/// A policy under which a failure is the answer at once, and not waited out.
pub(crate) fn impatient() -> Policy {
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    policy
}

fn credentials() -> Credentials {
    Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET).unwrap()
}

/// A request as a cache sends it.
pub(crate) fn request(emulator: &Emulator, timeout: Duration) -> TokenRequest {
    request_to(&emulator.token_url(), timeout)
}

pub(crate) fn request_to(url: &str, timeout: Duration) -> TokenRequest {
    let endpoint = Endpoint::parse(url, LoopbackHttp::Allowed).unwrap();
    let mut policy = Policy::default();
    policy.transport.request_timeout = timeout;
    policy.transport.connect_timeout = timeout;
    let mut cache = Cache::new(endpoint, credentials(), 1).with_policy(policy);
    let now = Moment::new(Duration::ZERO, Duration::ZERO);
    let _ = cache.acquire(now, Duration::ZERO);
    let Some(Action::Send(request)) = cache.poll_action(now) else { panic!("no request") };
    request
}

pub(crate) fn builder(url: &str, transport: FuturesIo<Scripted>) -> Builder<TokenSource> {
    TokenSource::builder(Environment::Sandbox, credentials(), transport)
        .endpoint(Endpoint::parse(url, LoopbackHttp::Allowed).unwrap())
        .policy(impatient())
}

/// Trusts the system's roots.
pub(crate) fn default() -> FuturesIo<Scripted> {
    FuturesIo::new().unwrap()
}

/// Trusts the emulator's authority, if it has one.
pub(crate) fn trusting(emulator: &Emulator) -> FuturesIo<Scripted> {
    match emulator.ca_pem() {
        Some(pem) => FuturesIo::with_extra_roots(pem).unwrap(),
        None => default(),
    }
}

pub(crate) fn source(emulator: &Emulator) -> TokenSource {
    builder(&emulator.token_url(), trusting(emulator)).build().unwrap()
}

pub(crate) fn token(tokens: &TokenSource) -> Result<Token, Error> {
    smol::block_on(tokens.token())
}

/// The error of a source that gets no response, after a look at its words.
#[track_caller]
pub(crate) fn assert_transport(tokens: &TokenSource, kind: TransportKind) -> Error {
    let error = token(tokens).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(kind), "{error}");
    let source = error.source().map(ToString::to_string);
    for text in [format!("{error}"), format!("{error:?}"), format!("{source:?}")] {
        assert!(!text.contains(DEFAULT_CLIENT_SECRET), "{text}");
    }
    error
}

pub(crate) fn address(emulator: &Emulator) -> SocketAddr {
    emulator.api_url().split("//").nth(1).unwrap().parse().unwrap()
}

/// An address where connections are refused for as long as this lives: the port is taken, by a
/// socket that does not listen.
pub(crate) struct Refusing {
    pub(crate) address: SocketAddr,
    _ends: (std::net::TcpStream, TcpListener),
}

pub(crate) fn refusing() -> Refusing {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    Refusing { address: stream.local_addr().unwrap(), _ends: (stream, listener) }
}
