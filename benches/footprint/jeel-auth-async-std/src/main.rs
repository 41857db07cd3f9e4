//! A token by jeel-auth-async-std.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let tokens = jeel_auth_async_std::from_env()?;
    println!("{}", async_std::task::block_on(tokens.authorization())?.len());
    Ok(())
}
