//! The handle of a running emulator: where it is, what it saw, and its end.

use std::fmt;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::settings::Settings;
use crate::shared::Shared;
use crate::tls::{self, Authority};
use crate::{
    Builder, Certificate, ResourceRequestRecord, TokenFormat, TokenRequestRecord, resource, server,
    token_endpoint,
};

/// A running authorization server and protected API.
///
/// It runs on a thread of its own and takes no part in any async runtime of the caller's. No method
/// blocks for longer than a lock, except those that say so. Dropping it closes all connections,
/// whatever state they are in, and waits for the thread to end, which is a matter of milliseconds.
pub struct Emulator {
    pub(crate) shared: Arc<Shared>,
    origin: String,
    authority: Option<Authority>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts one with every setting at its default: plain http, any free port.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::start`].
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Describes one that is different.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn launch(
        listener: TcpListener,
        settings: Settings,
        certificate: Option<Certificate>,
    ) -> io::Result<Self> {
        let scheme = if certificate.is_some() { "https" } else { "http" };
        let origin = format!("{scheme}://{}", listener.local_addr()?);
        let (authority, acceptor) = certificate.map(tls::acceptor).transpose()?.unzip();
        let shared = Arc::new(Shared::new(settings, origin.clone()));
        // Made here, so that the first client does not wait for it.
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
                // When this ends the runtime is dropped, and every connection with it.
                runtime.block_on(until_stopped.until(|state| state.stopping));
            })?;
        Ok(Self { shared, origin, authority, thread: Some(thread) })
    }

    /// The token endpoint's URL.
    pub fn token_url(&self) -> String {
        format!("{}{}", self.origin, token_endpoint::PATH)
    }

    /// The protected API's base URL, without a slash at its end. Everything under `/v1/` is there,
    /// for who has a token.
    pub fn api_url(&self) -> &str {
        &self.origin
    }

    /// The URL of one resource of the protected API, to `GET` or `POST`.
    pub fn resource_url(&self) -> String {
        format!("{}{}", self.origin, resource::PAYMENTS)
    }

    /// The certificate authority to trust, in PEM, if the emulator speaks https.
    pub fn ca_pem(&self) -> Option<&str> {
        self.authority.as_ref().map(|authority| authority.pem.as_str())
    }

    /// The certificate authority to trust, in DER, if the emulator speaks https.
    pub fn ca_der(&self) -> Option<&[u8]> {
        self.authority.as_ref().map(|authority| authority.der.as_slice())
    }

    /// The token requests so far, oldest first; of very many, the latest hundred thousand.
    pub fn token_requests(&self) -> Vec<TokenRequestRecord> {
        self.shared.read(|state| state.token_requests.to_vec())
    }

    /// How many token requests there were, whatever became of them.
    pub fn token_request_count(&self) -> u64 {
        self.shared.read(|state| state.token_requests.total)
    }

    /// How many tokens were issued. One that is issued again counts once.
    pub fn tokens_issued(&self) -> u64 {
        self.shared.read(|state| state.issuer.issued)
    }

    /// The requests to the protected API so far, oldest first; of very many, the latest hundred
    /// thousand.
    pub fn resource_requests(&self) -> Vec<ResourceRequestRecord> {
        self.shared.read(|state| state.resource_requests.to_vec())
    }

    /// How many requests to the protected API there were, whatever became of them.
    pub fn resource_request_count(&self) -> u64 {
        self.shared.read(|state| state.resource_requests.total)
    }

    /// How many requests were refused for not being proper HTTP/1.1: a correct client's are none.
    pub fn refused_request_count(&self) -> u64 {
        self.shared.read(|state| state.refused_requests)
    }

    /// How many connections were accepted, those that failed the TLS handshake included.
    pub fn connections(&self) -> u64 {
        self.shared.read(|state| state.connections)
    }

    /// Forgets the requests seen and counted so far, and the count of tokens issued. Tokens stay
    /// good, and connections keep their numbers.
    pub fn reset_counts(&self) {
        self.shared.update(|state| {
            state.token_requests = Default::default();
            state.resource_requests = Default::default();
            state.refused_requests = 0;
            state.issuer.issued = 0;
        });
    }

    /// Blocks until there were at least `count` token requests; false if that takes longer than
    /// `timeout`. In async code use [`token_requests_reached`](Self::token_requests_reached).
    pub fn wait_for_token_requests(&self, count: u64, timeout: Duration) -> bool {
        self.shared.wait(timeout, |state| state.token_requests.total >= count)
    }

    /// Completes once there were at least `count` token requests, on any runtime.
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
            // A panic there was printed when it happened; one more here could abort a test run.
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
