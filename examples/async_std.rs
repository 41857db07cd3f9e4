//! async-std: a token for any HTTP client.
//!
//! Reads the `JEELPAY_*` variables. `cargo run -p jeel-auth-emulator` prints them for the emulator.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    async_std::task::block_on(async {
        let tokens = jeel_auth_async_std::from_env()?;
        // One token request serves a thousand concurrent tasks.
        let tasks: Vec<_> = (0..1000)
            .map(|_| {
                let tokens = tokens.clone();
                async_std::task::spawn(async move { tokens.authorization().await })
            })
            .collect();
        for task in tasks {
            let authorization = task.await?;
            // An application puts this value into the `Authorization` field of its call.
            assert!(authorization.is_sensitive());
        }
        println!("{:?}", tokens.status());
        Ok(())
    })
}
