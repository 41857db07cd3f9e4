//! Token requests over sockets.

use crate::connect::connect;
use crate::exchange::exchange;
use crate::sockets::Sockets;
use crate::tls::server_name;
use crate::within::within;
use futures_rustls::TlsConnector;
use futures_rustls::client::TlsStream;
use jeel_auth::core::{Response, SendFailure, TokenRequest, TransportKind};
use jeel_auth::{BoxFuture, ConfigError, OutsideRuntime, Runtime, Transport, tls};
use rustls::ClientConfig;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// Sends token requests over sockets of the runtime `R`, each on its own connection.
///
/// # What is checked
///
/// - The certificate: against the system's roots, or the roots that were chosen, and for the name or
///   IP address in the token URL.
/// - Plain http goes to loopback addresses only, also if `localhost` resolves to another one.
/// - The end: over TLS a response that ends with its connection must end with a `close_notify`.
/// - Sizes and time: the request's limits hold while reading. Its time to connect covers resolving
///   the name, the addresses of the name in turn, each with a share of the time, until one takes a
///   TCP connection, and the TLS handshake on that; its total time covers everything.
///
/// # What is not
///
/// **No proxy** is supported, and none is read from the environment.
///
/// # What is wiped
///
/// The bytes of the request and of the response, as this crate holds them. The TLS library does not
/// wipe its buffers.
#[derive(Clone)]
pub struct FuturesIo<R> {
    runtime: R,
    tls: Arc<ClientConfig>,
}

impl<R: Sockets> FuturesIo<R> {
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

    /// A transport with your own TLS configuration, of rustls 0.23: for roots without the
    /// system's, client certificates, or another crypto provider.
    ///
    /// Its ALPN protocols are replaced by `http/1.1`, the only protocol of this transport. A verifier
    /// that accepts any certificate and a key log both give the secret away.
    pub fn with_tls_config(config: Arc<ClientConfig>) -> Self {
        Self { runtime: R::default(), tls: tls::offering_http1(config) }
    }

    /// The same transport on another runtime than the default value of its type.
    #[must_use]
    pub fn with_runtime(self, runtime: R) -> Self {
        Self { runtime, ..self }
    }

    async fn request(&self, request: &TokenRequest) -> Result<Response, SendFailure> {
        if request.endpoint().origin().is_https() {
            exchange(self.in_time(request, self.connect_tls(request)).await?, request).await
        } else {
            exchange(self.in_time(request, self.connect(request)).await?, request).await
        }
    }

    async fn connect(&self, request: &TokenRequest) -> Result<R::TcpStream, SendFailure> {
        connect(&self.runtime, request.endpoint().origin(), request.connect_timeout()).await
    }

    async fn connect_tls(
        &self,
        request: &TokenRequest,
    ) -> Result<TlsStream<R::TcpStream>, SendFailure> {
        let name = server_name(request.endpoint().origin())?;
        let stream = self.connect(request).await?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        connector.connect(name, stream).await.map_err(|error| tls::handshake_failure(&error))
    }

    /// A connection, if it is made within the time to connect. Until then nothing is sent.
    async fn in_time<S>(
        &self,
        request: &TokenRequest,
        connecting: impl Future<Output = Result<S, SendFailure>>,
    ) -> Result<S, SendFailure> {
        let time = request.connect_timeout();
        within(&self.runtime, time, connecting)
            .await
            .unwrap_or_else(|| Err(timed_out("connecting", time)))
            .map_err(SendFailure::nothing_sent)
    }
}

impl<R: Sockets> Transport for FuturesIo<R> {
    fn send<'a>(
        &'a self,
        request: &'a TokenRequest,
    ) -> BoxFuture<'a, Result<Response, SendFailure>> {
        Box::pin(async {
            let time = request.timeout();
            within(&self.runtime, time, self.request(request))
                .await
                .unwrap_or_else(|| Err(timed_out("the whole request", time)))
        })
    }
}

impl<R: Sockets> Runtime for FuturesIo<R> {
    fn check(&self) -> Result<(), OutsideRuntime> {
        self.runtime.check()
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.runtime.spawn(task);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.runtime.sleep(duration)
    }
}

impl<R> fmt::Debug for FuturesIo<R> {
    /// Not the configuration, which may hold a client's key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FuturesIo").finish_non_exhaustive()
    }
}

fn timed_out(what: &str, time: Duration) -> SendFailure {
    SendFailure::new(TransportKind::TimedOut, format_args!("{what} took longer than {time:?}"))
}
