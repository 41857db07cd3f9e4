//! Whom to trust.

use jeel_auth::core::{Origin, SendFailure, TransportKind};
use rustls::ClientConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use std::fmt;
use std::sync::Arc;

/// Why TLS cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsSetupError {
    /// What was given for extra roots holds no certificate, or one that cannot be read.
    BadRoot,
    /// The system has no usable root certificates, or rustls does not work with it; in words.
    System(String),
}

impl fmt::Display for TlsSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadRoot => f.write_str("the extra roots are no certificates in PEM or DER"),
            Self::System(why) => write!(f, "TLS cannot be set up: {why}"),
        }
    }
}

impl std::error::Error for TlsSetupError {}

/// Trusts the system's roots.
pub(crate) fn system_roots() -> Result<ClientConfig, TlsSetupError> {
    let provider = provider();
    config(Verifier::new(Arc::clone(&provider)), provider)
}

/// Trusts the system's roots, and these.
#[cfg(not(target_os = "android"))]
pub(crate) fn and_extra_roots(certificates: &[u8]) -> Result<ClientConfig, TlsSetupError> {
    let provider = provider();
    let roots = certificates_in(certificates)?;
    config(Verifier::new_with_extra_roots(roots, Arc::clone(&provider)), provider)
}

/// With the one protocol that is spoken here, whatever it offered before.
pub(crate) fn speaking_http1(config: Arc<ClientConfig>) -> Arc<ClientConfig> {
    let mut config = Arc::unwrap_or_clone(config);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

/// The name that is asked for (SNI), unless it is an IP address, and that the certificate must have.
pub(crate) fn server_name(origin: &Origin) -> Result<ServerName<'static>, SendFailure> {
    ServerName::try_from(origin.host().to_owned())
        .map_err(|error| SendFailure::new(TransportKind::Tls, error))
}

/// Named, because the process's default provider is not ours to set or to trust in.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn config(
    verifier: Result<Verifier, rustls::Error>,
    provider: Arc<CryptoProvider>,
) -> Result<ClientConfig, TlsSetupError> {
    let verifier = Arc::new(verifier.map_err(setup_error)?);
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(setup_error)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    Ok(config.with_no_client_auth())
}

fn setup_error(error: rustls::Error) -> TlsSetupError {
    match error {
        // Of the system's own roots, unreadable ones are skipped without an error.
        rustls::Error::InvalidCertificate(_) => TlsSetupError::BadRoot,
        error => TlsSetupError::System(error.to_string()),
    }
}

/// PEM is told by its boundary, around which there may be any text; what has none is taken for DER.
#[cfg(not(target_os = "android"))]
fn certificates_in(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsSetupError> {
    const BOUNDARY: &[u8] = b"-----BEGIN ";
    if !bytes.windows(BOUNDARY.len()).any(|window| window == BOUNDARY) {
        return Ok(vec![CertificateDer::from(bytes.to_vec())]);
    }
    match CertificateDer::pem_slice_iter(bytes).collect::<Result<Vec<_>, _>>() {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(TlsSetupError::BadRoot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jeel_auth::core::LoopbackHttp;
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
        assert!(and_extra_roots(pem.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_no_certificate_is_refused_and_not_skipped() {
        let key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".as_slice();
        let broken = b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".as_slice();
        for bytes in [b"".as_slice(), b"0", b"roots.pem", key, broken] {
            assert_eq!(and_extra_roots(bytes).unwrap_err(), TlsSetupError::BadRoot);
        }
    }

    #[test]
    fn only_http1_is_offered_whatever_the_config_said() {
        let mut config = system_roots().unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let config = speaking_http1(Arc::new(config));
        assert_eq!(config.alpn_protocols, [b"http/1.1"]);
        assert!(config.enable_sni);
    }

    #[test]
    fn names_and_addresses_are_both_names_to_check() {
        let name = |url: &str| server_name(&Origin::parse(url, LoopbackHttp::Refused).unwrap());
        assert!(matches!(name("https://auth.jeel.co"), Ok(ServerName::DnsName(_))));
        for url in ["https://192.0.2.1:8443", "https://[2001:db8::1]"] {
            assert!(matches!(name(url), Ok(ServerName::IpAddress(_))), "{url}");
        }
        assert_eq!(name("https://-.-").unwrap_err().kind(), TransportKind::Tls);
    }
}
