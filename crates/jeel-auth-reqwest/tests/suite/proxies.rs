//! A proxy of the environment, in the words of a failure.

use crate::common::{LONG, Trap, credentials, rerun};
use jeel_auth_reqwest::{
    Endpoint, Environment, ErrorKind, LoopbackHttp, Policy, Reqwest, TokenSource, TransportKind,
};
use std::env;
use std::net::TcpListener;
use std::time::Duration;

const PASSWORD: &str = "pr0xy-passw0rd";

fn rerun_behind(proxy: &str, kind: &str) {
    let with_password = format!("http://user:{PASSWORD}@{proxy}");
    rerun(
        "proxies::fails_by_its_proxy",
        &[
            ("https_proxy", &with_password),
            ("HTTPS_PROXY", &with_password),
            ("no_proxy", ""),
            ("NO_PROXY", ""),
            ("EXPECTED_PROXY", proxy),
            ("EXPECTED_KIND", kind),
        ],
    );
}

#[test]
fn a_dead_proxy_is_named_without_its_password() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    rerun_behind(&format!("127.0.0.1:{port}"), "connect");
    rerun_behind(&format!("no-such-proxy.invalid:{port}"), "connect");
}

#[test]
fn a_proxy_that_refuses_is_named() {
    for response in [
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
    ] {
        let proxy = Trap::answering(&[response]);
        rerun_behind(proxy.url().strip_prefix("http://").unwrap(), "proxy");
        assert_eq!(proxy.seen().len(), 1);
    }
}

#[tokio::test]
#[ignore = "run by the tests above, with their environment"]
async fn fails_by_its_proxy() {
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    policy.caller_wait = LONG;
    let tokens = TokenSource::builder(Environment::Sandbox, credentials(), Reqwest::new().unwrap())
        .endpoint(Endpoint::parse("https://auth.example/", LoopbackHttp::Refused).unwrap())
        .policy(policy)
        .build()
        .unwrap();
    let error = tokens.token().await.unwrap_err();
    let expected = match env::var("EXPECTED_KIND").unwrap().as_str() {
        "proxy" => TransportKind::Proxy,
        _ => TransportKind::Connect,
    };
    assert_eq!(error.kind(), ErrorKind::Transport(expected), "{error}");
    let proxy = format!("proxy {}", env::var("EXPECTED_PROXY").unwrap());
    assert!(error.to_string().contains(&proxy), "{error}");
    assert!(!format!("{error} {error:?}").contains(&PASSWORD[..8]), "{error}");
}
