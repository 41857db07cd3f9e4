//! The adapters, which trust the emulator's authority.

use crate::Outcome;
use crate::emulated::{Emulated, SCRIPTED};
use crate::life::{built, tasks, threads};
use crate::mark::Marks;
use crate::texts::Texts;
use jeel_auth::core::{Endpoint, LoopbackHttp};
use jeel_auth::{Async, Blocking, Driver, TokenSource};
use jeel_auth_reqwest::Reqwest;
use jeel_auth_smol::{FuturesIo, Smol};
use jeel_auth_ureq::Ureq;
use reqwest::Client;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::runtime;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// An adapter whose memory is searched.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Adapter {
    /// Threads, on ureq.
    Ureq,
    /// tokio, on reqwest.
    Reqwest,
    /// smol, on core's own HTTP/1.1.
    Smol,
}

/// Runs requests with an adapter, drops everything, and returns the number of cycles.
///
/// # Errors
/// Returns an error if the adapter cannot be set up.
pub fn through(
    adapter: Adapter,
    emulated: &Emulated,
    marks: &Marks,
    texts: &Texts,
) -> Outcome<usize> {
    match adapter {
        Adapter::Ureq => {
            let source: TokenSource<Blocking<Ureq>> = source(emulated, marks, trusting_ureq)?;
            threads(source, marks, texts, SCRIPTED)?;
        }
        Adapter::Reqwest => {
            let runtime =
                runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            let source: TokenSource<Async<Reqwest>> = source(emulated, marks, trusting_reqwest)?;
            runtime.block_on(tasks(source, marks, texts, SCRIPTED))?;
        }
        Adapter::Smol => {
            let trusting = |authority: &[u8]| Ok(FuturesIo::<Smol>::with_extra_roots(authority)?);
            let source: TokenSource<Async<FuturesIo<Smol>>> = source(emulated, marks, trusting)?;
            smol::block_on(tasks(source, marks, texts, SCRIPTED))?;
        }
    }
    // A request of the last caller may still be in flight. Libraries do not report its end.
    thread::sleep(Duration::from_secs(1));
    Ok(SCRIPTED)
}

/// A source with the default transport, or with the emulator's authority as its root if it uses
/// TLS.
fn source<D: Driver>(
    emulated: &Emulated,
    marks: &Marks,
    trusting: impl FnOnce(&[u8]) -> Outcome<D::Transport>,
) -> Outcome<TokenSource<D>> {
    let endpoint = Endpoint::parse(&emulated.token_url, LoopbackHttp::Allowed)?;
    let transport = emulated.authority.as_deref().map(trusting).transpose()?;
    built(marks, |source| {
        let source = source.endpoint(endpoint);
        match transport {
            Some(transport) => source.transport(transport),
            None => source,
        }
    })
}

fn trusting_ureq(authority: &[u8]) -> Outcome<Ureq> {
    let roots = RootCerts::new_with_certs(&[Certificate::from_der(authority).to_owned()]);
    let tls = TlsConfig::builder().root_certs(roots).build();
    let agent = Agent::config_builder().tls_config(tls).max_idle_connections(0).build();
    Ok(Ureq::with_agent(agent.new_agent()))
}

fn trusting_reqwest(authority: &[u8]) -> Outcome<Reqwest> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority))?;
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = Client::builder().tls_backend_preconfigured(tls).pool_max_idle_per_host(0);
    Ok(Reqwest::with_client(client.redirect(reqwest::redirect::Policy::none()).build()?))
}
