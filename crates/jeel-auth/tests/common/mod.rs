//! A token endpoint in memory, which counts requests and answers as a test scripts it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use jeel_auth::core::{
    BodyEncoding, Credentials, EncodingChoice, Environment, Response, SendFailure, TokenRequest,
    TransportKind,
};
use jeel_auth::{BoxFuture, Runtime, Transport, blocking};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// The answer to one request.
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

    fn answer(&self) -> Result<Response, SendFailure> {
        let (number, answer) = self.with(|inside| {
            inside.requests += 1;
            let scripted = (!inside.script.is_empty()).then(|| inside.script.remove(0));
            (inside.requests, scripted.or(inside.then.clone()).unwrap_or(Answer::Status(500)))
        });
        let (inside, changed) = &*self.0;
        drop(changed.wait_while(inside.lock().unwrap(), |inside| inside.held).unwrap());
        match answer {
            Answer::Token(seconds) => Ok(issuing(number, seconds)),
            Answer::Status(status) => Ok(Response::new(status, [], b"")),
            Answer::Broken => Err(SendFailure::new(TransportKind::Broken, "cut")),
            Answer::Panic => panic!("the transport panics, as a test asked it to"),
        }
    }
}

fn issuing(number: u64, seconds: u64) -> Response {
    let json = format!(
        r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":{seconds}}}"#
    );
    Response::new(200, [], json.as_bytes())
}

impl blocking::Transport for Server {
    fn send(&self, _: &TokenRequest) -> Result<Response, SendFailure> {
        self.answer()
    }
}

/// The same server, on smol's executor.
#[derive(Clone, Debug)]
pub struct OnSmol(pub Server);

impl Transport for OnSmol {
    fn send<'a>(&'a self, _: &'a TokenRequest) -> BoxFuture<'a, Result<Response, SendFailure>> {
        let server = self.0.clone();
        Box::pin(smol::unblock(move || server.answer()))
    }
}

impl Runtime for OnSmol {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        smol::spawn(task).detach();
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            smol::Timer::after(duration).await;
        })
    }
}

pub fn credentials() -> Credentials {
    Credentials::new("school", "hush-hush").unwrap()
}

/// The same client's next secret.
pub fn rotated() -> Credentials {
    Credentials::new("school", "hush-hush-anew").unwrap()
}

pub const ENVIRONMENT: Environment = Environment::Sandbox;

/// With one encoding, one refusal is one request.
pub fn fixed_encoding() -> EncodingChoice {
    EncodingChoice::Always(BodyEncoding::Multipart)
}
