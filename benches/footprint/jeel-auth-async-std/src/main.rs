//! A token by jeel-auth-async-std.

use jeel_auth_async_std::TokenSource;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let tokens = TokenSource::from_env()?;
    println!("{}", async_std::task::block_on(tokens.authorization())?.len());
    Ok(())
}
