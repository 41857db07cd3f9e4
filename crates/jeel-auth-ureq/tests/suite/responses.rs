//! With any configuration of the user's client, a token request is sent once, to one place.

use crate::common::{builder, source};
use jeel_auth_emulator::{Emulator, Response};
use jeel_auth_ureq::{ErrorKind, Policy, Ureq};
use std::time::Duration;
use ureq::Agent;
use ureq::config::RedirectAuthHeaders;

#[test]
fn redirects_are_not_followed_by_a_client_that_follows_them() {
    for status in [301, 302, 303, 307, 308] {
        let (emulator, elsewhere) = (Emulator::start().unwrap(), Emulator::start().unwrap());
        emulator.always(Response::new(status).header("Location", elsewhere.token_url()));
        let config = Agent::config_builder()
            .max_redirects(10)
            .redirect_auth_headers(RedirectAuthHeaders::SameHost)
            .build();
        let error = source(&emulator, Ureq::with_config(config)).token().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirected, "{status}");
        assert_eq!(error.response().unwrap().location_host.as_deref(), Some("127.0.0.1"));
        assert_eq!((emulator.token_request_count(), elsewhere.connections()), (1, 0), "{status}");
    }
}

#[test]
fn any_status_is_a_response_to_a_client_that_takes_them_for_errors() {
    let emulator = Emulator::start().unwrap();
    emulator.always(Response::new(503));
    let config = Agent::config_builder().http_status_as_error(true).build();
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    let builder = builder(&emulator.token_url(), Ureq::with_config(config));
    let source = builder.policy(policy).build().unwrap();
    source.token().unwrap_err();
    assert_eq!(source.status().last_error.unwrap().status(), Some(503));
}

#[test]
fn the_default_transport_needs_no_configuration_and_keeps_no_connection() {
    let emulator = Emulator::start().unwrap();
    source(&emulator, Ureq::new().unwrap()).token().unwrap();
    let requests = emulator.token_requests();
    assert_eq!(requests.len(), 1);
    let connection =
        requests[0].headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("connection"));
    assert_eq!(connection.map(|(_, value)| value.as_str()), Some("close"));
}
