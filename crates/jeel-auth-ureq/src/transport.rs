//! Token requests over ureq's connections.

use crate::connect::connect;
use crate::exchange::exchange;
use jeel_auth::blocking::Transport;
use jeel_auth::core::{Response, SendFailure, TokenRequest};
use jeel_auth::{ConfigError, tls};
use rustls::ClientConfig;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;
use ureq::config::Config;

/// Sends token requests, each on its own connection.
///
/// ureq resolves names, goes through proxies and opens connections. The bytes of HTTP are core's:
/// ureq's own reader logs every byte of a response at the level `trace`, the token among them.
///
/// # Proxies
///
/// The default one comes from the environment (`ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`).
/// HTTP proxies and SOCKS proxies work (`socks5h` leaves the name for the proxy to resolve).
/// Plain http to loopback goes through none, because a proxy would read the secret.
///
/// # What is checked
///
/// - The certificate: against the system's roots, or the roots that were chosen, and for the name or
///   IP address in the token URL.
/// - The end: over TLS a response that ends with its connection must end with a `close_notify`.
/// - Sizes and time: the request's limits hold. Its time to connect covers resolving the name, the
///   proxy, TCP and TLS.
#[derive(Clone)]
pub struct Ureq {
    pub(crate) config: Arc<Config>,
    pub(crate) tls: Tls,
}

#[derive(Clone)]
pub(crate) enum Tls {
    Ours(Arc<ClientConfig>),
    /// As ureq's configuration says, by ureq.
    AsConfigured,
}

impl Ureq {
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

    /// A transport with your TLS configuration, of rustls 0.23: for roots without the
    /// system's, client certificates, or another crypto provider.
    ///
    /// Its ALPN protocols are replaced by `http/1.1`. A verifier that accepts any certificate and a
    /// key log both give the secret away.
    pub fn with_tls_config(config: Arc<ClientConfig>) -> Self {
        let tls = Tls::Ours(tls::offering_http1(config));
        Self { config: Arc::default(), tls }
    }

    /// A transport that connects as your client does: pass `agent.config().clone()`.
    ///
    /// Of the configuration count the TLS settings, the proxy, the IP family, `no_delay` and the
    /// sizes of buffers. Time-outs, limits and redirects are the token request's; cookies, middleware
    /// and headers are not used. A connector or resolver given to `Agent::with_parts` is not part of
    /// a configuration, and is not used either. TLS settings that verify no certificate give the
    /// secret away.
    pub fn with_config(config: Config) -> Self {
        Self { config: Arc::new(config), tls: Tls::AsConfigured }
    }
}

impl Transport for Ureq {
    fn send(&self, request: &TokenRequest) -> Result<Response, SendFailure> {
        let start = Instant::now();
        let stream = connect(self, request, start).map_err(SendFailure::nothing_sent)?;
        exchange(stream, request, start)
    }
}

impl fmt::Debug for Ureq {
    /// Not the configuration, which may hold a proxy's password or a client's key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ureq").finish_non_exhaustive()
    }
}
