//! The interface to a token cache on tokio: ours, or an alternative.

use crate::ours;
use crate::server::Server;
use crate::world::Failure;
use http::HeaderValue;
use jeel_auth::TokenSource;
use jeel_auth_reqwest::Reqwest;
use std::future::Future;
use std::time::Duration;

/// A token cache, which requests a token when it needs one.
pub(crate) trait Holder: Sized + Send + Sync + 'static {
    const NAME: &'static str;
    /// A lifetime with which the cache renews after a few seconds, by its own rule.
    const ROLLOVER: Duration;
    /// A lifetime with which a run of this length ends after the renewal time and before the
    /// expiry.
    const OUTAGE: (Duration, Duration);

    /// A cache without a token. It is called within a tokio runtime.
    fn new(server: &Server) -> impl Future<Output = Result<Self, Failure>> + Send;

    /// The value of the `Authorization` field.
    fn header(&self) -> impl Future<Output = Result<HeaderValue, Failure>> + Send;
}

/// Ours on tokio, with the default policy.
pub(crate) struct Ours(TokenSource);

impl Holder for Ours {
    const NAME: &'static str = "jeel-auth-reqwest";
    /// The margin is a quarter of the lifetime, and the spread up to a tenth: renewal after 5.2 to
    /// 6 s.
    const ROLLOVER: Duration = Duration::from_secs(8);
    /// Renewal after 10.4 to 12 s; usable for 15.2 s after the request.
    const OUTAGE: (Duration, Duration) = (Duration::from_secs(16), Duration::from_secs(14));

    async fn new(server: &Server) -> Result<Self, Failure> {
        Ok(Self(ours::tasks(server, Reqwest::new()?)?))
    }

    async fn header(&self) -> Result<HeaderValue, Failure> {
        Ok(self.0.authorization().await?)
    }
}

/// Builds the field value from a token.
#[cfg(feature = "peers")]
pub(crate) fn bearer(token: &str) -> Result<HeaderValue, Failure> {
    Ok(HeaderValue::try_from(format!("Bearer {token}"))?)
}
