//! HTTP: connections, paths, methods, and the fields of every response.

use jeel_auth_emulator::{Emulator, Fault, Response};

use crate::client::{Client, good};

#[test]
fn every_response_has_a_new_transaction_id_and_a_date() {
    let emulator = Emulator::start().unwrap();
    emulator.script(Fault::Pass);
    emulator.script(Response::html());
    let mut client = Client::connect(&emulator);
    let mut ids = Vec::new();
    for request in [
        good(),
        good(),
        good().replace("client_secret", "client_zecret"),
        "GET /oauth2/token HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "GET /v1/payments HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "GET /oauth2/jwks HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "not http\r\n\r\n".to_owned(),
    ] {
        let response = client.exchange(request);
        let id = response.field("tx_id").unwrap().to_owned();
        assert_eq!((id.len(), &id[14..15]), (36, "4"), "{id}");
        assert!(httpdate::parse_http_date(response.field("date").unwrap()).is_ok());
        assert!(!ids.contains(&id));
        ids.push(id);
    }
    assert_eq!(emulator.connections(), 1);
    assert_eq!(emulator.refused_request_count(), 1);
}

#[test]
fn a_connection_stays_open_until_the_client_sends_close() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::connect(&emulator);
    client.send(good() + &good() + &good().replace("Host: ", "Connection: close\r\nHost: "));
    assert_eq!([client.response().status, client.response().status], [200, 200]);
    let last = client.response();
    assert_eq!(last.field("connection"), Some("close"));
    let (rest, end) = client.rest();
    assert!(rest.is_empty() && end.is_ok());
}

#[test]
fn a_request_of_http_1_0_ends_its_connection() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::connect(&emulator);
    let response = client.exchange(good().replace("HTTP/1.1", "HTTP/1.0"));
    assert_eq!((response.status, response.field("connection")), (200, Some("close")));
    assert!(client.rest().0.is_empty());
}

#[test]
fn the_query_of_the_token_url_is_ignored_and_recorded() {
    let emulator = Emulator::start().unwrap();
    let response =
        Client::connect(&emulator).exchange(good().replace("token HTTP", "token?a=b HTTP"));
    assert_eq!(response.status, 200);
    assert!(emulator.token_requests()[0].has_query);
}

#[test]
fn a_wrong_path_is_404_and_a_wrong_method_405() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::connect(&emulator);
    let missing = client.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((missing.status, missing.json()["error"].as_str()), (404, Some("not_found")));
    let wrong = client.exchange("PUT /oauth2/token HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((wrong.status, wrong.field("allow")), (405, Some("POST")));
    assert_eq!(emulator.tokens_issued(), 0);
}

#[test]
fn a_response_to_head_has_no_body() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::connect(&emulator);
    client.send("HEAD /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let (bytes, _) = client.rest();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("HTTP/1.1 404 ") && text.ends_with("\r\n\r\n"), "{text}");
}

#[test]
fn a_client_that_waits_for_100_continue_receives_it() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::connect(&emulator);
    let request = good().replace("Host: ", "Expect: 100-continue\r\nHost: ");
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let interim = client.exchange(format!("{head}\r\n\r\n"));
    assert_eq!(interim.head, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(client.exchange(body).status, 200);
}

#[test]
fn a_body_over_the_limit_is_refused_and_a_slow_one_is_not() {
    let emulator = Emulator::start().unwrap();
    let head = |length| {
        format!("POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n")
    };
    assert_eq!(Client::connect(&emulator).exchange(head(1024 * 1024 + 1)).status, 413);
    let mut client = Client::connect(&emulator);
    assert_eq!(client.exchange(head(1024 * 1024) + &"x".repeat(1024 * 1024)).status, 401);
    for byte in good().bytes() {
        client.send([byte]);
    }
    assert_eq!(client.response().status, 200);
}
