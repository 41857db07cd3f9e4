//! A connection by ureq, and TLS on it.

use crate::bounded::{Bounded, time_until};
use crate::stream::Stream;
use crate::transport::{Tls, Ureq};
use http::Uri;
use jeel_auth::core::{Origin, SendFailure, TokenRequest, TransportKind};
use jeel_auth::{io_failure, tls};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use std::io;
use std::sync::Arc;
use std::time::Instant;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::time::Instant as UreqInstant;
use ureq::unversioned::transport::{
    ConnectProxyConnector, ConnectionDetails, Connector, DefaultConnector, NextTimeout,
    SocksConnector, TcpConnector, Transport, TransportAdapter,
};
use ureq::{Error, Proxy, ProxyProtocol, Timeout};

/// Opens a connection for the request. Until it is returned, nothing of the request is sent.
pub(crate) fn connect(
    ureq: &Ureq,
    request: &TokenRequest,
    start: Instant,
) -> Result<Stream, SendFailure> {
    let attempt = Attempt::new(ureq, request, start)?;
    let adapter = attempt.adapter()?;
    match &ureq.tls {
        Tls::Ours(config) if attempt.origin.is_https() => {
            attempt.handshake(Arc::clone(config), adapter)
        }
        _ => Ok(Stream::Plain(adapter)),
    }
}

/// One attempt to connect.
struct Attempt<'a> {
    origin: &'a Origin,
    uri: Uri,
    config: Config,
    by_ureq: bool,
    deadline: Instant,
}

impl<'a> Attempt<'a> {
    fn new(ureq: &Ureq, request: &'a TokenRequest, start: Instant) -> Result<Self, SendFailure> {
        let origin = request.endpoint().origin();
        let uri = request.endpoint().to_string().parse();
        let uri = uri.map_err(|error| SendFailure::new(TransportKind::Connect, error))?;
        let mut config = Config::clone(&ureq.config);
        if !origin.is_https() {
            config = without_proxy(&config);
        }
        Ok(Self {
            origin,
            uri,
            config,
            by_ureq: matches!(ureq.tls, Tls::AsConfigured),
            deadline: start + request.connect_timeout(),
        })
    }

    /// The TCP connection, through the proxy if there is one; with TLS if ureq does that.
    fn adapter(&self) -> Result<TransportAdapter, SendFailure> {
        let resolver = DefaultResolver::default();
        let details = ConnectionDetails {
            uri: &self.uri,
            addrs: self.addresses(&resolver)?,
            config: &self.config,
            request_level: true,
            resolver: &resolver,
            now: UreqInstant::now(),
            timeout: self.timeout(),
            current_time: Arc::new(UreqInstant::now),
            run_connector: Arc::new(to_proxy(self.deadline)),
            register_shutdown: Arc::new(|_| Ok(())),
        };
        let opened = if self.by_ureq {
            open(&DefaultConnector::new(), &details)
        } else {
            let proxies =
                ().chain(SocksConnector::default()).chain(ConnectProxyConnector::default());
            open(&proxies.chain(TcpConnector::default()), &details)
        };
        let mut adapter = TransportAdapter::new(
            opened.map_err(|error| self.failure(error))?,
            Arc::new(UreqInstant::now),
        );
        adapter.set_timeout(self.timeout());
        Ok(adapter)
    }

    /// The addresses of the server; none if a proxy resolves its name.
    fn addresses(&self, resolver: &DefaultResolver) -> Result<ResolvedSocketAddrs, SendFailure> {
        match self.proxy() {
            Some(proxy) if !proxy.resolve_target() => Ok(resolver.empty()),
            _ => {
                let addresses = resolver.resolve(&self.uri, &self.config, self.timeout());
                addresses.map_err(|error| unresolved(self.origin.host(), error))
            }
        }
    }

    fn handshake(
        &self,
        config: Arc<ClientConfig>,
        mut adapter: TransportAdapter,
    ) -> Result<Stream, SendFailure> {
        let name = ServerName::try_from(self.origin.host().to_owned());
        let name = name.map_err(|error| SendFailure::new(TransportKind::Tls, error))?;
        let mut connection = ClientConnection::new(config, name)
            .map_err(|error| SendFailure::new(TransportKind::Tls, error))?;
        match connection.complete_io(&mut adapter) {
            Ok(_) => Ok(Stream::Tls(Box::new(StreamOwned::new(connection, adapter)))),
            Err(error) => Err(match timed_out(&error) {
                Some(failure) => failure,
                None => tls::handshake_failure(&error),
            }),
        }
    }

