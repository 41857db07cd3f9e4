//! Whoever holds a token for callers on tokio: ours, and what users would pick instead.

use crate::ours;
use crate::server::Server;
use crate::world::Failure;
use http::HeaderValue;
use jeel_auth::{Async, TokenSource};
use std::future::Future;
use std::time::Duration;

/// Holds a token, and fetches one when it must.
pub(crate) trait Holder: Sized + Send + Sync + 'static {
    const NAME: &'static str;
    /// A lifetime at which the holder comes to renew after a few seconds, by its own rule.
    const ROLLOVER: Duration;
    /// One at which a run so long ends while the holder has come to renew and the token is good.
    const OUTAGE: (Duration, Duration);

    /// A holder without a token yet; within a tokio runtime.
    fn new(server: &Server) -> impl Future<Output = Result<Self, Failure>> + Send;

    /// The value of the `Authorization` field, ready to be sent.
    fn header(&self) -> impl Future<Output = Result<HeaderValue, Failure>> + Send;
}

/// Ours on tokio, with the default policy.
pub(crate) struct Ours(TokenSource<Async<jeel_auth_reqwest::Reqwest>>);

impl Holder for Ours {
    const NAME: &'static str = "jeel-auth-reqwest";
    /// The margin is cut to a quarter of the lifetime, and up to a tenth is drawn: 5.2 to 6 s.
    const ROLLOVER: Duration = Duration::from_secs(8);
    /// Renewed after 10.4 to 12 s, good for 15.2 since it was asked for.
    const OUTAGE: (Duration, Duration) = (Duration::from_secs(16), Duration::from_secs(14));

    async fn new(server: &Server) -> Result<Self, Failure> {
        Ok(Self(ours::source(server)?))
    }

    async fn header(&self) -> Result<HeaderValue, Failure> {
        Ok(self.0.authorization().await?)
    }
}

/// The value from a token, as one builds it for a request.
#[cfg(feature = "peers")]
pub(crate) fn bearer(token: &str) -> Result<HeaderValue, Failure> {
    Ok(HeaderValue::try_from(format!("Bearer {token}"))?)
}
