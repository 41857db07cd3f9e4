//! Token sources of each adapter, with the benchmark's server as their endpoint.

use crate::server::Server;
use crate::world::Failure;
use jeel_auth::core::{Credentials, Endpoint, Environment, LoopbackHttp};
use jeel_auth::{Builder, Driver, TokenSource};

/// A source as a user would build it, with the default policy.
pub(crate) fn source<D: Driver>(server: &Server) -> Result<TokenSource<D>, Failure> {
    Ok(builder(&server.url())?.build()?)
}

/// A builder, for further configuration.
pub(crate) fn builder<D: Driver>(url: &str) -> Result<Builder<D>, Failure> {
    let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET)?;
    let endpoint = Endpoint::parse(url, LoopbackHttp::Allowed)?;
    Ok(TokenSource::builder(Environment::Sandbox, credentials).endpoint(endpoint))
}

/// A secret of typical length.
pub(crate) const CLIENT_ID: &str = "6f1cbb2e-school-42";
pub(crate) const CLIENT_SECRET: &str = "dGhlIHNlY3JldCBvZiBzY2hvb2wgNDI-xYz";
