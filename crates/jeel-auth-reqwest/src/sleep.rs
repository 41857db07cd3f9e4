//! Waiting, on tokio's timer where there is one.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Ends after `duration`, outside of tokio too: there a caller has to live until it is told that
/// nobody carries its request.
pub(crate) async fn sleep(duration: Duration) {
    if Handle::try_current().is_ok() {
        tokio::time::sleep(duration).await;
    } else {
        sleep_beside_a_thread(duration).await;
    }
}

async fn sleep_beside_a_thread(duration: Duration) {
    let (alarm, ringing) = oneshot::channel::<()>();
    let (_sleeper, sleeper_gone) = mpsc::channel::<()>();
    let watch = move || {
        // Nothing is ever sent: this ends in time, or as soon as the sleeper is dropped.
        let _ = sleeper_gone.recv_timeout(duration);
        drop(alarm);
    };
    // Where no thread can be had, `watch` is dropped, and the alarm with it: nobody hangs.
    let _ = thread::Builder::new().name("jeel-auth-sleep".to_owned()).spawn(watch);
    let _ = ringing.await;
}
