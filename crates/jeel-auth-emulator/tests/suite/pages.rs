//! Responses of proxies, firewalls, portals and odd servers.

use jeel_auth_emulator::{
    Denial, Emulator, Encodings, Fault, RateLimit, Response, RetryAfter, TokenFormat, UnreadBody,
};
use std::time::Duration;

use crate::client::{Client, Received, call_api, get_token, good, multipart, urlencoded};

fn emulator() -> Emulator {
    Emulator::builder().token_format(TokenFormat::Opaque).start().unwrap()
}

fn scripted(fault: impl Into<Fault>) -> Received {
    let emulator = emulator();
    emulator.script(fault);
    get_token(&emulator)
}

#[test]
fn a_page_has_the_fields_that_its_status_requires() {
    for status in [200, 403, 404, 405, 407, 421, 451, 503, 511] {
        let page = scripted(Response::page(status));
        assert_eq!(page.status, status);
        assert_eq!(page.field("content-type"), Some("text/html; charset=utf-8"));
        assert!(page.body.starts_with("<!doctype html>"));
        assert_eq!(page.field("allow").is_some(), status == 405);
        assert_eq!(page.field("proxy-authenticate").is_some(), status == 407);
        assert_eq!(page.body.contains("/login"), status == 511);
    }
}

#[test]
fn a_padded_page_keeps_its_status_and_fields() {
    let page = Response::page(503).header("Retry-After", "600").padded(70_000);
    let page = scripted(page);
    assert_eq!((page.status, page.field("retry-after")), (503, Some("600")));
    assert_eq!((page.body.len(), page.body.trim_end().len() < 200), (70_000, true));
}

#[test]
fn a_chunk_extension_has_the_length_asked_for() {
    let emulator = emulator();
    emulator.script(Fault::ChunkExtension(300));
    let mut client = Client::connect(&emulator);
    client.send(good().replace("Host: ", "Connection: close\r\nHost: "));
    let text = String::from_utf8(client.rest().0).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("Transfer-Encoding: chunked") && !head.contains("Content-Length"));
    let (line, rest) = body.split_once("\r\n").unwrap();
    let (size, extension) = line.split_once(';').unwrap();
    assert_eq!(extension.len() + 1, 300);
    let size = usize::from_str_radix(size, 16).unwrap();
    assert!(rest.starts_with("{\"access_token\"") && rest[size..] == *"\r\n0\r\n\r\n");
}

#[test]
fn gzip_that_was_not_asked_for_holds_the_normal_response() {
    let emulator = emulator();
    emulator.script(Fault::Gzip);
    let mut client = Client::connect(&emulator);
    client.send(good().replace("Host: ", "Connection: close\r\nHost: "));
    let (bytes, _) = client.rest();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let (head, body) = (String::from_utf8_lossy(&bytes[..end]), &bytes[end + 4..]);
    assert!(head.contains("Content-Encoding: gzip"));
    assert!(head.contains(&format!("Content-Length: {}", body.len())));
    assert_eq!(&body[..3], b"\x1f\x8b\x08");
    let stored = &body[15..body.len() - 8];
    let json: serde_json::Value = serde_json::from_slice(stored).unwrap();
    assert_eq!(call_api(&emulator, json["access_token"].as_str().unwrap()).status, 200);
}

#[test]
fn a_refusal_can_come_in_a_200() {
    let emulator = Emulator::builder().denial(Denial::RefusalIn200).start().unwrap();
    let refused = Client::connect(&emulator).exchange(urlencoded("emulator-client", "wrong"));
    assert_eq!((refused.status, &refused.json()["success"]), (200, &false.into()));
    assert_eq!(refused.json().get("access_token"), None);
    let other = scripted(Response::json(200, r#"{"error":{"code":1}}"#));
    assert_eq!((other.status, &other.json()["error"]["code"]), (200, &1.into()));
}

#[test]
fn one_encoding_can_get_a_500_each_time() {
    let builder = Emulator::builder().accepts(Encodings::UrlEncodedOnly);
    let emulator = builder.unread(UnreadBody::ServerError500).start().unwrap();
    let (id, secret) = ("emulator-client", "emulator-secret");
    let mut client = Client::connect(&emulator);
    let statuses = [multipart(id, secret), urlencoded(id, secret), multipart(id, secret)]
        .map(|request| client.exchange(request).status);
    assert_eq!(statuses, [500, 200, 500]);
}

#[test]
fn a_rate_limit_states_the_wait_in_any_form() {
    let emulator = emulator();
    let none = RateLimit::new(0, Duration::from_secs(12));
    for (form, field, value) in [
        (RetryAfter::Unit, "retry-after", Some("12s")),
        (RetryAfter::Quoted, "retry-after", Some("\"12\"")),
        (RetryAfter::RateLimit, "ratelimit", Some("\"default\";r=0;t=12")),
        (RetryAfter::XRateLimitSeconds, "x-ratelimit-reset", Some("12")),
        (RetryAfter::RateLimitReset, "retry-after", None),
    ] {
        emulator.set_rate_limit(none.retry_after(form));
        let refused = get_token(&emulator);
        assert_eq!((refused.status, refused.field(field)), (429, value), "{form:?}");
    }
}
