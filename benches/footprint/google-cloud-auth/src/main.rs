//! A token by google-cloud-auth.

use google_cloud_auth::credentials::mds;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let headers = runtime.block_on(async {
        mds::Builder::default()
            .build()?
            .headers(http::Extensions::new())
            .await
            .map_err(Box::<dyn Error>::from)
    })?;
    println!("{headers:?}");
    Ok(())
}
