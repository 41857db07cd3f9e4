//! Blocking, with ureq: call Jeel's API with a valid token.
//!
//! Reads the `JEELPAY_*` variables. `cargo run -p jeel-auth-emulator` prints them for the emulator.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use jeel_auth_ureq::{TokenSource, Ureq};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let tokens = TokenSource::from_env(Ureq::new()?)?;
    let api = tokens.api_origin().ok_or("set JEELPAY_ENV or JEELPAY_API_URL")?;
    let url = format!("{api}/v1/payments");

    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let call = |token: &jeel_auth_ureq::Token| {
        agent.get(&url).header("Authorization", token.authorization()).call()
    };

    let token = tokens.token()?;
    let mut response = call(&token)?;
    if response.status() == 401 {
        // The token was revoked, or the API has a new key. Retry once with a new token.
        tokens.reject(&token);
        response = call(&tokens.token()?)?;
    }
    let tx_id = response.headers().get("tx_id").and_then(|id| id.to_str().ok()).unwrap_or("none");
    println!("{} from {url}, tx_id {tx_id}", response.status());
    if response.status() == 200 { Ok(()) } else { Err("the call failed".into()) }
}
