//! A token request by ureq alone.

use std::error::Error;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

fn main() -> Result<(), Box<dyn Error>> {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let agent: Agent = Agent::config_builder().tls_config(tls).build().into();
    let form = [
        ("client_id", std::env::var("CLIENT_ID")?),
        ("client_secret", std::env::var("CLIENT_SECRET")?),
        ("grant_type", "client_credentials".to_owned()),
    ];
    let mut reply = agent.post(std::env::var("TOKEN_URL")?).send_form(form)?;
    println!("{}", reply.body_mut().read_to_string()?.len());
    Ok(())
}
