//! A token request by ureq alone.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let form = [
        ("client_id", std::env::var("CLIENT_ID")?),
        ("client_secret", std::env::var("CLIENT_SECRET")?),
        ("grant_type", "client_credentials".to_owned()),
    ];
    let mut response = ureq::post(std::env::var("TOKEN_URL")?).send_form(form)?;
    println!("{}", response.body_mut().read_to_string()?.len());
    Ok(())
}
