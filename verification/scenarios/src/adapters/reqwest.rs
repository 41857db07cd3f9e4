//! Tasks of tokio, on reqwest.

use crate::Setup;
use crate::adapter::{Adapter, Connected, Runtime, tasks};
use jeel_auth_reqwest::Reqwest;
use reqwest::{Client, ClientBuilder};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::sync::Arc;
use tokio::runtime::{self, Runtime as Tokio};

pub(super) const ADAPTER: Adapter = Adapter { name: "reqwest", connect };

fn connect(setup: &Setup) -> Connected {
    let transport = match &setup.authority {
        Some(authority) => Reqwest::with_extra_roots(authority)?,
        None => Reqwest::new()?,
    };
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    tasks(setup, transport, runtime)
}

/// Returns a builder of clients that trust only this authority, in DER.
///
/// # Errors
/// Returns an error if it is not a certificate.
pub fn reqwest_trusting(authority: &[u8]) -> Result<ClientBuilder, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority))?;
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Client::builder().tls_backend_preconfigured(tls))
}

impl Runtime for Tokio {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        Tokio::block_on(self, future)
    }

    fn spawn<F>(&self, future: F) -> impl Future<Output = Option<F::Output>> + Send
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let task = Tokio::spawn(self, future);
        async { task.await.ok() }
    }
}
