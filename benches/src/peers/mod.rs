//! The alternatives. Each is directed to the benchmark's server by its own configuration.

mod aws;
mod azure;
mod forms;
mod google;
mod oauth2;
mod responses;
mod yup;

pub(crate) use self::oauth2::BehindALock;
pub(crate) use aws::Aws;
pub(crate) use azure::Azure;
pub(crate) use forms::multipart;
pub(crate) use google::Google;
pub(crate) use responses::response;
pub(crate) use yup::Yup;

use crate::holder::Holder;
use crate::rounds::{Op, op};
use crate::server::Server;
use crate::subjects::Make;
use crate::world::{Failure, poll_once};
use tokio::runtime::Runtime;

/// The cached read of each alternative.
pub(crate) fn readers() -> [(&'static str, Make); 5] {
    [
        (Google::NAME, reader::<Google>),
        (Azure::NAME, reader::<Azure>),
        (Yup::NAME, reader::<Yup>),
        (Aws::NAME, reader::<Aws>),
        (BehindALock::NAME, reader::<BehindALock>),
    ]
}

fn reader<H: Holder>(runtime: &Runtime, server: &Server) -> Result<Op, Failure> {
    let holder = runtime.block_on(H::new(server))?;
    runtime.block_on(holder.header())?;
    Ok(op(move || poll_once(holder.header())))
}
