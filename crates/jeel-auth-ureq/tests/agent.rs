//! Whatever the user's own agent is configured to, a token request is sent once, to one place.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jeel_auth_emulator::{DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, Emulator, Response};
use jeel_auth_ureq::{
    Credentials, Endpoint, Environment, ErrorKind, LoopbackHttp, TokenSource, Ureq,
};
use std::net::TcpListener;
use ureq::config::RedirectAuthHeaders;
use ureq::{Agent, Proxy};

fn source(emulator: &Emulator, agent: Agent) -> TokenSource {
    let credentials = Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET).unwrap();
    TokenSource::builder(Environment::Sandbox, credentials)
        .endpoint(Endpoint::parse(&emulator.token_url(), LoopbackHttp::Allowed).unwrap())
        .transport(Ureq::with_agent(agent))
        .build()
        .unwrap()
}

#[test]
fn redirects_are_not_followed_by_an_agent_that_follows_them() {
    for status in [301, 302, 303, 307, 308] {
        let (emulator, elsewhere) = (Emulator::start().unwrap(), Emulator::start().unwrap());
        emulator.always(Response::new(status).header("Location", elsewhere.token_url()));
        let agent = Agent::config_builder()
            .max_redirects(10)
            .redirect_auth_headers(RedirectAuthHeaders::SameHost)
            .build()
            .new_agent();
        let error = source(&emulator, agent).token().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirected, "{status}");
        assert_eq!(error.response().unwrap().location_host.as_deref(), Some("127.0.0.1"));
        assert_eq!((emulator.token_request_count(), elsewhere.connections()), (1, 0), "{status}");
    }
}

#[test]
fn any_status_is_a_response_to_an_agent_that_takes_them_for_errors() {
    let emulator = Emulator::start().unwrap();
    emulator.always(Response::new(503));
    let agent = Agent::config_builder().http_status_as_error(true).build().new_agent();
    let source = source(&emulator, agent);
    let _ = source.token_within(std::time::Duration::from_millis(300));
    assert_eq!(source.status().last_error.unwrap().status(), Some(503));
}

#[test]
fn plain_http_to_loopback_goes_past_a_proxy_which_could_read_it() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let emulator = Emulator::start().unwrap();
    let agent = Agent::config_builder().proxy(Some(Proxy::new(&url).unwrap())).build().new_agent();
    source(&emulator, agent).token().unwrap();
    assert_eq!(emulator.token_request_count(), 1);
    assert!(proxy.accept().is_err(), "nobody knocked at the proxy");
}

#[test]
fn the_default_agent_does_without_configuration() {
    let emulator = Emulator::start().unwrap();
    let credentials = Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET).unwrap();
    let source = TokenSource::builder(Environment::Sandbox, credentials)
        .endpoint(Endpoint::parse(&emulator.token_url(), LoopbackHttp::Allowed).unwrap())
        .build()
        .unwrap();
    source.ready().unwrap();
    assert_eq!(emulator.token_request_count(), 1);
}
