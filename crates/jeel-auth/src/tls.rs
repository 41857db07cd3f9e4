//! TLS for adapters: rustls with ring, and the system's roots.

use crate::settings::ConfigError;
use crate::transport::io_failure;
use jeel_auth_core::{SendFailure, TransportKind};
use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// Trusts the system's roots. They are loaded once per process.
///
/// # Errors
/// When the system has no usable root certificates, or rustls does not work with it.
pub fn system_roots() -> Result<Arc<ClientConfig>, ConfigError> {
    static LOADED: Mutex<Option<Arc<ClientConfig>>> = Mutex::new(None);
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(config) = &*loaded {
        return Ok(Arc::clone(config));
    }
    let provider = provider();
    let config = config(Verifier::new(Arc::clone(&provider)), provider)?;
    Ok(Arc::clone(loaded.insert(config)))
}

/// Trusts the system's roots and these: a PEM text with any number of certificates, or one
/// certificate in DER.
///
/// # Errors
/// As [`system_roots`], and when there is no certificate or an unreadable one.
#[cfg(not(target_os = "android"))]
pub fn extra_roots(certificates: &[u8]) -> Result<Arc<ClientConfig>, ConfigError> {
    let provider = provider();
    let roots = certificates_in(certificates)?;
    config(Verifier::new_with_extra_roots(roots, Arc::clone(&provider)), provider)
}

/// The same configuration, which offers HTTP/1.1 and nothing else.
pub fn offering_http1(config: Arc<ClientConfig>) -> Arc<ClientConfig> {
    const HTTP1: &[u8] = b"http/1.1";
    if config.alpn_protocols == [HTTP1] {
        return config;
    }
    let mut config = Arc::unwrap_or_clone(config);
    config.alpn_protocols = vec![HTTP1.to_vec()];
    Arc::new(config)
}

/// A TLS handshake that failed, before anything of the request was sent.
pub fn handshake_failure(error: &io::Error) -> SendFailure {
    let kind = match rustls_cause(error) {
        Some(rustls::Error::InvalidCertificate(_)) => TransportKind::Certificate,
        Some(_) => TransportKind::Tls,
        None => return io_failure(error).nothing_sent(),
    };
    SendFailure::new(kind, error).nothing_sent()
}

/// Whether it was TLS that failed, and not the connection below it.
pub fn is_tls_failure(error: &io::Error) -> bool {
    rustls_cause(error).is_some()
}

fn rustls_cause(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref().and_then(|cause| cause.downcast_ref())
}

/// Named, because the process's default provider is not ours to set or to trust in.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn config(
    verifier: Result<impl ServerCertVerifier + 'static, rustls::Error>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<ClientConfig>, ConfigError> {
    let verifier = Arc::new(verifier.map_err(setup_error)?);
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(setup_error)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    Ok(offering_http1(Arc::new(config.with_no_client_auth())))
}

fn setup_error(error: rustls::Error) -> ConfigError {
    match error {
        // Of the system's own roots, unreadable ones are skipped without an error.
        rustls::Error::InvalidCertificate(_) => ConfigError::bad_root(),
        error => ConfigError::tls(error),
    }
}

/// PEM is told by its boundary, around which there may be any text. Other bytes are taken for DER.
#[cfg(not(target_os = "android"))]
fn certificates_in(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    const BOUNDARY: &[u8] = b"-----BEGIN ";
    if !bytes.windows(BOUNDARY.len()).any(|window| window == BOUNDARY) {
        return Ok(vec![CertificateDer::from(bytes.to_vec())]);
    }
    match CertificateDer::pem_slice_iter(bytes).collect::<Result<Vec<_>, _>>() {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(ConfigError::bad_root()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jeel_auth_emulator::Emulator;

    #[test]
    fn roots_are_read_from_der_and_from_pem_with_any_text_around() {
        let emulator = Emulator::builder().https().start().unwrap();
        let (der, pem) = (emulator.ca_der().unwrap(), emulator.ca_pem().unwrap());
        let expected = CertificateDer::from(der.to_vec());
        assert_eq!(certificates_in(der), Ok(vec![expected.clone()]));
        assert_eq!(certificates_in(pem.as_bytes()), Ok(vec![expected.clone()]));
        let bundle = format!("0. first\n{pem}\n1. second\n{pem}");
        assert_eq!(certificates_in(bundle.as_bytes()), Ok(vec![expected; 2]));
        assert!(extra_roots(pem.as_bytes()).is_ok());
    }

    #[test]
    fn bytes_that_are_no_certificate_are_refused_and_not_skipped() {
        let key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".as_slice();
        let broken = b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".as_slice();
        for bytes in [b"".as_slice(), b"0", b"roots.pem", key, broken] {
            assert_eq!(extra_roots(bytes).unwrap_err(), ConfigError::bad_root());
        }
    }

    #[test]
    fn the_systems_roots_are_loaded_once() {
        assert!(Arc::ptr_eq(&system_roots().unwrap(), &system_roots().unwrap()));
    }

    #[test]
    fn only_http1_is_offered_whatever_the_configuration_said() {
        let mut config = Arc::unwrap_or_clone(system_roots().unwrap());
        assert_eq!(config.alpn_protocols, [b"http/1.1"]);
        config.alpn_protocols = vec![b"h2".to_vec()];
        let config = offering_http1(Arc::new(config));
        assert_eq!(config.alpn_protocols, [b"http/1.1"]);
        assert!(config.enable_sni);
    }
}
