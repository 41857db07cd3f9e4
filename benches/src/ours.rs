//! Token sources of each adapter, with the benchmark's server as their endpoint.

use crate::server::Server;
use crate::world::Failure;
use jeel_auth::core::{Credentials, Endpoint, Environment, LoopbackHttp};
use jeel_auth::{Builder, Runtime, TokenSource, Transport, blocking};

/// A source for tasks as a user would build it, with the default policy.
pub(crate) fn tasks(
    server: &Server,
    transport: impl Transport + Runtime,
) -> Result<TokenSource, Failure> {
    let builder = TokenSource::builder(Environment::Sandbox, credentials()?, transport);
    Ok(at(&server.url(), builder)?.build()?)
}

/// The same for threads.
pub(crate) fn threads(
    server: &Server,
    transport: impl blocking::Transport,
) -> Result<blocking::TokenSource, Failure> {
    threads_at(&server.url(), transport)
}

/// The same for threads, at another token endpoint.
pub(crate) fn threads_at(
    url: &str,
    transport: impl blocking::Transport,
) -> Result<blocking::TokenSource, Failure> {
    let builder = blocking::TokenSource::builder(Environment::Sandbox, credentials()?, transport);
    Ok(at(url, builder)?.build()?)
}

fn at<S>(url: &str, builder: Builder<S>) -> Result<Builder<S>, Failure> {
    Ok(builder.endpoint(Endpoint::parse(url, LoopbackHttp::Allowed)?))
}

fn credentials() -> Result<Credentials, Failure> {
    Ok(Credentials::new(CLIENT_ID, CLIENT_SECRET)?)
}

/// A secret of typical length.
pub(crate) const CLIENT_ID: &str = "6f1cbb2e-school-42";
pub(crate) const CLIENT_SECRET: &str = "dGhlIHNlY3JldCBvZiBzY2hvb2wgNDI-xYz";
