//! Each kind of error: how it comes about, whose fault it is, and what it says.

use super::*;
use crate::error::Blame;
use crate::response::MalformedResponse;

/// The last error after this response, with no encoding to try.
fn error(status: u16, fields: &[(&str, &str)], body: &str) -> Error {
    let mut world = World::url_encoded();
    world.waits();
    world.send();
    world.response_with(status, fields, body);
    world.status().last_error.unwrap()
}

#[test]
fn responses_become_errors_with_status_code_and_tx_id() {
    for (status, body, kind, blame) in [
        (401, r#"{"error":"invalid_client"}"#, ErrorKind::Denied, Blame::Configuration),
        (302, "", ErrorKind::Redirected, Blame::Configuration),
        (429, "", ErrorKind::RateLimited, Blame::AuthorizationServer),
        (500, "", ErrorKind::Server, Blame::AuthorizationServer),
        (200, "", ErrorKind::Malformed(MalformedResponse::Json), Blame::AuthorizationServer),
        (101, "", ErrorKind::Malformed(MalformedResponse::Status), Blame::AuthorizationServer),
    ] {
        let error = error(status, &[("TX_ID", "6f1c-42")], body);
        assert_eq!((error.kind(), error.blame()), (kind, blame));
        assert_eq!((error.status(), error.tx_id()), (Some(status), Some("6f1c-42")));
        let text = error.to_string();
        assert!(text.contains(&status.to_string()) && text.contains("6f1c-42"), "{text}");
        assert!(text.contains("; not asked again for "), "{text}");
        assert!(!text.ends_with('.'), "{text}");
    }
}

#[test]
fn the_kinds_have_stable_codes_and_say_different_things() {
    let kinds = [
        ErrorKind::Denied,
        ErrorKind::Redirected,
        ErrorKind::RateLimited,
        ErrorKind::Server,
        ErrorKind::Malformed(MalformedResponse::Json),
        ErrorKind::ExpiredOnArrival,
        ErrorKind::Transport(TransportKind::Connect),
        ErrorKind::Transport(TransportKind::Tls),
        ErrorKind::Transport(TransportKind::TimedOut),
        ErrorKind::Transport(TransportKind::Broken),
        ErrorKind::Transport(TransportKind::BadResponse),
        ErrorKind::Transport(TransportKind::Abandoned),
        ErrorKind::Blocked,
        ErrorKind::Transport(TransportKind::Proxy),
        ErrorKind::BudgetExhausted,
        ErrorKind::LifetimeTooShort,
        ErrorKind::WaitTimedOut,
    ];
    let unique = |texts: Vec<String>| {
        texts.iter().collect::<std::collections::BTreeSet<_>>().len() == kinds.len()
    };
    assert!(unique(kinds.iter().map(|kind| kind.code().to_owned()).collect()));
    assert!(unique(kinds.iter().map(ToString::to_string).collect()));
}

#[test]
fn unknown_and_foreign_codes_are_kept_as_bounded_ascii() {
    for (code, kept) in [
        ("invalid_client", "invalid_client"),
        ("Realm does not exist", "Realm does not exist"),
        ("sch\u{f6}n\\r\\n", "sch?n"),
        ("a\\u0000b\\u001bc", "a?b?c"),
    ] {
        let error = error(400, &[], &format!(r#"{{"error":"{code}"}}"#));
        assert_eq!(error.oauth_code(), Some(kept));
    }
    let error = error(400, &[], &format!(r#"{{"error":"{}"}}"#, "x".repeat(1000)));
    assert_eq!(error.oauth_code().map(str::len), Some(64));
}

#[test]
fn a_wrong_url_is_suspected_at_404_and_405_only() {
    for (status, expected) in [(404, true), (405, true), (401, false), (410, false), (500, false)] {
        let text = error(status, &[], "").to_string();
        assert_eq!(text.contains("check the token URL"), expected, "{text}");
    }
}

#[test]
fn a_redirect_names_the_host_it_would_have_led_to() {
    let location = [("Location", "https://login.example:8443/oauth2/login?client=x")];
    for status in [300, 301, 302, 303, 307, 308, 399] {
        let error = error(status, &location, "");
        assert_eq!(error.response().unwrap().location_host.as_deref(), Some("login.example"));
        assert!(error.to_string().contains("redirected the token request to login.example"));
    }
    for location in ["/login", "", "::", "\u{1f511}"] {
        let error = error(302, &[("Location", location)], "");
        assert_eq!((error.kind(), error.status()), (ErrorKind::Redirected, Some(302)));
        assert_eq!(error.response().unwrap().location_host, None);
    }
}

#[test]
fn a_transport_failure_keeps_its_words() {
    let (mut world, _) = World::waiting();
    world.fail(TransportKind::Tls);
    let error = world.status().last_error.unwrap();
    assert_eq!((error.kind().code(), error.blame()), ("transport_tls", Blame::Network));
    assert!(error.to_string().contains("no luck"));
    assert_eq!((error.status(), error.tx_id(), error.oauth_code()), (None, None, None));
}

#[test]
fn the_last_error_is_forgotten_with_the_next_token() {
    let (mut world, _) = World::waiting();
    world.response(500, "");
    assert!(world.status().last_error.is_some());
    world.reach_wakeup();
    world.fetch("t1", 100);
    assert!(world.status().last_error.is_none());
}

#[test]
fn a_refusal_that_may_be_the_encoding_is_an_event_and_no_failure() {
    let (mut world, _) = World::waiting();
    world.response(401, "");
    let events = world.events();
    assert!(
        matches!(&events[..], [Event::Requested { .. }, Event::TryingOtherEncoding { refused }]
        if refused.status == 401)
    );
    assert_eq!(world.status().counters.failures, 0);
}

#[test]
fn a_librarys_words_are_kept_in_room_that_does_not_move() {
    let long = SendFailure::new(TransportKind::Broken, "a".repeat(2000));
    assert_eq!(long.words(), "a".repeat(1024));
    let split = SendFailure::new(TransportKind::Broken, format!("{}é", "a".repeat(1023)));
    assert_eq!(split.words(), "a".repeat(1023));
    assert_eq!(format!("{split:?}"), "SendFailure { kind: Broken, .. }");
}
