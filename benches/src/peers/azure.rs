//! azure_identity: an async lock around a map with scopes as keys.

use crate::holder::{Holder, bearer};
use crate::server::Server;
use crate::world::Failure;
use azure_core::Result;
use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{
    AsyncRawResponse, ClientOptions, HttpClient, Request, Transport, new_http_client,
};
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};
use http::HeaderValue;
use std::sync::Arc;
use std::time::Duration;

/// Its client-secret credential, which uses the client-credentials grant.
pub(crate) struct Azure(Arc<ClientSecretCredential>);

impl Holder for Azure {
    const NAME: &'static str = "azure_identity";
    /// It renews 300 s early.
    const ROLLOVER: Duration = Duration::from_secs(300 + 3);
    const OUTAGE: (Duration, Duration) = (Self::ROLLOVER, Duration::from_secs(8));

    async fn new(server: &Server) -> std::result::Result<Self, Failure> {
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host = server.origin().replace("http://", "https://");
        let client = ClientOptions {
            transport: Some(Transport::new(Arc::new(WithoutTls(new_http_client(None))))),
            cloud: Some(Arc::new(cloud.into())),
            ..ClientOptions::default()
        };
        let options = ClientSecretCredentialOptions { client_options: client };
        let secret = Secret::new("secret");
        Ok(Self(ClientSecretCredential::new("tenant", "client".to_owned(), secret, Some(options))?))
    }

    async fn header(&self) -> std::result::Result<HeaderValue, Failure> {
        let token = self.0.get_token(&["https://api.example/.default"], None).await?;
        bearer(token.token.secret())
    }
}

/// Its own client with the scheme changed to http, because it accepts only an https authority.
#[derive(Debug)]
struct WithoutTls(Arc<dyn HttpClient>);

#[async_trait::async_trait]
impl HttpClient for WithoutTls {
    async fn execute_request(&self, request: &Request) -> Result<AsyncRawResponse> {
        let mut request = request.clone();
        let _ = request.url_mut().set_scheme("http");
        self.0.execute_request(&request).await
    }
}
