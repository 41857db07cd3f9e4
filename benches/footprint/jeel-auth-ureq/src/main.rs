//! A token by jeel-auth-ureq.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", jeel_auth_ureq::from_env()?.authorization()?.len());
    Ok(())
}
