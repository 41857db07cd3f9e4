//! The transport's own limits. A cache would give the request up as well: here is none.

use crate::common::{credentials, own_transport};
use jeel_auth::Transport;
use jeel_auth::core::{Acquire, Action, Cache, Moment, TokenRequest};
use jeel_auth_emulator::{Emulator, Fault};
use jeel_auth_reqwest::{Endpoint, LoopbackHttp, Policy, Reqwest, TransportKind};
use std::time::Duration;

/// A request as a cache sends it.
fn request(emulator: &Emulator, timeout: Duration) -> TokenRequest {
    let endpoint = Endpoint::parse(&emulator.token_url(), LoopbackHttp::Allowed).unwrap();
    let mut policy = Policy::default();
    policy.transport.request_timeout = timeout;
    let mut cache = Cache::new(endpoint, credentials(), 1).with_policy(policy);
    let now = Moment::new(Duration::ZERO, Duration::ZERO);
    assert!(matches!(cache.acquire(now, Duration::ZERO), Acquire::Wait { .. }));
    let Some(Action::Send(request)) = cache.poll_action(now) else { panic!("no request") };
    request
}

#[tokio::test]
async fn the_transport_itself_ends_a_request_when_its_time_is_over() {
    let emulator = Emulator::start().unwrap();
    emulator.script(Fault::Hang);
    emulator.script(Fault::SlowDrip(Duration::from_millis(50)));
    for transport in [Reqwest::new().unwrap(), own_transport(&emulator)] {
        let request = request(&emulator, Duration::from_millis(500));
        let sent = tokio::time::timeout(Duration::from_secs(30), transport.send(&request));
        let failure = sent.await.expect("it hangs").unwrap_err();
        assert_eq!(failure.kind(), TransportKind::TimedOut);
    }
    assert_eq!(emulator.token_request_count(), 2);
}
