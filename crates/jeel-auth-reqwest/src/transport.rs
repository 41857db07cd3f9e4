//! Token requests through a `reqwest::Client`.

use crate::body::{RequestBody, WasRead};
use crate::client::with_tls;
use crate::failure::failure;
use crate::proxy::Proxy;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jeel_auth::core::{Response, SecretBuffer, SendFailure, TokenRequest};
use jeel_auth::{BoxFuture, ConfigError, OutsideRuntime, Runtime, Transport, response, tls};
use reqwest::redirect::Policy;
use reqwest::{Body, Client, Request, Url, retry};
use rustls::ClientConfig;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;

/// Sends token requests through reqwest, on tokio.
///
/// # A client of your own
///
/// The default client is best for most. It takes nothing from yours, and between two token requests
/// lies most of a token's life, so that sharing connections saves nothing. Bring your own by
/// [`with_client`](Self::with_client) for roots, client certificates, a proxy or a resolver that
/// the default one lacks. What its settings mean here:
///
/// | setting | for token requests |
/// |---|---|
/// | `redirect` | **use `Policy::none()`.** A request cannot override it. Under any policy the secret is sent once: the body cannot be replayed, so a 307 or 308 is not followed. A 301, 302 or 303 may be, by a `GET` without the secret; then the response is dropped and reported as the redirect it came by ([`ErrorKind::Redirected`](crate::ErrorKind::Redirected), as a 302 since reqwest does not tell which) |
/// | `retry` | without effect: a body that cannot be replayed is not sent again |
/// | `timeout` | without effect: the request has its own |
/// | `connect_timeout` | yours alone; none means that connecting may take all of the request's time. The default client keeps the policy's |
/// | `read_timeout` | yours, on top |
/// | `gzip`, `brotli`, `deflate`, `zstd` | without effect on servers that heed `Accept-Encoding: identity`; otherwise the decoded size is what counts |
/// | `default_headers` | are sent too. An `Authorization` among them breaks token requests on servers that look there first |
/// | `cookie_store` | cookies are sent and kept; the token endpoint needs none |
/// | `user_agent`, `referer` | without effect |
/// | `https_only` | refuses what [`LoopbackHttp`](crate::LoopbackHttp) allows |
/// | `proxy`, and the environment's | used, but failures do not name it. The default client uses the environment's, but for plain http to loopback, which no proxy gets to see |
/// | `tls_danger_accept_invalid_certs`, `…_hostnames`, `tls_sslkeylogfile` | **never:** they give the secret away |
/// | `tls_certs_merge`, `tls_certs_only` | yours, unless the builder came from [`client_builder`](crate::client_builder) or was given a preconfigured TLS |
/// | `connection_verbose` | **never:** it logs the secret |
/// | `connector_layer`, `dns_resolver`, `resolve`, `unix_socket` | yours; the server that they lead to gets the secret |
/// | `pool_*` | a connection of your pool may be used, and is closed after the response |
/// | HTTP/2 | spoken if the client does |
///
/// # The runtime
///
/// A token request runs as a task of the runtime of the caller who started it. It needs tokio with
/// both drivers on (`enable_all`). Without the time driver tokio panics. A caller outside tokio gets
/// the error [`OutsideRuntime`](crate::ErrorKind::OutsideRuntime), unless there is a token at hand.
/// When the runtime shuts down with the request under way, waiters on other runtimes hear of it at
/// once, and the next attempt runs on one of theirs.
///
/// # What is wiped
///
/// The request's body and the response's, as this crate holds them. hyper and the TLS library do not
/// wipe their buffers.
#[derive(Clone)]
pub struct Reqwest {
    client: Kind,
    /// Whether the latest request ended without its response, or has not ended.
    unfinished: Arc<AtomicBool>,
}

#[derive(Clone)]
enum Kind {
    /// For a client per request: building one is cheap, only a client can have a connect time-out, and
    /// no connection outlives the runtime that opened it.
    Default(Arc<ClientConfig>),
    Own(Client),
}

impl Reqwest {
    /// A transport that trusts the system's roots, which are loaded once per process.
    ///
    /// # Errors
    /// When the system has no usable root certificates.
    pub fn new() -> Result<Self, ConfigError> {
        tls::system_roots().map(Self::with_tls_config)
    }

    /// A transport that trusts the system's roots and these: a PEM text with any number of
    /// certificates, or one certificate in DER.
    ///
    /// # Errors
    /// As [`new`](Self::new), and when there is no certificate or an unreadable one.
    #[cfg(not(target_os = "android"))]
    pub fn with_extra_roots(certificates: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        tls::extra_roots(certificates.as_ref()).map(Self::with_tls_config)
    }

    /// A transport with a TLS configuration of your own, of rustls 0.23: for roots without the
    /// system's, client certificates, or another crypto provider.
    ///
    /// Its ALPN protocols are replaced by `http/1.1`. A verifier that accepts any certificate and a
    /// key log both give the secret away.
    pub fn with_tls_config(config: Arc<ClientConfig>) -> Self {
        Self::with_kind(Kind::Default(tls::offering_http1(config)))
    }

    /// A transport around a client of your own; [above](Self#a-client-of-your-own) is what its
    /// settings do.
    pub fn with_client(client: Client) -> Self {
        Self::with_kind(Kind::Own(client))
    }

