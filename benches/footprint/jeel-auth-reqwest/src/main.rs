//! A token by jeel-auth-reqwest.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tokens = jeel_auth_reqwest::from_env()?;
    println!("{}", runtime.block_on(tokens.authorization())?.len());
    Ok(())
}
