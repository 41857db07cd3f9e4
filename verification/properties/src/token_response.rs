//! Responses of a token endpoint, and their effect on the cache.

use crate::token_json::must_agree;
use jeel_auth_core::{Acquire, Action, Cache, Credentials, Environment, Moment, Response, State};
use std::time::Duration;

const SECRET: &str = "hush-hush-hush";
const NOW: Moment = Moment::new(Duration::from_secs(1000), Duration::from_secs(1_800_000_000));

/// The bytes are a status code in two bytes, field lines, an empty line, and a body.
///
/// Any response leads to a token that is valid in a header, or to a failure after which the cache
/// retries. No output contains the secret. serde's derive reads the same from a success.
pub fn token_response(bytes: &[u8]) {
    let Some((status, rest)) = bytes.split_first_chunk() else { return };
    let (head, body) = match rest.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) => (rest.get(..end), rest.get(end + 2..)),
        None => (None, Some(rest)),
    };
    let fields = head.unwrap_or_default().split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        Some((std::str::from_utf8(line.get(..colon)?).ok()?, line.get(colon + 1..)?.trim_ascii()))
    });
    let status = u16::from_be_bytes(*status) % 1000;
    let body = body.unwrap_or_default();
    let response = Response::new(status, fields, body);
    let mut cache = cache();
    respond(&mut cache, &response);
    let failure = cache.status(NOW).last_error.map(|error| error.kind());
    let token = match cache.acquire(NOW, Duration::ZERO) {
        Acquire::Ready(token) => Some(token),
        Acquire::Wait(_) | Acquire::Refused(_) => None,
    };
    match &token {
        Some(token) => must_fit_a_header(token.expose_authorization()),
        None => must_have_a_way_out(&mut cache),
    }
    if matches!(status, 200..=299) {
        must_agree(body, token.as_ref().ok_or_else(|| failure.expect("a failure")));
    }
    must_hide_the_secret(&mut cache, &response);
}

/// The bytes are values of `Retry-After`, and of the fields that other servers use instead, separated
/// by line feeds. The cache waits for at most one hour and some jitter, and never panics.
pub fn retry_after(bytes: &[u8]) {
    const NAMES: [&str; 5] =
        ["Retry-After", "RateLimit", "RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset"];
    let values = || bytes.split(|byte| *byte == b'\n');
    for name in NAMES {
        for status in [302, 401, 403, 413, 429, 500, 503, 504] {
            let response = Response::new(status, values().map(|value| (name, value)), b"");
            let mut cache = cache();
            respond(&mut cache, &response);
            let wait = cache.status(NOW).retry_in.unwrap_or_default();
            assert!(wait <= LONGEST_WAIT, "{wait:?}");
        }
    }
}

/// An hour, and a tenth of it.
const LONGEST_WAIT: Duration = Duration::from_secs(3600 + 360);

fn cache() -> Cache {
    let credentials = Credentials::new("school", SECRET).expect("good credentials");
    let mut cache = Cache::new(Environment::Sandbox.token_endpoint(), credentials, 1);
    assert!(matches!(cache.acquire(NOW, Duration::ZERO), Acquire::Wait(_)));
    cache
}

/// Responds to the flight, and to a second one if the cache tries the other encoding.
fn respond(cache: &mut Cache, response: &Response) {
    let mut requests = 0;
    while let Some(Action::Send(request)) = cache.poll_action(NOW) {
        cache.handle_response(NOW, request.flight(), response);
        requests += 1;
    }
    assert!((1..=2).contains(&requests), "{requests} requests");
}

fn must_fit_a_header(authorization: &str) {
    let token = authorization.strip_prefix("Bearer ").expect("a bearer token");
    assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
}

fn must_have_a_way_out(cache: &mut Cache) {
    let status = cache.status(NOW);
    let wait = status.retry_in.unwrap_or_default();
    assert_ne!(status.state, State::Valid);
    assert!(status.last_error.is_some());
    assert!(wait <= LONGEST_WAIT, "{wait:?}");
    let then = NOW.after(wait);
    let _ = cache.acquire(then, Duration::ZERO);
    assert!(cache.poll_action(then).is_some(), "a new request after the wait");
}

fn must_hide_the_secret(cache: &mut Cache, response: &Response) {
    let status = cache.status(NOW);
    let mut shown = format!("{status:?} {cache:?} {response:?}");
    if let Some(error) = status.last_error {
        shown.push_str(&format!("{error} {error:?}"));
    }
    while let Some(event) = cache.poll_event() {
        shown.push_str(&format!("{event:?}"));
    }
    let shown_lower = shown.to_ascii_lowercase();
    for part in SECRET.as_bytes().windows(8) {
        let part = std::str::from_utf8(part).expect("ASCII");
        assert!(!shown_lower.contains(part), "{shown}");
    }
    assert!(shown.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{shown:?}");
}
