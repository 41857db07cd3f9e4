//! The source for unit tests of applications: one token, no server.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jeel_auth::{Ask, TokenSource, blocking};
use std::time::Duration;

/// With what JSON escapes.
const TOKEN: &str = r#"a.b"\c"#;

/// Longer than any server's token may live.
const LONG: Duration = Duration::from_secs(400 * 24 * 3600);

#[test]
fn a_task_gets_the_token_whatever_it_rejects_or_how_long_it_wants_it() {
    let source = TokenSource::fixed(TOKEN).unwrap();
    smol::block_on(async {
        for _ in 0..3 {
            let token = source.token().await.unwrap();
            assert_eq!(token.expose_secret(), TOKEN);
            source.token_with(Ask::new().valid_for(LONG)).await.unwrap();
            source.reject(&token);
        }
        assert_eq!(source.authorization().await.unwrap(), format!("Bearer {TOKEN}"));
    });
    assert_eq!(source.status().counters.rejections, 1, "an application's test sees the rejection");
}

#[test]
fn a_thread_gets_the_token_whatever_it_rejects_or_how_long_it_wants_it() {
    let source = blocking::TokenSource::fixed(TOKEN).unwrap();
    for _ in 0..3 {
        let token = source.token().unwrap();
        assert_eq!(token.expose_secret(), TOKEN);
        source.token_with(Ask::new().valid_for(LONG)).unwrap();
        source.reject(&token);
    }
    assert_eq!(source.authorization().unwrap(), format!("Bearer {TOKEN}"));
    assert_eq!(source.status().counters.rejections, 1, "an application's test sees the rejection");
}

#[test]
fn a_text_that_could_not_be_sent_is_an_error() {
    for bad in ["", "a b", "a\n", "\u{e9}", "\0"] {
        assert!(TokenSource::fixed(bad).is_err(), "{bad:?}");
        assert!(blocking::TokenSource::fixed(bad).is_err(), "{bad:?}");
    }
}
