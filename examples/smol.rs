//! smol: a token for whatever HTTP client you use there.
//!
//! Takes the `JEELPAY_*` variables; `cargo run -p jeel-auth-emulator` prints a set for a local Jeel.

#![allow(clippy::print_stdout, reason = "showing is what it is for")]

use jeel_auth_smol::TokenSource;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    smol::block_on(async {
        let tokens = TokenSource::from_env()?;
        // Of a thousand tasks at once, one request serves all.
        let tasks: Vec<_> = (0..1000)
            .map(|_| {
                let tokens = tokens.clone();
                smol::spawn(async move { tokens.authorization().await })
            })
            .collect();
        for task in tasks {
            let authorization = task.await?;
            // ... and this goes into the `Authorization` field of a call.
            assert!(authorization.is_sensitive());
        }
        println!("{:?}", tokens.status());
        Ok(())
    })
}
