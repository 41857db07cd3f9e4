//! A token endpoint in memory, whose own copies are wiped.

use crate::mark::Marks;
use crate::wiped::Wiped;
use futures_lite::future;
use http::HeaderMap;
use jeel_auth::core::http1::ResponseReader;
use jeel_auth::core::{Response, SecretBuffer, SendFailure, TokenRequest, TransportKind};
use jeel_auth::{BoxFuture, Runtime, Transport, blocking, response};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use zeroize::Zeroizing;

/// The response to one token request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// A token.
    Token,
    /// A token with its slashes escaped.
    EscapedToken,
    /// A JWT whose claims contain the mark.
    Jwt,
    /// A token in a response without a type.
    TokenOfNoType,
    /// A token with a lifetime of 0.
    TokenOfNoTime,
    /// A token with a line break in it.
    BadToken,
    /// This status, with an error and also a token.
    Status(u16),
    /// A response that is not JSON and contains a token.
    Garbage,
    /// The connection ends inside the token.
    Cut,
    /// No response.
    Broken,
    /// The transport panics.
    Panic,
    /// The error code quotes the secret, after an escaped quotation mark.
    EchoInCode,
    /// The `tx_id` quotes the secret.
    EchoInTxId,
    /// A redirect to a URL with the secret in it.
    EchoInLocation,
    /// The token's type is the secret.
    EchoInType,
    /// The transport's error quotes the secret.
    EchoInFailure,
}

use Answer::{
    BadToken, Broken, Cut, EchoInCode, EchoInFailure, EchoInLocation, EchoInTxId, EchoInType,
    EscapedToken, Garbage, Jwt, Panic, Status, Token, TokenOfNoTime, TokenOfNoType,
};

/// Responses of a server that never repeats the request.
pub const QUIET: &[Answer] = &[
    Token,
    Status(401),
    EscapedToken,
    Status(400),
    Jwt,
    Status(429),
    TokenOfNoType,
    Status(500),
    Token,
    TokenOfNoTime,
    Garbage,
    BadToken,
    Cut,
    Broken,
    Panic,
    Status(503),
];

/// Responses of a server or a network that repeats the secret.
pub const ECHOES: &[Answer] =
    &[EchoInCode, Token, EchoInTxId, EchoInLocation, EchoInType, EchoInFailure];

/// Responds according to a script, repeatedly. Clones share the server.
#[derive(Clone, Debug)]
pub(crate) struct Scripted(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    marks: Arc<Marks>,
    script: &'static [Answer],
    requests: AtomicUsize,
}

impl Scripted {
    pub(crate) fn new(marks: &Arc<Marks>, script: &'static [Answer]) -> Self {
        let (marks, requests) = (Arc::clone(marks), AtomicUsize::new(0));
        Self(Arc::new(Inner { marks, script, requests }))
    }

