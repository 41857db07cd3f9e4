//! A token by jeel-auth-smol.

use jeel_auth_smol::TokenSource;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", smol::block_on(TokenSource::from_env()?.authorization())?.len());
    Ok(())
}