    /// The proxy that this request goes through.
    fn proxy(&self) -> Option<&Proxy> {
        self.config.proxy().filter(|proxy| !proxy.is_no_proxy(&self.uri))
    }

    fn failure(&self, error: Error) -> SendFailure {
        let proxy = self.proxy().map(|proxy| format!("proxy {}:{}", proxy.host(), proxy.port()));
        let named = |kind, words: &dyn std::fmt::Display| match &proxy {
            Some(proxy) => SendFailure::new(kind, format_args!("{proxy}: {words}")),
            None => SendFailure::new(kind, words),
        };
        match error {
            Error::ConnectProxyFailed(reason) => named(TransportKind::Proxy, &reason),
            Error::Timeout(_) => named(TransportKind::TimedOut, &"connecting took too long"),
            Error::HostNotFound => unresolved(self.host_to_resolve(), Error::HostNotFound),
            Error::Rustls(error) => {
                let error = io::Error::new(io::ErrorKind::InvalidData, error);
                tls::handshake_failure(&error)
            }
            Error::Io(error) if tls::is_tls_failure(&error) => tls::handshake_failure(&error),
            Error::Io(error) if self.is_refusal(&error) => named(TransportKind::Proxy, &error),
            Error::Io(error) => named(io_failure(&error).kind(), &error),
            error => named(TransportKind::Connect, &error),
        }
    }

    /// Whether a SOCKS proxy refused to connect. ureq has no error for that, but makes its own I/O
    /// error, of one of these kinds.
    fn is_refusal(&self, error: &io::Error) -> bool {
        use io::ErrorKind::{InvalidData, InvalidInput, Other, PermissionDenied};
        let http =
            |proxy: &Proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
        self.proxy().is_some_and(|proxy| !http(proxy))
            && error.raw_os_error().is_none()
            && matches!(error.kind(), InvalidData | InvalidInput | Other | PermissionDenied)
            && timed_out(error).is_none()
    }

    /// Which name was to be resolved when connecting: the proxy's if there is one.
    fn host_to_resolve(&self) -> &str {
        self.proxy().map_or(self.origin.host(), Proxy::host)
    }

    fn timeout(&self) -> NextTimeout {
        timeout_until(self.deadline, Timeout::Connect)
    }
}

/// Connects to an HTTP proxy itself, within what is left of the time for connecting.
fn to_proxy(
    deadline: Instant,
) -> impl Fn(&ConnectionDetails<'_>) -> Result<Box<dyn Transport>, Error> + Send + Sync {
    move |details| {
        let details = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: UreqInstant::now(),
            timeout: timeout_until(deadline, Timeout::Connect),
            current_time: Arc::clone(&details.current_time),
            run_connector: Arc::clone(&details.run_connector),
            register_shutdown: Arc::clone(&details.register_shutdown),
        };
        let transport = open(&DefaultConnector::new(), &details)?;
        Ok(Bounded { transport, deadline }.boxed())
    }
}

fn open<C: Connector<(), Out: Transport>>(
    connector: &C,
    details: &ConnectionDetails<'_>,
) -> Result<Box<dyn Transport>, Error> {
    // ureq takes no time for a whole second.
    if details.timeout.after.is_zero() {
        return Err(Error::Timeout(details.timeout.reason));
    }
    let transport = connector.connect(details, None)?;
    transport.map(Transport::boxed).ok_or(Error::ConnectionFailed)
}

fn without_proxy(config: &Config) -> Config {
    let mut builder = ureq::Agent::config_builder();
    builder = builder.ip_family(config.ip_family()).no_delay(config.no_delay());
    builder.tls_config(config.tls_config().clone()).proxy(None).build()
}

fn unresolved(host: &str, error: Error) -> SendFailure {
    match error {
        Error::Timeout(_) => {
            SendFailure::new(TransportKind::TimedOut, format!("resolving {host} took too long"))
        }
        _ => SendFailure::new(TransportKind::Resolve, format_args!("cannot resolve {host}")),
    }
}

/// What is left until a deadline, for one phase.
pub(crate) fn timeout_until(deadline: Instant, reason: Timeout) -> NextTimeout {
    NextTimeout { after: time_until(deadline), reason, ..NextTimeout::default() }
}

/// ureq hides its time-outs in I/O errors.
pub(crate) fn timed_out(error: &io::Error) -> Option<SendFailure> {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    let is_timeout = matches!(inner, Some(Error::Timeout(_)));
    is_timeout.then(|| SendFailure::new(TransportKind::TimedOut, "the server took too long"))
}