    /// Whether no clone is left, which means that all requests have ended.
    pub(crate) fn is_alone(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    pub(crate) fn requests(&self) -> usize {
        self.0.requests.load(Ordering::Relaxed)
    }

    fn answer(&self, request: &TokenRequest) -> Result<Response, SendFailure> {
        let mut sent = Zeroizing::new(Vec::new());
        request.write_http1(&mut sent);
        let number = self.0.requests.fetch_add(1, Ordering::Relaxed);
        let answer = self.0.script.get(number % self.0.script.len().max(1));
        self.respond(*answer.unwrap_or(&Broken), number, request)
    }

    #[expect(clippy::panic, reason = "one of the ways a transport fails")]
    fn respond(
        &self,
        answer: Answer,
        number: usize,
        request: &TokenRequest,
    ) -> Result<Response, SendFailure> {
        let secret = &self.0.marks.secret;
        let (status, field) = match answer {
            Broken => return Err(SendFailure::new(TransportKind::Broken, "reset by peer")),
            Panic => panic!("the transport panics, as it was scripted to"),
            EchoInFailure => {
                let words = Wiped::new().text("cannot send ").mark(secret);
                return Err(SendFailure::new(TransportKind::Broken, words));
            }
            EchoInTxId => (500, Wiped::new().text("tx_id: ").mark(secret).text("\r\n")),
            EchoInLocation => {
                let field = Wiped::new().text("Location: https://login.example/?");
                (302, field.mark(secret).text("\r\n"))
            }
            Status(status) => (status, Wiped::new().text("Retry-After: 1\r\n")),
            EchoInCode => (401, Wiped::new()),
            _ => (200, Wiped::new()),
        };
        let body = self.body(answer, number);
        // Every other response is in the form of a library, whose fields need no wiping.
        if number.is_multiple_of(2) && field.as_ref().is_empty() {
            return collected(request, status, &body);
        }
        read(request, status, &field, &body)
    }

    fn body(&self, answer: Answer, number: usize) -> Wiped {
        let Marks { secret, token } = &*self.0.marks;
        let open = Wiped::new().text(r#"{"access_token":""#);
        let plain = |end: &str| {
            let open = Wiped::new().text(r#"{"access_token":""#);
            open.mark(token).text("-").number(number).text(end)
        };
        match answer {
            EscapedToken => open.slashes_escaped(token).text("-").number(number).text(END),
            Jwt => open
                .text("e30.")
                .base64(&self.claims())
                .text(".")
                .mark(token)
                .number(number)
                .text(END),
            TokenOfNoType => plain(r#"","expires_in":3600}"#),
            TokenOfNoTime => plain(r#"","token_type":"Bearer","expires_in":0}"#),
            BadToken => plain(r#"\n","token_type":"Bearer"}"#),
            Status(_) => plain(r#"","error":"invalid_client"}"#),
            Garbage => Wiped::new().text("<html>").mark(token),
            Cut => open.mark(token),
            EchoInCode => Wiped::new().text(r#"{"error":"no \"client\" "#).mark(secret).text("\"}"),
            EchoInType => open.text(r#"x","token_type":"\u0020"#).mark(secret).text("\"}"),
            _ => plain(END),
        }
    }

    fn claims(&self) -> Wiped {
        let claims = Wiped::new().text(r#"{"exp":5000,"iat":1000,"jti":""#);
        claims.mark(&self.0.marks.token).text(r#""}"#)
    }
}

const END: &str = r#"","token_type":"Bearer","expires_in":3600}"#;

/// A response from core's reader, which gets small pieces, so that each buffer grows.
fn read(
    request: &TokenRequest,
    status: u16,
    field: &Wiped,
    body: &Wiped,
) -> Result<Response, SendFailure> {
    let bad = |error| SendFailure::new(TransportKind::BadResponse, error);
    let mut reader = ResponseReader::new(request.response_limits());
    let line = format!("HTTP/1.1 {status} \r\n");
    for bytes in [line.as_bytes(), field.as_ref(), b"\r\n", body.as_ref()] {
        for few in bytes.chunks(7) {
            reader.read(few).map_err(bad)?;
        }
    }
    reader.end().map_err(bad)?;
    reader.into_response().ok_or_else(|| SendFailure::new(TransportKind::Broken, "cut"))
}

/// A response from a transport with an HTTP library.
fn collected(request: &TokenRequest, status: u16, body: &Wiped) -> Result<Response, SendFailure> {
    let limits = request.response_limits();
    let mut buffer = SecretBuffer::with_limit(limits.body_bytes);
    for few in body.as_ref().chunks(7) {
        buffer.append(few);
    }
    response(status, &HeaderMap::new(), buffer, &limits)
}

impl blocking::Transport for Scripted {
    fn send(&self, request: &TokenRequest) -> Result<Response, SendFailure> {
        self.answer(request)
    }
}

impl Transport for Scripted {
    fn send<'a>(
        &'a self,
        request: &'a TokenRequest,
    ) -> BoxFuture<'a, Result<Response, SendFailure>> {
        Box::pin(async move {
            future::yield_now().await;
            self.answer(request)
        })
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
