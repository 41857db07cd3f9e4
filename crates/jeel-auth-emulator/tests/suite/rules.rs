//! Rules for a path.

use jeel_auth_emulator::{Emulator, Fault, Response, Rule, TokenFormat, Verdict};

use crate::client::{Client, call_api, get_token, request};

fn emulator() -> Emulator {
    Emulator::builder().token_format(TokenFormat::Opaque).start().unwrap()
}

fn call(emulator: &Emulator, path: &str, token: &str) -> u16 {
    let with_token = format!("Host: emulator\r\nAuthorization: Bearer {token}");
    let request = request("GET", path).replace("Host: emulator", &with_token);
    Client::connect(emulator).exchange(request).status
}

#[test]
fn a_path_rejects_a_valid_token_three_times_and_other_paths_never() {
    let emulator = emulator();
    let token = get_token(&emulator).token();
    let challenge = r#"Bearer error="invalid_token""#;
    emulator.add_rule(Rule::new("/v1/x", Response::challenge(challenge)).times(3));
    let statuses =
        ["/v1/x", "/v1/y", "/v1/x?a=b", "/v1/x", "/v1/x"].map(|path| call(&emulator, path, &token));
    assert_eq!(statuses, [401, 200, 401, 401, 200]);
    let verdicts: Vec<_> = emulator.resource_requests().iter().map(|r| r.verdict).collect();
    let accepted = Some(Verdict::Accepted);
    assert_eq!(verdicts, [None, accepted, None, None, accepted]);
    let rules = emulator.rules();
    assert_eq!((rules[0].hits, rules[0].left), (3, Some(0)));
}

#[test]
fn a_challenge_is_sent_as_it_is() {
    let emulator = emulator();
    let challenge = r#"Basic realm="a", Bearer error="insufficient_scope""#;
    emulator.add_rule(Rule::new("/v1/*", Response::challenge(challenge)));
    let received = call_api(&emulator, "any");
    assert_eq!(received.field("www-authenticate"), Some(challenge));
}

#[test]
fn a_rule_comes_before_a_script_which_waits() {
    let emulator = emulator();
    emulator.script(Response::new(502));
    let rule = emulator.add_rule(Rule::new("/oauth2/token", Response::new(503)).method("POST"));
    assert_eq!([(); 2].map(|()| get_token(&emulator).status), [503, 503]);
    assert!(emulator.remove_rule(rule));
    assert_eq!([(); 2].map(|()| get_token(&emulator).status), [502, 200]);
    assert_eq!(emulator.token_request_count(), 4);
}

#[test]
fn a_rule_applies_to_a_path_without_an_endpoint_and_to_the_keys() {
    let emulator = emulator();
    emulator.add_rule(Rule::new("/login", Response::html()));
    emulator.add_rule(Rule::new("/oauth2/jwks", Response::page(404)));
    let mut client = Client::connect(&emulator);
    let statuses = ["/login", "/oauth2/jwks", "/other"]
        .map(|path| client.exchange(request("GET", path)).status);
    assert_eq!(statuses, [200, 404, 404]);
}

#[test]
fn a_lasting_fault_of_the_api_ends_when_faults_are_cleared() {
    let emulator = emulator();
    let token = get_token(&emulator).token();
    emulator.always_resource(Response::new(503));
    emulator.add_rule(Rule::new("/v1/payments", Fault::Pass).times(1));
    let call = || call_api(&emulator, &token).status;
    assert_eq!([(); 4].map(|()| call()), [200, 503, 503, 503]);
    emulator.clear_faults();
    assert_eq!(call(), 200);
    assert!(emulator.rules().is_empty());
}

#[test]
fn a_reset_restores_the_start() {
    let builder = Emulator::builder().token_format(TokenFormat::Opaque);
    let builder = builder.rule(Rule::new("/v1/payments", Response::new(503)).times(1));
    let emulator = builder.start().unwrap();
    let token = get_token(&emulator).token();
    emulator.set_option("accepts", "multipart").unwrap();
    emulator.always(Fault::Hang);
    emulator.rotate_secret("other");
    let call = |token: &str| call_api(&emulator, token).status;
    assert_eq!((call(&token), call(&token)), (503, 200));
    emulator.reset();
    assert_eq!((emulator.token_request_count(), emulator.resource_request_count()), (0, 0));
    assert_eq!((call(&token), call(&token)), (503, 401));
    assert_eq!(get_token(&emulator).status, 200);
}
