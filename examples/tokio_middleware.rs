//! tokio and reqwest: a client that adds the token to each call and replaces a rejected token.
//!
//! Reads the `JEELPAY_*` variables. `cargo run -p jeel-auth-emulator` prints them for the emulator.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use jeel_auth_reqwest::{JeelAuth, Reqwest, TokenSource, TxId, client_builder};
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let tokens = TokenSource::from_env(Reqwest::new()?)?;
    let api = JeelAuth::client(&tokens, client_builder()?)?;

    let origin = tokens.api_origin().ok_or("set JEELPAY_ENV or JEELPAY_API_URL")?;
    let url = format!("{origin}/v1/payments");
    let response = api.get(&url).send().await?;
    println!("{} from {url}, tx_id {}", response.status(), response.tx_id().unwrap_or("none"));
    response.error_for_status()?;
    Ok(())
}
