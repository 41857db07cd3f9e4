//! google-cloud-auth: a task renews, callers watch.

use crate::holder::Holder;
use crate::server::Server;
use crate::world::Failure;
use google_cloud_auth::credentials::{CacheableResource, Credentials, mds};
use http::header::AUTHORIZATION;
use http::{Extensions, HeaderValue};
use std::time::Duration;

/// Its metadata-server credentials, whose endpoint can be configured.
pub(crate) struct Google(Credentials);

impl Holder for Google {
    const NAME: &'static str = "google-cloud-auth";
    /// It renews 240 s early.
    const ROLLOVER: Duration = Duration::from_secs(240 + 3);
    const OUTAGE: (Duration, Duration) = (Self::ROLLOVER, Duration::from_secs(8));

    /// Its task sends a request at once.
    async fn new(server: &Server) -> Result<Self, Failure> {
        Ok(Self(mds::Builder::default().with_endpoint(server.origin()).build()?))
    }

    async fn header(&self) -> Result<HeaderValue, Failure> {
        match self.0.headers(Extensions::new()).await? {
            CacheableResource::New { data, .. } => {
                Ok(data.get(AUTHORIZATION).ok_or("no value")?.clone())
            }
            CacheableResource::NotModified => Err("no tag was given".into()),
        }
    }
}
