//! A token by yup-oauth2.

use std::error::Error;
use yup_oauth2::{ServiceAccountAuthenticator, parse_service_account_key};

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let key = parse_service_account_key(std::env::var("KEY")?)?;
    let token = runtime.block_on(async {
        let tokens = ServiceAccountAuthenticator::builder(key).build().await?;
        tokens.token(&["https://api.example/scope"]).await.map_err(Box::<dyn Error>::from)
    })?;
    println!("{}", token.token().unwrap_or_default().len());
    Ok(())
}
