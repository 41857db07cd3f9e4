//! A token by jeel-auth-ureq.

use jeel_auth_ureq::TokenSource;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", TokenSource::from_env()?.authorization()?.len());
    Ok(())
}
