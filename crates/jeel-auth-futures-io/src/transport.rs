//! Token requests over sockets.

use crate::connect::connect;
use crate::exchange::exchange;
use crate::within::within;
use crate::{Runtime, TlsSetupError, tls};
use futures_rustls::TlsConnector;
use futures_rustls::client::TlsStream;
use jeel_auth::core::http1::Response;
use jeel_auth::core::{SendFailure, TokenRequest, TransportKind};
use jeel_auth::{AsyncTransport, io_failure};
use rustls::ClientConfig;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// Sends token requests over sockets of the runtime `R`, each on a connection of its own.
///
/// # What is checked
///
/// - The certificate: against the system's roots, or what else was chosen, and for the name or IP
///   address in the token URL.
/// - Plain http goes to loopback addresses only, whatever `localhost` resolves to.
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
/// The request's bytes and the response's, as this crate holds them. The TLS library's buffers are its
/// own.
#[derive(Clone)]
pub struct FuturesIo<R> {
    runtime: R,
    tls: Arc<ClientConfig>,
}

impl<R: Runtime> FuturesIo<R> {
    /// A transport that trusts the system's roots: the default one.
    ///
    /// # Errors
    /// [`TlsSetupError::System`].
    pub fn new() -> Result<Self, TlsSetupError> {
        tls::system_roots().map(Self::around)
    }

    /// A transport that trusts the system's roots and these too: a PEM text with any number of
    /// certificates, or one certificate in DER.
    ///
    /// # Errors
    /// [`TlsSetupError::BadRoot`] if there is no certificate or an unreadable one, and
    /// [`TlsSetupError::System`].
    #[cfg(not(target_os = "android"))]
    pub fn with_extra_roots(certificates: impl AsRef<[u8]>) -> Result<Self, TlsSetupError> {
        tls::and_extra_roots(certificates.as_ref()).map(Self::around)
    }

    /// A transport with a TLS configuration of your own, of rustls 0.23: for roots without the
    /// system's, client certificates, or another crypto provider.
    ///
    /// Its ALPN protocols are replaced by `http/1.1`, which is what is spoken. A verifier that
    /// accepts any certificate and a key log both give the secret away.
    pub fn with_tls_config(config: Arc<ClientConfig>) -> Self {
        Self { runtime: R::default(), tls: tls::speaking_http1(config) }
    }

    /// The same on another runtime than its type's default value.
    #[must_use]
    pub fn with_runtime(self, runtime: R) -> Self {
        Self { runtime, ..self }
    }

    fn around(config: ClientConfig) -> Self {
        Self::with_tls_config(Arc::new(config))
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
        let name = tls::server_name(request.endpoint().origin())?;
        let stream = self.connect(request).await?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        connector.connect(name, stream).await.map_err(|error| io_failure(&error))
    }

    /// A connection, if it is there within the time to connect.
    async fn in_time<S>(
        &self,
        request: &TokenRequest,
        connecting: impl Future<Output = Result<S, SendFailure>>,
    ) -> Result<S, SendFailure> {
        let time = request.connect_timeout();
        within(&self.runtime, time, connecting)
            .await
            .unwrap_or_else(|| Err(timed_out("connecting", time)))
    }
}

impl<R: Runtime> AsyncTransport for FuturesIo<R> {
    type Received = Response;

    fn with_defaults() -> Result<Self, String> {
        Self::new().map_err(|error| error.to_string())
    }

    async fn send(&self, request: &TokenRequest) -> Result<Response, SendFailure> {
        let time = request.timeout();
        within(&self.runtime, time, self.request(request))
            .await
            .unwrap_or_else(|| Err(timed_out("the whole request", time)))
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(future);
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send {
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
