//! yup-oauth2: a lock around tokens stored by a hash of their scopes.

use crate::holder::{Holder, bearer};
use crate::server::Server;
use crate::world::Failure;
use http::HeaderValue;
use rsa::PrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use std::sync::OnceLock;
use std::time::Duration;
use yup_oauth2::authenticator::DefaultAuthenticator;
use yup_oauth2::{ServiceAccountAuthenticator, ServiceAccountKey};

/// Its service accounts, whose key names the token endpoint.
pub(crate) struct Yup(DefaultAuthenticator);

impl Holder for Yup {
    const NAME: &'static str = "yup-oauth2";
    /// It renews 60 s early.
    const ROLLOVER: Duration = Duration::from_secs(60 + 3);
    const OUTAGE: (Duration, Duration) = (Self::ROLLOVER, Duration::from_secs(8));

    async fn new(server: &Server) -> Result<Self, Failure> {
        let key = ServiceAccountKey {
            key_type: Some("service_account".to_owned()),
            project_id: None,
            private_key_id: None,
            private_key: private_key()?,
            client_email: "school@jeel.example".to_owned(),
            client_id: None,
            auth_uri: None,
            token_uri: server.url(),
            auth_provider_x509_cert_url: None,
            client_x509_cert_url: None,
        };
        Ok(Self(ServiceAccountAuthenticator::builder(key).build().await?))
    }

    async fn header(&self) -> Result<HeaderValue, Failure> {
        let token = self.0.token(&["https://api.example/scope"]).await?;
        bearer(token.token().ok_or("no token")?)
    }
}

/// The key that signs its requests, made once per run.
fn private_key() -> Result<String, Failure> {
    static KEY: OnceLock<String> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(key.clone());
    }
    let key = PrivateKey::new(&mut getrandom::SysRng, 2048)?;
    let key = key.to_pkcs8_pem(LineEnding::LF)?.to_string();
    Ok(KEY.get_or_init(|| key).clone())
}
