//! A token endpoint in memory, which counts, and answers when it is told to.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use jeel_auth::core::{
    Credentials, Environment, Response, SendFailure, TokenRequest, TransportKind,
};
use jeel_auth::{AsyncTransport, BlockingTransport, Received};
use std::future::Future;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// What one request is answered with.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Token number n of this lifetime in seconds.
    Token(u64),
    Status(u16),
    Broken,
    Panic,
}

#[derive(Debug, Default)]
struct Inside {
    held: bool,
    requests: u64,
    script: Vec<Answer>,
    then: Option<Answer>,
}

/// Clones are one server.
#[derive(Clone, Debug, Default)]
pub struct Server(Arc<(Mutex<Inside>, Condvar)>);

impl Server {
    /// One that answers each request with a new token of this lifetime.
    pub fn issuing(seconds: u64) -> Self {
        let server = Self::default();
        server.with(|inside| inside.then = Some(Answer::Token(seconds)));
        server
    }

    /// The next requests are answered so, before the server's usual answer.
    pub fn script(&self, answers: &[Answer]) {
        self.with(|inside| inside.script.extend_from_slice(answers));
    }

    /// Keeps answers back until [`release`](Self::release).
    pub fn hold(&self) {
        self.with(|inside| inside.held = true);
    }

    pub fn release(&self) {
        self.with(|inside| inside.held = false);
    }

    pub fn requests(&self) -> u64 {
        self.with(|inside| inside.requests)
    }

    /// Returns when this many requests have come.
    pub fn wait_for_requests(&self, number: u64) {
        let (inside, changed) = &*self.0;
        let guard = inside.lock().unwrap();
        drop(changed.wait_while(guard, |inside| inside.requests < number).unwrap());
    }

    fn with<R>(&self, f: impl FnOnce(&mut Inside) -> R) -> R {
        let (inside, changed) = &*self.0;
        let result = f(&mut inside.lock().unwrap());
        changed.notify_all();
        result
    }

    fn answer(&self) -> Result<Canned, SendFailure> {
        let (number, answer) = self.with(|inside| {
            inside.requests += 1;
            let scripted = (!inside.script.is_empty()).then(|| inside.script.remove(0));
            (inside.requests, scripted.or(inside.then.clone()).unwrap_or(Answer::Status(500)))
        });
        let (inside, changed) = &*self.0;
        drop(changed.wait_while(inside.lock().unwrap(), |inside| inside.held).unwrap());
        match answer {
            Answer::Token(seconds) => Ok(Canned {
                status: 200,
                body: format!(
                    r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":{seconds}}}"#
                ),
            }),
            Answer::Status(status) => Ok(Canned { status, body: String::new() }),
            Answer::Broken => Err(SendFailure::new(TransportKind::Broken, "cut")),
            Answer::Panic => panic!("the transport panics, as a test asked it to"),
        }
    }
}

pub struct Canned {
    status: u16,
    body: String,
}

impl Received for Canned {
    fn response(&self) -> Response<'_> {
        Response::new(self.status, [], self.body.as_bytes())
    }
}

impl BlockingTransport for Server {
    type Received = Canned;

    fn with_defaults() -> Result<Self, String> {
        Ok(Self::default())
    }

    fn send(&self, _request: &TokenRequest) -> Result<Canned, SendFailure> {
        self.answer()
    }
}

/// The same server, on smol's executor.
#[derive(Debug)]
pub struct OnSmol(pub Server);

impl AsyncTransport for OnSmol {
    type Received = Canned;

    fn with_defaults() -> Result<Self, String> {
        Ok(Self(Server::default()))
    }

    fn send(
        &self,
        _request: &TokenRequest,
    ) -> impl Future<Output = Result<Canned, SendFailure>> + Send {
        let server = self.0.clone();
        async move { smol::unblock(move || server.answer()).await }
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        smol::spawn(future).detach();
    }

    async fn sleep(&self, duration: Duration) {
        smol::Timer::after(duration).await;
    }
}

pub fn credentials() -> Credentials {
    Credentials::new("school", "hush-hush").unwrap()
}

pub const ENVIRONMENT: Environment = Environment::Sandbox;

/// Multipart only would do; what matters is that one refusal is one request.
pub fn fixed_encoding() -> jeel_auth::core::EncodingChoice {
    jeel_auth::core::EncodingChoice::Always(jeel_auth::core::BodyEncoding::Multipart)
}