    fn with_kind(client: Kind) -> Self {
        Self { client, unfinished: Arc::default() }
    }

    /// Sends the request when the connection of the one before is closed.
    ///
    /// That connection belongs to a task of hyper's, which closes it some time after the request was
    /// dropped, such as by a time-out. Where the runtime stood still, the request has yet to be
    /// dropped. Both need no more than that the runtime runs.
    async fn one_at_a_time(&self, request: &TokenRequest) -> Result<Response, SendFailure> {
        if self.unfinished.swap(true, Ordering::AcqRel) {
            tokio::time::sleep(TIME_TO_CLOSE).await;
        }
        let outcome = self.request(request).await;
        let is_open = outcome.as_ref().is_err_and(|failure| !failure.is_nothing_sent());
        self.unfinished.store(is_open, Ordering::Release);
        outcome
    }

    fn client(&self, request: &TokenRequest) -> reqwest::Result<Client> {
        match &self.client {
            Kind::Own(client) => Ok(client.clone()),
            Kind::Default(tls) => default_client(tls, request),
        }
    }

    /// The proxy that a request goes through, if that is known.
    fn proxy(&self, request: &TokenRequest) -> Option<Proxy> {
        match &self.client {
            Kind::Default(_) if request.endpoint().origin().is_https() => {
                Proxy::of_environment(request.endpoint())
            }
            _ => None,
        }
    }

    async fn request(&self, request: &TokenRequest) -> Result<Response, SendFailure> {
        let failed =
            |error| failure(error, request.endpoint().origin(), self.proxy(request).as_ref());
        let client = self.client(request).map_err(|error| failed(error).nothing_sent())?;
        let (post, was_read) =
            post(&client, request).map_err(|error| failed(error).nothing_sent())?;
        let url = post.url().clone();
        match client.execute(post).await {
            Ok(response) if *response.url() == url => receive(response, request, failed).await,
            Ok(elsewhere) => redirected(Some(elsewhere.url()), request),
            Err(error) if error.is_redirect() => redirected(None, request),
            Err(error) if was_read.get() => Err(failed(error)),
            Err(error) => Err(failed(error).nothing_sent()),
        }
    }
}

impl Transport for Reqwest {
    fn send<'a>(
        &'a self,
        request: &'a TokenRequest,
    ) -> BoxFuture<'a, Result<Response, SendFailure>> {
        Box::pin(self.one_at_a_time(request))
    }
}

impl Runtime for Reqwest {
    fn check(&self) -> Result<(), OutsideRuntime> {
        Handle::try_current().map(drop).map_err(|_| OutsideRuntime::new("tokio"))
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) {
        if let Ok(runtime) = Handle::try_current() {
            drop(runtime.spawn(task));
        }
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

impl fmt::Debug for Reqwest {
    /// Not the client, whose default headers may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reqwest").finish_non_exhaustive()
    }
}

/// For hyper to close a connection, on a busy machine too.
const TIME_TO_CLOSE: Duration = Duration::from_millis(10);

/// What another crate may switch on for all of reqwest is switched off here by name.
fn default_client(tls: &ClientConfig, request: &TokenRequest) -> reqwest::Result<Client> {
    let client = with_tls(tls.clone())
        .http1_only()
        .http1_max_headers(request.response_limits().fields)
        .redirect(Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .connect_timeout(request.connect_timeout())
        .pool_max_idle_per_host(0);
    if request.endpoint().origin().is_https() {
        client.https_only(true).build()
    } else {
        // It would read the secret.
        client.no_proxy().build()
    }
}

/// Each request has a connection to itself: a server closes one that was left idle, and a request
/// sent at that moment is lost.
fn post(client: &Client, request: &TokenRequest) -> reqwest::Result<(Request, WasRead)> {
    let (body, was_read) = RequestBody::new(request.body());
    let mut post = client.post(request.endpoint().to_string());
    for (name, value) in request.fields() {
        post = post.header(name, value);
    }
    post = post.header(header::CONNECTION, "close");
    let post = post.timeout(request.timeout()).body(Body::wrap(body)).build()?;
    Ok((post, was_read))
}

/// Reads the body up to its limit. What is longer is judged by core.
async fn receive(
    mut received: reqwest::Response,
    request: &TokenRequest,
    failed: impl Fn(reqwest::Error) -> SendFailure,
) -> Result<Response, SendFailure> {
    let limits = request.response_limits();
    let mut body = SecretBuffer::with_limit(limits.body_bytes);
    while let Some(chunk) = received.chunk().await.map_err(&failed)? {
        if !body.append(&chunk) {
            break;
        }
    }
    response(received.status().as_u16(), received.headers(), body, &limits)
}

/// A redirect that the client followed, or failed to follow, as the response it must have been: what
/// came from elsewhere says nothing about a token.
fn redirected(to: Option<&Url>, request: &TokenRequest) -> Result<Response, SendFailure> {
    let mut fields = HeaderMap::new();
    // The origin alone: the rest of somebody's login URL is not ours to pass on.
    let location = to.map(|url| HeaderValue::try_from(url.origin().ascii_serialization()));
    if let Some(Ok(location)) = location {
        fields.insert(header::LOCATION, location);
    }
    let limits = request.response_limits();
    let body = SecretBuffer::with_limit(limits.body_bytes);
    response(StatusCode::FOUND.as_u16(), &fields, body, &limits)
}
