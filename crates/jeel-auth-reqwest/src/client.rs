//! reqwest clients with this project's TLS.

use reqwest::{Client, ClientBuilder};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;
use std::fmt;
use std::sync::Arc;

/// A client builder with this crate's TLS: rustls with ring, which trusts the system's roots.
/// Everything else is as reqwest has it.
///
/// reqwest's own builder needs reqwest's default features, or a crypto provider installed for the
/// whole process, and panics without them. This one needs neither.
///
/// # Errors
/// [`SetupError::Tls`] where the system has no usable root certificates.
pub fn client_builder() -> Result<ClientBuilder, SetupError> {
    Ok(with_tls(tls_config()?))
}

/// Why no client could be set up.
#[derive(Debug)]
#[non_exhaustive]
pub enum SetupError {
    /// The source has no API origin, because only a token URL was configured: name it, by
    /// `JEELPAY_API_URL` or [`Builder::api_origin`](crate::Builder::api_origin).
    NoApiOrigin,
    /// TLS cannot be set up; in words.
    Tls(String),
    /// reqwest refuses the builder's settings.
    Client(reqwest::Error),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoApiOrigin => f.write_str("the API's origin is not configured"),
            Self::Tls(why) => write!(f, "TLS cannot be set up: {why}"),
            Self::Client(_) => f.write_str("the HTTP client cannot be built"),
        }
    }
}

impl std::error::Error for SetupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Client(error) => Some(error),
            Self::NoApiOrigin | Self::Tls(_) => None,
        }
    }
}

pub(crate) fn with_tls(config: ClientConfig) -> ClientBuilder {
    Client::builder().tls_backend_preconfigured(config)
}

/// The provider is named, because the process's default one is not ours to set or to trust in.
pub(crate) fn tls_config() -> Result<ClientConfig, SetupError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| SetupError::Tls(error.to_string()))?;
    Ok(config.with_no_client_auth())
}
