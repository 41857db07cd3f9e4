//! Token requests through a `reqwest::Client`.

use crate::client::with_tls;
use crate::failure::failure;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::Full;
use jeel_auth::core::{Response, SecretBuffer, SendFailure, TokenRequest};
use jeel_auth::{BoxFuture, ConfigError, OutsideRuntime, Runtime, Transport, response, tls};
use reqwest::redirect::Policy;
use reqwest::{Body, Client, Request, Url, retry};
use rustls::ClientConfig;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

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
/// | `redirect` | **use `Policy::none()`.** A request cannot override it. Whatever it is, the secret is sent once: its body cannot be replayed, so a 307 or 308 is not followed. A 301, 302 or 303 may be, by a `GET` without the secret; then the response is dropped and reported as the redirect it came by ([`ErrorKind::Redirected`](crate::ErrorKind::Redirected), as a 302 since reqwest does not tell which) |
/// | `retry` | without effect: a body that cannot be replayed is not sent again |
/// | `timeout` | without effect: the request has its own |
/// | `connect_timeout` | yours alone; none means that connecting may take all of the request's time. The default client keeps the policy's |
/// | `read_timeout` | yours, on top |
/// | `gzip`, `brotli`, `deflate`, `zstd` | without effect on servers that heed `Accept-Encoding: identity`; otherwise the decoded size is what counts |
/// | `default_headers` | are sent too. An `Authorization` among them breaks token requests on servers that look there first |
/// | `cookie_store` | cookies are sent and kept; the token endpoint needs none |
/// | `user_agent`, `referer` | without effect |
/// | `https_only` | refuses what [`LoopbackHttp`](crate::LoopbackHttp) allows |
/// | `proxy`, and the environment's | used. The default client uses the environment's, but for plain http to loopback, which no proxy gets to see |
/// | `tls_danger_accept_invalid_certs`, `…_hostnames`, `tls_sslkeylogfile` | **never:** they give the secret away |
/// | `connection_verbose` | **never:** it logs the secret |
/// | `connector_layer`, `dns_resolver`, `resolve`, `unix_socket` | yours; whoever answers there gets the secret |
/// | `pool_*` | yours. A pooled connection belongs to the runtime that opened it: a client used on several runtimes wants `pool_max_idle_per_host(0)` |
/// | HTTP/2 | spoken if the client does |
///
/// # The runtime
///
/// A token request runs as a task of the runtime of the caller who started it. It needs tokio with
/// both drivers on (`enable_all`); without the time driver tokio panics. Outside of tokio a caller
/// gets the token at hand, or else the error
/// [`OutsideRuntime`](crate::ErrorKind::OutsideRuntime). When the runtime shuts down with the request
/// under way, waiters on other runtimes are woken at once, and the next attempt runs on one of theirs.
///
/// # What is wiped
///
/// The request's body and the response's, as this crate holds them. hyper's and the TLS library's
/// buffers are their own.
#[derive(Clone)]
pub struct Reqwest {
    client: Kind,
}

#[derive(Clone)]
enum Kind {
    /// For a client per request: building one is cheap once the roots are loaded, only a client can
    /// have a connect time-out, and no connection outlives the runtime that opened it.
    PerRequest(Arc<ClientConfig>),
    Own(Client),
}

impl Reqwest {
    /// A transport that trusts the system's roots.
    ///
    /// # Errors
    /// When the system has no usable root certificates.
    pub fn new() -> Result<Self, ConfigError> {
        Ok(Self::with_tls_config(tls::system_roots()?))
    }

    /// A transport that trusts the system's roots and these too: a PEM text with any number of
    /// certificates, or one certificate in DER.
    ///
    /// # Errors
    /// As [`new`](Self::new), and when there is no certificate or an unreadable one.
    #[cfg(not(target_os = "android"))]
    pub fn with_extra_roots(certificates: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Ok(Self::with_tls_config(tls::extra_roots(certificates.as_ref())?))
    }

    /// A transport with your own TLS configuration, of rustls 0.23: for roots without the system's,
    /// client certificates, or another crypto provider.
    ///
    /// Its ALPN protocols are replaced by `http/1.1`. A verifier that accepts any certificate and a
    /// key log both give the secret away.
    pub fn with_tls_config(config: Arc<ClientConfig>) -> Self {
        Self { client: Kind::PerRequest(tls::offering_http1(config)) }
    }

    /// A transport around your own client; [above](Self#a-client-of-your-own) is what its settings
    /// do.
    pub fn with_client(client: Client) -> Self {
        Self { client: Kind::Own(client) }
    }

    fn client(&self, request: &TokenRequest) -> reqwest::Result<Client> {
        match &self.client {
            Kind::Own(client) => Ok(client.clone()),
            Kind::PerRequest(tls) => client_for(request, ClientConfig::clone(tls)),
        }
    }
}

impl Transport for Reqwest {
    fn send<'a>(
        &'a self,
        request: &'a TokenRequest,
    ) -> BoxFuture<'a, Result<Response, SendFailure>> {
        Box::pin(async move {
            let client = self.client(request).map_err(failure)?;
            let post = post(&client, request).map_err(failure)?;
            let url = post.url().clone();
            match client.execute(post).await {
                Ok(response) if *response.url() == url => receive(response, request).await,
                Ok(elsewhere) => redirected(Some(elsewhere.url()), request),
                Err(error) if error.is_redirect() => redirected(None, request),
                Err(error) => Err(failure(error)),
            }
        })
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

/// What another crate may switch on for all of reqwest is switched off here by name.
fn client_for(request: &TokenRequest, tls: ClientConfig) -> reqwest::Result<Client> {
    let client = with_tls(tls)
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

/// The body is a stream to reqwest, though of known length: a body that it cannot clone it sends
/// once, whatever the client's policies for redirects and retries.
fn post(client: &Client, request: &TokenRequest) -> reqwest::Result<Request> {
    let wiped = Bytes::from_owner(Zeroizing::new(request.body().to_vec()));
    let mut post = client.post(request.endpoint().to_string());
    for (name, value) in request.fields() {
        post = post.header(name, value);
    }
    post.timeout(request.timeout()).body(Body::wrap(Full::new(wiped))).build()
}

async fn receive(
    mut received: reqwest::Response,
    request: &TokenRequest,
) -> Result<Response, SendFailure> {
    let limits = request.response_limits();
    let fields = std::mem::take(received.headers_mut());
    let mut body = SecretBuffer::with_limit(limits.body_bytes);
    while let Some(chunk) = received.chunk().await.map_err(failure)? {
        if !body.append(&chunk) {
            break;
        }
    }
    response(received.status().as_u16(), &fields, body, &limits)
}

/// A redirect that the client followed, or failed to follow, as the response it must have been: a
/// response from elsewhere says nothing about a token.
fn redirected(to: Option<&Url>, request: &TokenRequest) -> Result<Response, SendFailure> {
    let mut fields = HeaderMap::new();
    // The origin alone: the rest of somebody's login URL is not ours to pass on.
    let location = to.map(|url| HeaderValue::try_from(url.origin().ascii_serialization()));
    if let Some(Ok(location)) = location {
        fields.insert(header::LOCATION, location);
    }
    let body = SecretBuffer::default();
    response(StatusCode::FOUND.as_u16(), &fields, body, &request.response_limits())
}
