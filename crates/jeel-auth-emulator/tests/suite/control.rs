//! The control endpoint.

use std::time::Duration;

use jeel_auth_emulator::{Emulator, TokenFormat, Verdict};
use serde_json::{Value, json};

use crate::client::{Client, Received, call_api, get_token, good, request, urlencoded};

const LONG: Duration = Duration::from_secs(10);

fn emulator() -> Emulator {
    Emulator::builder().token_format(TokenFormat::Opaque).control(true).start().unwrap()
}

fn control(emulator: &Emulator, method: &str, target: &str, body: &str) -> Received {
    let length = body.len();
    Client::connect(emulator).exchange(format!(
        "{method} /emulator/{target} HTTP/1.1\r\nHost: emulator\r\nContent-Length: {length}\r\n\r\n\
         {body}"
    ))
}

fn ok(emulator: &Emulator, method: &str, target: &str, body: &str) -> Value {
    let response = control(emulator, method, target, body);
    assert_eq!(response.status, 200, "{}", response.body);
    response.json()
}

fn problem(emulator: &Emulator, method: &str, target: &str, body: &str) -> String {
    let response = control(emulator, method, target, body);
    assert_eq!(response.status, 400, "{}", response.body);
    response.json()["error"].as_str().unwrap().to_owned()
}

#[test]
fn it_exists_only_if_it_was_asked_for() {
    let emulator = Emulator::builder().token_format(TokenFormat::Opaque).start().unwrap();
    assert_eq!(control(&emulator, "GET", "status", "").status, 404);
    assert_eq!(emulator.control_url(), None);
    let emulator = self::emulator();
    assert_eq!(control(&emulator, "GET", "status", "").status, 200);
    assert_eq!(emulator.control_url(), Some(format!("{}/emulator/", emulator.api_url())));
}

#[test]
fn it_counts_requests_and_is_not_counted() {
    let emulator = emulator();
    let token = get_token(&emulator).token();
    call_api(&emulator, &token);
    let counts = ok(&emulator, "GET", "status", "");
    let expected = json!({ "token_requests": 1, "tokens_issued": 1, "resource_requests": 1,
        "refused_requests": 0, "connections": 3, "holding": false });
    assert_eq!(counts, expected);
    ok(&emulator, "POST", "reset-counts", "");
    let counts = ok(&emulator, "GET", "status", "");
    assert_eq!((&counts["token_requests"], &counts["resource_requests"]), (&json!(0), &json!(0)));
}

#[test]
fn its_records_hold_no_secret_and_no_token() {
    let emulator = emulator();
    let token = get_token(&emulator).token();
    call_api(&emulator, &token);
    call_api(&emulator, "unknown");
    let records = control(&emulator, "GET", "requests", "");
    assert!(!records.body.contains(&token) && !records.body.contains("emulator-secret"));
    let records = records.json();
    let request = &records["token"][0];
    assert_eq!(request["encoding"], "urlencoded");
    assert_eq!(
        (&request["client_id"], &request["status"]),
        (&json!("emulator-client"), &json!(200))
    );
    let verdicts = [0, 1].map(|n| records["resource"][n]["verdict"].clone());
    assert_eq!(verdicts, ["accepted", "unknown"]);
}

#[test]
fn a_rule_is_added_counted_and_removed() {
    let emulator = emulator();
    let token = get_token(&emulator).token();
    let rule = r#"{"path":"/v1/payments","times":3,"status":401,
        "headers":{"WWW-Authenticate":"Bearer error=\"invalid_token\""}}"#;
    let numbers = ok(&emulator, "POST", "rules", &format!("[{rule},{rule}]"));
    assert_eq!(numbers, json!({ "numbers": [1, 2] }));
    assert_eq!([(); 4].map(|()| call_api(&emulator, &token).status), [401; 4]);
    let hits = |rules: &Value| [0, 1].map(|n| (rules[n]["hits"].clone(), rules[n]["left"].clone()));
    let rules = ok(&emulator, "GET", "rules", "");
    assert_eq!(hits(&rules), [(json!(3), json!(0)), (json!(1), json!(2))]);
    ok(&emulator, "DELETE", "rules?number=2", "");
    assert_eq!(call_api(&emulator, &token).status, 200);
    assert_eq!(problem(&emulator, "DELETE", "rules?number=2", ""), "there is no rule 2");
    ok(&emulator, "DELETE", "rules", "");
    assert_eq!(ok(&emulator, "GET", "rules", ""), json!([]));
}

