//! The emulator's certificate authority, and the certificate that it presents.

use std::io;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// The certificate that an https emulator presents. Each emulator makes a new authority, which a
/// client must be configured to trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Certificate {
    /// A valid certificate for `localhost`, `127.0.0.1` and `::1`.
    #[default]
    Valid,
    /// A valid certificate for another name.
    WrongName,
    /// An expired certificate.
    Expired,
}

/// The authority that clients need to trust.
#[derive(Debug)]
pub(crate) struct Authority {
    pub(crate) der: Vec<u8>,
    pub(crate) pem: String,
}

/// Makes an authority, and an acceptor with a certificate from it.
pub(crate) fn acceptor(certificate: Certificate) -> io::Result<(Authority, TlsAcceptor)> {
    let authority = authority().map_err(io::Error::other)?;
    let (leaf, key) = leaf(certificate, &authority).map_err(io::Error::other)?;
    // An explicit provider, because a library must not set or rely on the process default.
    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![leaf], key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let authority = Authority { der: authority.der().to_vec(), pem: authority.pem() };
    Ok((authority, TlsAcceptor::from(Arc::new(config))))
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "jeel-auth-emulator authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn leaf(
    certificate: Certificate,
    authority: &CertifiedIssuer<'_, KeyPair>,
) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    let names: &[&str] = match certificate {
        Certificate::WrongName => &["wrong-name.invalid"],
        Certificate::Valid | Certificate::Expired => &["localhost", "127.0.0.1", "::1"],
    };
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "jeel-auth-emulator");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Strict verifiers require it, for example Python 3.13's.
    params.use_authority_key_identifier_extension = true;
    if certificate == Certificate::Expired {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2020, 1, 2);
    }
    let key = KeyPair::generate()?;
    let leaf = params.signed_by(&key, authority)?;
    Ok((leaf.der().clone(), PrivatePkcs8KeyDer::from(key.serialize_der()).into()))
}
