//! A token request by reqwest alone.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let form = [
        ("client_id", std::env::var("CLIENT_ID")?),
        ("client_secret", std::env::var("CLIENT_SECRET")?),
        ("grant_type", "client_credentials".to_owned()),
    ];
    let url = std::env::var("TOKEN_URL")?;
    let client = reqwest::Client::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let response =
        runtime.block_on(async { client.post(url).form(&form).send().await?.text().await })?;
    println!("{}", response.len());
    Ok(())
}
