//! A token by oauth2, with its default reqwest.

use oauth2::basic::BasicClient;
use oauth2::{ClientId, ClientSecret, TokenResponse, TokenUrl, reqwest};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = BasicClient::new(ClientId::new(std::env::var("CLIENT_ID")?))
        .set_client_secret(ClientSecret::new(std::env::var("CLIENT_SECRET")?))
        .set_token_uri(TokenUrl::new(std::env::var("TOKEN_URL")?)?);
    let http = reqwest::Client::new();
    let response = runtime.block_on(client.exchange_client_credentials().request_async(&http))?;
    println!("{}", response.access_token().secret().len());
    Ok(())
}
