//! The records of requests, and the ways to wait for a request.

use std::time::Duration;

use jeel_auth_emulator::{BodyEncoding, Emulator, Fault};

use crate::client::{Client, call_api, dial, get_token, good, multipart};

const LONG: Duration = Duration::from_secs(10);

#[test]
fn a_record_describes_the_request_and_its_response() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::connect(&emulator);
    let first = client.exchange(good());
    client.exchange(multipart("emulator-client", "wrong"));
    let other = "POST /oauth2/token HTTP/1.1\r\nhost: a\r\nX-Odd:   Case \r\n\r\n";
    Client::connect(&emulator).exchange(other);

    let [a, b, c] = <[_; 3]>::try_from(emulator.token_requests()).unwrap();
    assert_eq!(
        (a.encoding, a.status, a.authenticated),
        (BodyEncoding::UrlEncoded, Some(200), true)
    );
    assert_eq!(Some(a.tx_id.as_str()), first.field("tx_id"));
    assert_eq!(
        (b.encoding, b.status, b.authenticated),
        (BodyEncoding::Multipart, Some(401), false)
    );
    assert_eq!((c.encoding, c.status), (BodyEncoding::Other, Some(401)));
    let named = [("host", "a"), ("X-Odd", "Case")].map(|(n, v)| (n.to_owned(), v.to_owned()));
    assert_eq!(c.headers, named);
    assert!(a.connection == b.connection && b.connection != c.connection);
    assert!(a.at <= b.at && b.at <= c.at);
}

#[test]
fn no_secret_is_in_a_record_or_in_any_debug_output() {
    let emulator = Emulator::builder().credentials("me", "s3cret").start().unwrap();
    let request = multipart("me", "s3cret").replace("Host: ", "authorization: czNjcmV0\r\nHost: ");
    let token = Client::connect(&emulator).exchange(request).token();
    call_api(&emulator, &token);
    let api = emulator.resource_requests();
    assert!(api[0].headers.contains(&("Authorization".into(), "Bearer [redacted]".into())));
    let builder = Emulator::builder().credentials("me", "s3cret");
    let (held, token_requests) = (emulator.hold_responses(), emulator.token_requests());
    let shown = format!("{emulator:?} {builder:?} {held:?} {token_requests:?} {api:?}");
    for secret in ["s3cret", "czNjcmV0", token.as_str()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn held_responses_wait_while_their_requests_are_counted() {
    let emulator = Emulator::start().unwrap();
    let (held, also_held) = (emulator.hold_responses(), emulator.hold_responses());
    let mut clients = [(); 3].map(|()| Client::connect(&emulator));
    clients.iter_mut().for_each(|client| client.send(good()));
    assert!(emulator.wait_for_token_requests(3, LONG));
    assert!(emulator.token_requests().iter().all(|request| request.status == Some(200)));

    // Only token responses are held back. A released response would arrive before this one.
    drop(also_held);
    assert_eq!(call_api(&emulator, "none").status, 401);
    emulator.rotate_secret("has no effect on requests that arrived before");
    held.release();
    assert!(clients.iter_mut().all(|client| client.response().status == 200));
}

#[test]
fn waiting_for_a_request_that_does_not_come_ends() {
    let emulator = Emulator::start().unwrap();
    assert!(emulator.wait_for_token_requests(0, Duration::ZERO));
    assert!(!emulator.wait_for_token_requests(1, Duration::from_millis(10)));
}

#[test]
fn it_works_inside_an_async_runtime_and_can_be_awaited() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let emulator = Emulator::start().unwrap();
        let reached = tokio::spawn(emulator.token_requests_reached(1));
        assert_eq!(get_token(&emulator).status, 200);
        reached.await.unwrap();
    });
}

#[test]
fn counts_can_be_reset() {
    let emulator = Emulator::start().unwrap();
    let token = get_token(&emulator).token();
    call_api(&emulator, &token);
    emulator.reset_counts();
    assert_eq!((emulator.token_request_count(), emulator.resource_request_count()), (0, 0));
    assert_eq!((emulator.tokens_issued(), emulator.token_requests().len()), (0, 0));
    assert_eq!(call_api(&emulator, &token).status, 200, "the token stays valid");
    assert_eq!(emulator.connections(), 3);
}

#[test]
fn dropping_it_ends_every_connection_in_any_state() {
    let emulator = Emulator::start().unwrap();
    let mut clients = Vec::new();
    for fault in [Fault::Hang, Fault::EndlessBody, Fault::Delay(LONG), Fault::SlowDrip(LONG)] {
        emulator.script(fault);
        let mut client = Client::connect(&emulator);
        client.send(good());
        clients.push(client);
    }
    let _held = emulator.hold_responses();
    clients.push(Client::connect(&emulator));
    clients.last_mut().unwrap().send(good());
    assert!(emulator.wait_for_token_requests(5, LONG));
    let url = emulator.api_url().to_owned();
    let idle = Client::over(dial(&url));
    drop(emulator);

    for client in clients.into_iter().chain([idle]) {
        // The connection must end. Unread bytes make the end a reset.
        let _ = client.rest();
    }
    let (_, address) = url.split_once("://").unwrap();
    assert!(std::net::TcpStream::connect(address).is_err(), "the port is closed");
}
