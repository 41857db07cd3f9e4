//! The handle of a running emulator: its URLs, its records, and its end.

use std::fmt;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::settings::Settings;
use crate::shared::{Shared, State};
use crate::tls::{self, Authority};
use crate::{
    Builder, Certificate, ResourceRequestRecord, Rule, TokenFormat, TokenRequestRecord, control,
    resource, server, token_endpoint,
};

/// A running authorization server and protected API.
///
/// The emulator runs on its own thread and does not use the caller's async runtime. No method
/// blocks for longer than it takes to acquire a lock, unless its documentation says so. Dropping
/// the emulator closes all connections, in any state, and waits some milliseconds for the thread to
/// end.
pub struct Emulator {
    pub(crate) shared: Arc<Shared>,
    origin: String,
    authority: Option<Authority>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts an emulator with the default settings: plain http, any free port.
    ///
    /// # Errors
    ///
    /// The same as [`Builder::start`].
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Returns a builder, to change the settings before the start.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn launch(
        listener: TcpListener,
        settings: Settings,
        rules: Vec<Rule>,
        certificate: Option<Certificate>,
    ) -> io::Result<Self> {
        let scheme = if certificate.is_some() { "https" } else { "http" };
        let origin = format!("{scheme}://{}", listener.local_addr()?);
        let (authority, acceptor) = certificate.map(tls::acceptor).transpose()?.unzip();
        let shared = Arc::new(Shared::new(settings, rules, origin.clone()));
        // Made now, so that the first token request does not wait for it.
        if shared.read(|state| state.settings.format == TokenFormat::Jwt) {
            shared.update(|state| state.issuer.key())?;
        }
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _context = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        runtime.spawn(server::accept(listener, acceptor, Arc::clone(&shared)));
        let until_stopped = Arc::clone(&shared);
        let thread =
            thread::Builder::new().name("jeel-auth-emulator".to_owned()).spawn(move || {
                // At the end of this closure the runtime drops all connections.
                runtime.block_on(until_stopped.until(|state| state.stopping));
            })?;
        Ok(Self { shared, origin, authority, thread: Some(thread) })
    }

    /// The token endpoint's URL.
    pub fn token_url(&self) -> String {
        format!("{}{}", self.origin, token_endpoint::PATH)
    }

    /// The base URL of the protected API, without a trailing slash. Every path under `/v1/` exists
    /// and needs a token.
    pub fn api_url(&self) -> &str {
        &self.origin
    }

    /// The URL of one resource of the protected API, which accepts `GET` and `POST`.
    pub fn resource_url(&self) -> String {
        format!("{}{}", self.origin, resource::PAYMENTS)
    }

    /// The base URL of the control endpoint, if it exists.
    pub fn control_url(&self) -> Option<String> {
        let exists = self.shared.read(|state| state.settings.control);
        exists.then(|| format!("{}{}", self.origin, control::PREFIX))
    }

    /// The certificate authority to trust, in PEM, if the emulator serves https.
    pub fn ca_pem(&self) -> Option<&str> {
        self.authority.as_ref().map(|authority| authority.pem.as_str())
    }

    /// The certificate authority to trust, in DER, if the emulator serves https.
    pub fn ca_der(&self) -> Option<&[u8]> {
        self.authority.as_ref().map(|authority| authority.der.as_slice())
    }

    /// The token requests since the start, oldest first. The emulator keeps the last 100,000.
    pub fn token_requests(&self) -> Vec<TokenRequestRecord> {
        self.shared.read(|state| state.token_requests.to_vec())
    }

    /// The number of token requests, including refused ones.
    pub fn token_request_count(&self) -> u64 {
        self.shared.read(|state| state.token_requests.total)
    }

    /// The number of tokens issued. A token that is issued again counts once.
    pub fn tokens_issued(&self) -> u64 {
        self.shared.read(|state| state.issuer.issued)
    }

    /// The requests to the protected API since the start, oldest first. The emulator keeps the last
    /// 100,000.
    pub fn resource_requests(&self) -> Vec<ResourceRequestRecord> {
        self.shared.read(|state| state.resource_requests.to_vec())
    }

    /// The number of requests to the protected API, including refused ones.
    pub fn resource_request_count(&self) -> u64 {
        self.shared.read(|state| state.resource_requests.total)
    }

    /// The number of requests refused because they were not valid HTTP/1.1. It is 0 with a correct
    /// client.
    pub fn refused_request_count(&self) -> u64 {
        self.shared.read(|state| state.refused_requests)
    }

    /// The number of connections accepted, failed TLS handshakes included.
    pub fn connections(&self) -> u64 {
        self.shared.read(|state| state.connections)
    }

    /// Deletes the records of requests and sets their counts and the count of issued tokens to 0.
    /// Tokens stay valid, and connections keep their numbers.
    pub fn reset_counts(&self) {
        self.shared.update(State::reset_counts);
    }

    /// Blocks until there are at least `count` token requests. Returns false if that takes longer
    /// than `timeout`. In async code use [`token_requests_reached`](Self::token_requests_reached).
    pub fn wait_for_token_requests(&self, count: u64, timeout: Duration) -> bool {
        self.shared.wait(timeout, |state| state.token_requests.total >= count)
    }

    /// Resolves when there are at least `count` token requests. Works on any runtime.
    pub fn token_requests_reached(
        &self,
        count: u64,
    ) -> impl Future<Output = ()> + Send + 'static + use<> {
        let shared = Arc::clone(&self.shared);
        async move { shared.until(|state| state.token_requests.total >= count).await }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.shared.update(|state| state.stopping = true);
        if let Some(thread) = self.thread.take() {
            // The thread has printed its panic already. A second panic here could abort a test run.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("token_url", &self.token_url())
            .field("token_requests", &self.token_request_count())
            .field("resource_requests", &self.resource_request_count())
            .finish_non_exhaustive()
    }
}
