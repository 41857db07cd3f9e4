//! A token by azure_identity.

use azure_core::credentials::{Secret, TokenCredential};
use azure_identity::ClientSecretCredential;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let secret = Secret::new(std::env::var("CLIENT_SECRET")?);
    let (tenant, client) = (std::env::var("TENANT")?, std::env::var("CLIENT_ID")?);
    let credential = ClientSecretCredential::new(&tenant, client, secret, None)?;
    let token = runtime.block_on(credential.get_token(&["https://api.example/.default"], None))?;
    println!("{}", token.token.secret().len());
    Ok(())
}
