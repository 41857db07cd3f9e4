//! reqwest clients with this project's TLS.

use jeel_auth::{ConfigError, tls};
use reqwest::{Client, ClientBuilder};
use rustls::ClientConfig;

/// A client builder with this crate's TLS: rustls with ring, which trusts the system's roots.
/// Everything else is as reqwest has it.
///
/// reqwest's own builder needs reqwest's default features, or a crypto provider installed for the
/// whole process, and panics without them. This one needs neither. Its TLS is complete: reqwest's
/// own settings for certificates, such as `tls_certs_merge`, have no effect on it. For more roots there
/// is `client_builder_with_extra_roots`.
///
/// # Errors
/// When the system has no usable root certificates.
pub fn client_builder() -> Result<ClientBuilder, ConfigError> {
    tls::system_roots().map(|config| for_the_api(&config))
}

/// As [`client_builder`]. The client trusts these roots too: a PEM text with any number of
/// certificates, or one certificate in DER.
///
/// # Errors
/// As [`client_builder`], and when there is no certificate or an unreadable one.
#[cfg(not(target_os = "android"))]
pub fn client_builder_with_extra_roots(
    certificates: impl AsRef<[u8]>,
) -> Result<ClientBuilder, ConfigError> {
    tls::extra_roots(certificates.as_ref()).map(|config| for_the_api(&config))
}

/// A client for the API may speak HTTP/2, if reqwest's feature for it is on.
fn for_the_api(config: &ClientConfig) -> ClientBuilder {
    let mut config = config.clone();
    config.alpn_protocols.clear();
    with_tls(config)
}

/// reqwest takes the configuration by value. Its parts are shared, so that a copy is cheap.
pub(crate) fn with_tls(config: ClientConfig) -> ClientBuilder {
    Client::builder().tls_backend_preconfigured(config)
}
