//! oauth2 behind a lock, as users commonly write it, because it does not cache.

use crate::holder::{Holder, bearer};
use crate::ours::{CLIENT_ID, CLIENT_SECRET};
use crate::server::Server;
use crate::world::Failure;
use http::HeaderValue;
use oauth2::basic::BasicClient;
use oauth2::{
    ClientId, ClientSecret, EndpointNotSet, EndpointSet, TokenResponse, TokenUrl, reqwest,
};
use std::time::{Duration, Instant};
use tokio::sync::RwLock;

type Client =
    BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// Renews 30 s early, while callers wait.
pub(crate) struct BehindALock {
    slot: RwLock<Option<(String, Instant)>>,
    client: Client,
    http: reqwest::Client,
}

const EARLY: Duration = Duration::from_secs(30);

impl Holder for BehindALock {
    const NAME: &'static str = "`RwLock<Option<(String, Instant)>>`, oauth2";
    /// It renews 30 s early.
    const ROLLOVER: Duration = Duration::from_secs(30 + 3);
    const OUTAGE: (Duration, Duration) = (Self::ROLLOVER, Duration::from_secs(8));

    async fn new(server: &Server) -> Result<Self, Failure> {
        let client = BasicClient::new(ClientId::new(CLIENT_ID.to_owned()))
            .set_client_secret(ClientSecret::new(CLIENT_SECRET.to_owned()))
            .set_token_uri(TokenUrl::new(server.url())?);
        Ok(Self { slot: RwLock::new(None), client, http: reqwest::Client::new() })
    }

    async fn header(&self) -> Result<HeaderValue, Failure> {
        if let Some(value) = fresh(self.slot.read().await.as_ref()) {
            return value;
        }
        let mut slot = self.slot.write().await;
        if let Some(value) = fresh(slot.as_ref()) {
            return value;
        }
        let response = self.client.exchange_client_credentials().request_async(&self.http).await?;
        let lifetime = response.expires_in().unwrap_or_default();
        let token = response.access_token().secret().clone();
        let value = bearer(&token);
        *slot = Some((token, Instant::now() + lifetime));
        value
    }
}

fn fresh(held: Option<&(String, Instant)>) -> Option<Result<HeaderValue, Failure>> {
    let (token, end) = held?;
    (Instant::now() + EARLY < *end).then(|| bearer(token))
}
