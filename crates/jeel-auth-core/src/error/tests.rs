//! What errors say.

use super::*;
use crate::endpoint::{Environment, LoopbackHttp};
use crate::request::BodyEncoding;

fn facts(encoding: BodyEncoding, status: u16, code: Option<&str>) -> ResponseFacts {
    ResponseFacts {
        code: code.map(str::to_owned),
        tx_id: Some("6f1c".to_owned()),
        ..ResponseFacts::new(encoding, status)
    }
}

fn responded(kind: ErrorKind, last: ResponseFacts) -> Failure {
    Failure::new(kind, Detail::Response { last, first: None })
}

fn transport(kind: TransportKind, words: &str) -> Failure {
    Failure::new(ErrorKind::Transport(kind), Detail::Transport(words.to_owned()))
}

fn error(failure: Failure, retry: Retry) -> Error {
    Error::new(&Environment::Sandbox.token_endpoint(), Arc::new(failure), retry)
}

/// The words before the token URL.
fn words(failure: Failure) -> String {
    let text = error(failure, Retry::Now).to_string();
    text.split("; token URL ").next().unwrap().to_owned()
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_denial_says_what_each_encoding_was_answered() {
    let last = facts(BodyEncoding::UrlEncoded, 401, Some("unauthorized_client"));
    let first = Some(facts(BodyEncoding::Multipart, 401, Some("invalid_client")));
    let failure = Failure::new(ErrorKind::Denied, Detail::Response { last, first });
    let error = error(failure, Retry::After(60 * SECOND));
    assert_eq!(
        error.to_string(),
        "the authorization server denied the token request \
         (application/x-www-form-urlencoded was answered 401 unauthorized_client, tx_id 6f1c; \
         multipart/form-data was answered 401 invalid_client, tx_id 6f1c); \
         token URL https://auth.sandbox.jeel.co/oauth2/token; not asked again for 60 s"
    );
    assert_eq!((error.status(), error.tx_id()), (Some(401), Some("6f1c")));
    assert_eq!(error.oauth_code(), Some("unauthorized_client"));
    assert_eq!(error.other_response().and_then(|r| r.code.as_deref()), Some("invalid_client"));
    assert_eq!(error.blame(), Blame::Configuration);
}

#[test]
fn each_error_names_the_token_url() {
    let url = "http://127.0.0.1:8080/realms/x/token";
    let endpoint = Endpoint::parse(url, LoopbackHttp::Allowed).unwrap();
    for failure in [
        Failure::because(ErrorKind::BudgetExhausted, None),
        Failure::wait_timed_out(SECOND, None),
        transport(TransportKind::Broken, "cut"),
        responded(ErrorKind::Server, facts(BodyEncoding::Multipart, 500, None)),
    ] {
        let error = Error::new(&endpoint, Arc::new(failure), Retry::Now);
        assert!(error.to_string().contains(url), "{error}");
        assert_eq!(error.endpoint(), Some(&endpoint));
    }
}

#[test]
fn a_response_that_is_not_the_servers_says_what_to_look_at() {
    let blocked =
        |status| words(responded(ErrorKind::Blocked, facts(BodyEncoding::Multipart, status, None)));
    for status in [404, 405] {
        assert!(blocked(status).contains("; check the token URL ("), "{}", blocked(status));
    }
    for status in [400, 403, 407, 511] {
        let words = blocked(status);
        assert!(words.contains("; this looks like a proxy, firewall or portal ("), "{words}");
    }
    let mut moved = facts(BodyEncoding::Multipart, 302, None);
    moved.location_host = Some("login.example".to_owned());
    let words = words(responded(ErrorKind::Redirected, moved));
    assert!(words.contains("to login.example; check the token URL"), "{words}");
}

#[test]
fn a_refusal_of_a_forced_encoding_suggests_the_encoding() {
    let mut facts = facts(BodyEncoding::Multipart, 401, None);
    for (fixed, expected) in [(true, true), (false, false)] {
        facts.encoding_is_fixed = fixed;
        let words = words(responded(ErrorKind::Denied, facts.clone()));
        assert_eq!(words.contains("the server may not read this encoding"), expected, "{words}");
    }
}

#[test]
fn a_refusal_inside_a_success_names_the_members() {
    let mut facts = facts(BodyEncoding::Multipart, 200, None);
    facts.members = Some("success, message".to_owned());
    let words = words(responded(ErrorKind::Denied, facts));
    assert!(words.contains("200 without access_token, members: success, message"), "{words}");
}

#[test]
fn a_consequence_begins_with_its_cause_and_takes_its_blame() {
    let cause = || Some(Arc::new(transport(TransportKind::Certificate, "expired")));
    let wait = error(Failure::wait_timed_out(3 * SECOND, cause()), Retry::Now);
    assert_eq!(
        wait.to_string(),
        "the authorization server's certificate is not accepted: expired; waited 3 s; \
         token URL https://auth.sandbox.jeel.co/oauth2/token; the next call asks again"
    );
    let budget = error(Failure::because(ErrorKind::BudgetExhausted, cause()), Retry::Now);
    let begins = "the authorization server's certificate is not accepted: expired; \
                  the budget of token requests is used up; token URL";
    assert!(budget.to_string().starts_with(begins), "{budget}");
    for (error, kind) in [(wait, ErrorKind::WaitTimedOut), (budget, ErrorKind::BudgetExhausted)] {
        assert_eq!((error.kind(), error.blame()), (kind, Blame::Network));
        assert_eq!(error.cause(), Some(ErrorKind::Transport(TransportKind::Certificate)));
        assert!(std::error::Error::source(&error).is_none(), "nothing is said twice");
    }
}

#[test]
fn a_consequence_without_a_cause_speaks_for_itself() {
    let wait = error(Failure::wait_timed_out(Duration::from_millis(2500), None), Retry::Now);
    let begins = "the caller's time to wait for a token ran out; waited 2500 ms; token URL";
    assert!(wait.to_string().starts_with(begins), "{wait}");
    assert_eq!((wait.blame(), wait.cause()), (Blame::Caller, None));
}

#[test]
fn a_consequence_keeps_the_response_of_its_cause() {
    let cause = responded(ErrorKind::Server, facts(BodyEncoding::Multipart, 503, None));
    let failure = Failure::wait_timed_out(SECOND, Some(Arc::new(cause)));
    let error = error(failure, Retry::Now);
    assert_eq!((error.status(), error.tx_id()), (Some(503), Some("6f1c")));
}

#[test]
fn a_transport_failure_says_where_and_what_helps() {
    use TransportKind::{Broken, Certificate, Connect, Resolve, Tls};
    for (kind, detail, expected) in [
        (Resolve, "", "cannot resolve auth.sandbox.jeel.co"),
        (Resolve, "no such host", "cannot resolve auth.sandbox.jeel.co: no such host"),
        (
            Connect,
            "proxy 10.0.0.1:3128: connection refused",
            "no connection to the authorization server: proxy 10.0.0.1:3128: connection refused",
        ),
        (Broken, "", "the connection broke before the response ended"),
        (Broken, "bad issuer", "the connection broke before the response ended: bad issuer"),
        (
            Certificate,
            "invalid peer certificate: UnknownIssuer",
            "the authorization server's certificate is not accepted: invalid peer certificate: \
             UnknownIssuer; to trust its issuer, set SSL_CERT_FILE or use `with_extra_roots`",
        ),
        (
            Certificate,
            "invalid peer certificate: Expired",
            "the authorization server's certificate is not accepted: invalid peer certificate: \
             Expired",
        ),
        (
            Tls,
            "self-signed certificate",
            "TLS with the authorization server failed: self-signed certificate; \
             to trust its issuer, set SSL_CERT_FILE or use `with_extra_roots`",
        ),
    ] {
        assert_eq!(words(transport(kind, detail)), expected);
    }
}

#[test]
fn a_caller_outside_its_runtime_hears_that_and_no_url() {
    let error = Error::outside_runtime("tokio");
    assert_eq!(
        error.to_string(),
        "no token request can be sent from here: outside a tokio runtime; \
         asking again does not help"
    );
    assert_eq!((error.kind(), error.blame()), (ErrorKind::OutsideRuntime, Blame::Caller));
    assert_eq!(error.endpoint(), None);
}

#[test]
fn at_once_and_never_are_told_apart() {
    for (retry, delay, ends) in [
        (Retry::Now, Some(Duration::ZERO), "; the next call asks again"),
        (Retry::After(SECOND), Some(SECOND), "; not asked again for 1 s"),
        (Retry::Useless, None, "; asking again does not help"),
    ] {
        let error = error(Failure::because(ErrorKind::LifetimeTooShort, None), retry);
        assert_eq!((error.retry(), error.retry_in()), (retry, delay));
        assert!(error.to_string().ends_with(ends), "{error}");
    }
    assert_eq!(Retry::after(None), Retry::Now);
    assert_eq!(Retry::after(Some(Duration::ZERO)), Retry::Now);
    assert_eq!(Retry::after(Some(SECOND)), Retry::After(SECOND));
}

#[test]
fn debug_shows_the_kind_the_detail_and_the_wait() {
    let failure = responded(ErrorKind::Server, facts(BodyEncoding::Multipart, 503, None));
    let shown = format!("{:?}", error(failure, Retry::After(7 * SECOND)));
    let parts = ["Server", "503", "7s", "https://auth.sandbox.jeel.co/oauth2/token"];
    assert!(parts.iter().all(|part| shown.contains(part)), "{shown}");
}
