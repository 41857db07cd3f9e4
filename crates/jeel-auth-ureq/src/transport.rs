//! Token requests through a `ureq::Agent`.

use http::{Request, Response};
use jeel_auth::core::{SendFailure, TokenRequest, TransportKind};
use jeel_auth::{BlockingTransport, BodyBuffer, HttpResponse, io_failure};
use std::io::{self, Read};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

/// Sends token requests through a [`ureq::Agent`].
///
/// Whatever the agent is configured to, a token request follows no redirect, takes any status for a
/// response, and keeps the time-outs and limits of the request.
///
/// What remains the agent's own: its TLS settings, its proxy (the default agent's comes from the
/// environment; plain http to loopback uses none), its resolver, its cookies, its middleware. A
/// middleware that repeats requests, rewrites them or logs their bodies breaks what this crate
/// promises; so does an agent that does not verify certificates.
///
/// The bytes of HTTP are ureq's to read, and it is more lenient than core's own reader: it takes bare
/// line feeds for line ends, and a TLS stream that was cut for the end of a response without a length.
/// The token must still come in one whole JSON object.
#[derive(Clone, Debug)]
pub struct Ureq {
    agent: Agent,
}

impl Ureq {
    /// A transport around an agent of your own.
    pub fn with_agent(agent: Agent) -> Self {
        Self { agent }
    }

    fn post(&self, request: &TokenRequest) -> Result<Response<Body>, ureq::Error> {
        let mut post = Request::post(request.endpoint().to_string());
        for (name, value) in request.fields() {
            post = post.header(name, value);
        }
        let post = self.agent.configure_request(post.body(request.body())?);
        let post = if request.endpoint().origin().is_https() {
            post.https_only(true)
        } else {
            // Without TLS, a proxy would read the secret.
            post.https_only(false).proxy(None)
        };
        let post = post
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(request.response_limits().head_bytes)
            .timeout_global(Some(request.timeout()))
            .timeout_connect(Some(request.connect_timeout()))
            .build();
        self.agent.run(post)
    }
}

impl BlockingTransport for Ureq {
    type Received = HttpResponse;

    /// An agent that trusts the system's roots and keeps no idle connection: between two token
    /// requests lies most of a token's life.
    fn with_defaults() -> Result<Self, String> {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder().tls_config(tls).max_idle_connections(0).build();
        Ok(Self::with_agent(config.new_agent()))
    }

    fn send(&self, request: &TokenRequest) -> Result<HttpResponse, SendFailure> {
        let (head, mut body) = self.post(request).map_err(failure)?.into_parts();
        let body = read(body.as_reader(), BodyBuffer::new(request))?;
        HttpResponse::new(head.status.as_u16(), head.headers, body)
    }
}

/// Reads to the end, or to one push past the limit.
fn read(mut reader: impl Read, mut body: BodyBuffer) -> Result<BodyBuffer, SendFailure> {
    let mut chunk = Zeroizing::new([0; 4096]);
    loop {
        match reader.read(&mut *chunk) {
            Ok(0) => return Ok(body),
            Ok(length) => body.push(chunk.get(..length).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failure(error.into())),
        }
    }
}

/// ureq's error as core's kinds. Its words never hold what was sent.
fn failure(error: ureq::Error) -> SendFailure {
    use ureq::Error::{
        BodyExceedsLimit, ConnectProxyFailed, ConnectionFailed, HostNotFound, InvalidProxyUrl, Io,
        LargeResponseHeader, Protocol, Rustls, Timeout, Tls, TlsRequired,
    };
    let kind = match &error {
        Io(error) => return io_failure(error),
        Timeout(_) => TransportKind::TimedOut,
        HostNotFound | ConnectionFailed | ConnectProxyFailed(_) | InvalidProxyUrl => {
            TransportKind::Connect
        }
        Tls(_) | Rustls(_) | TlsRequired => TransportKind::Tls,
        Protocol(_) | LargeResponseHeader(..) | BodyExceedsLimit(_) => TransportKind::BadResponse,
        _ => TransportKind::Broken,
    };
    SendFailure::new(kind, error)
}
