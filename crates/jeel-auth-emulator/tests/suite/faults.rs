//! The bytes that a client receives for each fault.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use jeel_auth_emulator::{Emulator, Fault, Response, TokenFormat, Verdict};

use crate::client::{Client, call_api, get_token, good};

fn emulator() -> Emulator {
    Emulator::builder().token_format(TokenFormat::Opaque).start().unwrap()
}

/// All bytes that a client receives after one request.
fn wire(fault: Fault) -> String {
    let emulator = emulator();
    emulator.script(fault);
    let mut client = Client::connect(&emulator);
    client.send(good());
    let (bytes, end) = client.rest();
    end.unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The first 100,000 bytes of an endless response.
fn beginning(fault: Fault) -> String {
    let emulator = emulator();
    emulator.script(fault);
    let mut client = Client::connect(&emulator);
    client.send(good());
    while client.received().len() < 100_000 {
        assert!(client.read_some().unwrap() > 0);
    }
    String::from_utf8(client.received().to_vec()).unwrap()
}

#[test]
fn each_request_takes_the_next_fault_of_the_script() {
    let emulator = emulator();
    emulator.script_all([Response::new(500), Response::redirect("/login"), Response::html()]);
    emulator.script(Fault::Pass);
    emulator.always(Response::new(503).header("Retry-After", "7"));
    let responses = [(); 6].map(|()| get_token(&emulator));
    assert_eq!(responses.each_ref().map(|r| r.status), [500, 302, 200, 200, 503, 503]);
    assert_eq!(responses[1].field("location"), Some("/login"));
    assert!(responses[2].body.starts_with("<!doctype html>"));
    assert_eq!(responses[5].field("retry-after"), Some("7"));
    emulator.clear_faults();
    assert_eq!(get_token(&emulator).status, 200);
    assert_eq!(emulator.tokens_issued(), 2, "only handled requests issue tokens");
}

#[test]
fn a_custom_response_is_sent_unchanged() {
    let emulator = emulator();
    let response = Response::json(200, r#"{"access_token":"a b"}"#).header("tx_id", "mine");
    emulator.script(response);
    let received = get_token(&emulator);
    assert_eq!(received.body, r#"{"access_token":"a b"}"#);
    assert_eq!(received.field("tx_id"), Some("mine"));
}

#[test]
fn a_lifetime_can_be_zero_or_missing() {
    let emulator = emulator();
    emulator.script_all([Fault::ZeroLifetime, Fault::NoLifetime]);
    let (zero, missing) = (get_token(&emulator), get_token(&emulator));
    assert_eq!(zero.json()["expires_in"], 0);
    assert_eq!(missing.json().get("expires_in"), None);
    assert_eq!(call_api(&emulator, &missing.token()).status, 200);
}

#[test]
fn a_delayed_response_is_late_and_whole() {
    let emulator = emulator();
    emulator.set_delay(Duration::from_millis(30));
    emulator.script(Fault::Delay(Duration::from_millis(30)));
    let start = Instant::now();
    assert_eq!(get_token(&emulator).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(60));
}

#[test]
fn a_hanging_request_gets_nothing_and_ends_with_the_emulator() {
    let emulator = emulator();
    emulator.script(Fault::Hang);
    let mut client = Client::connect(&emulator);
    client.send(good());
    assert!(emulator.wait_for_token_requests(1, Duration::from_secs(10)));
    drop(emulator);
    assert!(client.rest().0.is_empty());
}

#[test]
fn a_reset_is_a_reset_and_a_close_is_a_close() {
    let emulator = emulator();
    emulator.script(Fault::Reset);
    let mut client = Client::connect(&emulator);
    client.send(good());
    let (bytes, end) = client.rest();
    assert!(bytes.is_empty());
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(wire(Fault::Close), "");
}

#[test]
fn a_truncated_response_stops_in_its_head_or_in_its_body() {
    assert_eq!(wire(Fault::TruncateHead(14)), "HTTP/1.1 200 O");
    let head = wire(Fault::TruncateHead(usize::MAX));
    assert!(head.ends_with("\r\n\r\n"), "the head and no more: {head}");
    let partial = wire(Fault::TruncateBody(5));
    let (head, body) = partial.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, r#"{"acc"#);
    assert!(!head.contains("Content-Length: 5\r\n") && head.contains("\r\nContent-Length: "));
}

#[test]
fn a_dripping_response_arrives_in_many_pieces_and_whole() {
    let emulator = emulator();
    emulator.script(Fault::SlowDrip(Duration::from_millis(1)));
    let mut client = Client::connect(&emulator);
    client.send(good());
    let mut pieces = 0;
    while !client.received().ends_with(b"}") {
        assert!(client.read_some().unwrap() > 0);
        pieces += 1;
    }
    assert!(pieces > 20, "{pieces}");
    assert_eq!(client.response().status, 200);
    assert_eq!(client.exchange(good()).status, 200, "the connection stays open");
}

#[test]
fn an_oversized_response_is_valid_and_long() {
    let emulator = emulator();
    emulator.script(Fault::Oversized(1_000_000));
    let response = get_token(&emulator);
    assert_eq!(response.body.len(), 1_000_000);
    assert_eq!(call_api(&emulator, &response.token()).status, 200);
}

#[test]
fn endless_responses_do_not_end() {
    let body = beginning(Fault::EndlessBody);
    let (head, body) = body.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("Transfer-Encoding: chunked") && !head.contains("Content-Length"));
    assert!(body.starts_with("400\r\n  ") && body.contains("  \r\n400\r\n  "));

    let fields = beginning(Fault::EndlessHeaders);
    assert!(fields.starts_with("HTTP/1.1 200 OK\r\n") && !fields.contains("\r\n\r\n"));

    let interim = "HTTP/1.1 103 Early Hints\r\n\r\n";
    assert!(beginning(Fault::EndlessInformational).starts_with(&interim.repeat(1000)));
}

#[test]
fn a_huge_chunk_claims_bytes_that_do_not_follow() {
    let response = wire(Fault::HugeChunk);
    assert!(
        response.ends_with("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n{}"),
        "{response}"
    );
}

#[test]
fn raw_bytes_are_sent_verbatim() {
    let emulator = emulator();
    let bytes = b"\x16\x03\x01\xff garbage \0\r\r\n".to_vec();
    emulator.script(Fault::Raw(bytes.clone()));
    let mut client = Client::connect(&emulator);
    client.send(good());
    assert_eq!(client.rest().0, bytes);
}

#[test]
fn the_api_can_reject_valid_tokens() {
    let emulator = emulator();
    let token = get_token(&emulator).token();
    emulator.reject_next(2);
    emulator.script_resource(Response::new(500));
    assert_eq!([(); 4].map(|()| call_api(&emulator, &token).status), [401, 401, 500, 200]);
    let verdicts: Vec<_> = emulator.resource_requests().iter().map(|r| r.verdict).collect();
    assert_eq!(verdicts, [None, None, None, Some(Verdict::Accepted)]);
}
