//! Time-outs.

use futures_lite::future;
use jeel_auth::Runtime;
use std::future::Future;
use std::time::Duration;

/// The result of `work`, unless that takes longer than `time`. Work that is ready counts, late or not.
pub(crate) async fn within<R: Runtime, T>(
    runtime: &R,
    time: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    let work = async { Some(work.await) };
    let alarm = async {
        runtime.sleep(time).await;
        None
    };
    future::or(work, alarm).await
}
