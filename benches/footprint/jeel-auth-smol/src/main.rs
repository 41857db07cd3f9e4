//! A token by jeel-auth-smol.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", smol::block_on(jeel_auth_smol::from_env()?.authorization())?.len());
    Ok(())
}
