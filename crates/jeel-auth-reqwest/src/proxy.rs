//! The proxy that the default client uses, by name.

use hyper_util::client::proxy::matcher::Matcher;
use jeel_auth::core::Endpoint;
use std::fmt;

/// The host and port of a proxy, without its user and password.
pub(crate) struct Proxy {
    host: String,
    port: u16,
}

impl Proxy {
    /// The proxy of the environment for requests to this endpoint, found as reqwest finds it.
    pub(crate) fn of_environment(endpoint: &Endpoint) -> Option<Self> {
        let destination = endpoint.to_string().parse().ok()?;
        let found = Matcher::from_system().intercept(&destination)?;
        let uri = found.uri();
        let default_port = match uri.scheme_str() {
            Some("https") => 443,
            Some("http") => 80,
            _ => 1080,
        };
        Some(Self { host: uri.host()?.to_owned(), port: uri.port_u16().unwrap_or(default_port) })
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
