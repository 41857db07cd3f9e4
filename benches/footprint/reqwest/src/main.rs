//! A token request by reqwest alone, with the same TLS as ours.

use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;
use std::error::Error;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).build()?;
    let form = [
        ("client_id", std::env::var("CLIENT_ID")?),
        ("client_secret", std::env::var("CLIENT_SECRET")?),
        ("grant_type", "client_credentials".to_owned()),
    ];
    let url = std::env::var("TOKEN_URL")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let reply =
        runtime.block_on(async { client.post(url).form(&form).send().await?.text().await })?;
    println!("{}", reply.len());
    Ok(())
}