#[test]
fn options_are_set_all_or_none() {
    let emulator = emulator();
    ok(&emulator, "PUT", "options", r#"{"lifetime":60,"accepts":"multipart","rate":null}"#);
    assert_eq!(get_token(&emulator).status, 401);
    let text = r#"{"accepts":"both","lifetime":"x"}"#;
    assert_eq!(problem(&emulator, "PUT", "options", text), "lifetime: not a number of seconds: x");
    assert_eq!(get_token(&emulator).status, 401, "an error changes nothing");
    ok(&emulator, "PUT", "options", r#"{"accepts":"both"}"#);
    assert_eq!(get_token(&emulator).json()["expires_in"], 60);
    ok(&emulator, "PUT", "options", r#"{"rate":"0/60:quoted"}"#);
    assert_eq!(get_token(&emulator).field("retry-after"), Some("\"60\""));
}

#[test]
fn a_client_is_added_and_an_error_does_not_quote_its_secret() {
    let emulator = emulator();
    ok(&emulator, "PUT", "clients", r#"{"id":"b","secrets":["s3cret","old"]}"#);
    let mut client = Client::connect(&emulator);
    let statuses =
        ["s3cret", "old", "other"].map(|secret| client.exchange(urlencoded("b", secret)).status);
    assert_eq!(statuses, [200, 200, 401]);
    for body in [r#"{"id":"b","secrets":"s3cret"}"#, r#"{"id":1,"secrets":["s3cret"]}"#, "s3cret"] {
        assert!(!problem(&emulator, "PUT", "clients", body).contains("s3cret"));
    }
}

#[test]
fn tokens_are_revoked_and_keys_replaced() {
    let emulator = Emulator::builder().control(true).start().unwrap();
    for (action, verdict) in [("revoke", Verdict::Revoked), ("rotate-key", Verdict::BadSignature)] {
        let token = get_token(&emulator).token();
        ok(&emulator, "POST", action, "");
        assert_eq!(call_api(&emulator, &token).status, 401);
        assert_eq!(emulator.resource_requests().pop().unwrap().verdict, Some(verdict));
    }
}

#[test]
fn responses_are_held_back_while_another_request_waits_for_the_count() {
    let emulator = emulator();
    ok(&emulator, "POST", "hold", "");
    let mut waiting = Client::connect(&emulator);
    waiting.send(request("GET", "/emulator/wait?token_requests=2"));
    let mut clients = [(); 2].map(|()| Client::connect(&emulator));
    clients.iter_mut().for_each(|client| client.send(good()));
    let report = waiting.response().json();
    assert_eq!((&report["reached"], &report["counts"]["holding"]), (&json!(true), &json!(true)));
    ok(&emulator, "POST", "release", "");
    assert!(clients.iter_mut().all(|client| client.response().status == 200));
}

#[test]
fn a_wait_for_requests_that_do_not_come_ends() {
    let emulator = emulator();
    let report = ok(&emulator, "GET", "wait?resource_requests=1&timeout_ms=10", "");
    assert_eq!(report["reached"], false);
    let text = "`timeout_ms` must be a whole number";
    assert_eq!(problem(&emulator, "GET", "wait?timeout_ms=soon", ""), text);
}

#[test]
fn a_reset_restores_the_start_and_releases_held_responses() {
    let emulator = emulator();
    ok(&emulator, "PUT", "options", r#"{"denial":"refusal-in-200"}"#);
    ok(&emulator, "POST", "hold", "");
    let mut client = Client::connect(&emulator);
    client.send(good());
    assert!(emulator.wait_for_token_requests(1, LONG));
    ok(&emulator, "POST", "reset", "");
    assert_eq!(client.response().status, 200);
    let denied = Client::connect(&emulator).exchange(urlencoded("emulator-client", "wrong"));
    assert_eq!((denied.status, emulator.token_request_count()), (401, 1));
}

#[test]
fn a_wrong_control_method_or_body_is_refused() {
    let emulator = emulator();
    assert_eq!(control(&emulator, "GET", "nothing", "").status, 404);
    let allowed = |method, target| {
        let response = control(&emulator, method, target, "");
        (response.status, response.field("allow").map(str::to_owned))
    };
    assert_eq!(allowed("POST", "status"), (405, Some("GET".to_owned())));
    assert_eq!(allowed("GET", "revoke"), (405, Some("POST".to_owned())));
    assert_eq!(allowed("PUT", "rules"), (405, Some("GET, POST, DELETE".to_owned())));
    assert!(problem(&emulator, "POST", "rules", "{").starts_with("the body is not JSON: "));
    let rule = r#"[{"path":"/v1/payments","page":403},{"path":1}]"#;
    assert_eq!(problem(&emulator, "POST", "rules", rule), "invalid rule: `path` must be a string");
    assert!(emulator.rules().is_empty(), "an error adds no rule");
}
