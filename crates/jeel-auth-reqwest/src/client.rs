//! reqwest clients with this project's TLS.

use jeel_auth::{ConfigError, tls};
use reqwest::{Client, ClientBuilder};
use rustls::ClientConfig;

/// A client builder with this crate's TLS: rustls with ring, which trusts the system's roots.
/// Everything else is as reqwest has it.
///
/// reqwest's own builder needs reqwest's default features, or a crypto provider installed for the
/// whole process, and panics without them. This one needs neither. Its TLS is complete:
/// `tls_certs_merge` and reqwest's other TLS settings have no effect on it.
///
/// # Errors
/// When the system has no usable root certificates.
pub fn client_builder() -> Result<ClientBuilder, ConfigError> {
    tls::system_roots().map(|config| with_tls(&config))
}

/// reqwest takes the configuration by value. Its parts are shared, so that a copy is cheap.
pub(crate) fn with_tls(config: &ClientConfig) -> ClientBuilder {
    Client::builder().tls_backend_preconfigured(config.clone())
}
