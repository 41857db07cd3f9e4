//! Several clients at one emulator.

use jeel_auth_emulator::{Emulator, Reissue, TokenFormat, Verdict};

use crate::client::{Client, Received, call_api, multipart, urlencoded};

fn token(emulator: &Emulator, id: &str, secret: &str) -> Received {
    Client::connect(emulator).exchange(urlencoded(id, secret))
}

#[test]
fn each_client_authenticates_with_its_own_secret() {
    let builder = Emulator::builder().credentials("a", "1").client("b", "2");
    let emulator = builder.token_format(TokenFormat::Opaque).start().unwrap();
    let statuses = [("a", "1"), ("b", "2"), ("a", "2"), ("b", "1"), ("c", "1")]
        .map(|(id, secret)| token(&emulator, id, secret).status);
    assert_eq!(statuses, [200, 200, 401, 401, 401]);
    let named: Vec<_> = emulator.token_requests().into_iter().map(|r| r.client_id).collect();
    let named: Vec<_> = named.iter().map(Option::as_deref).collect();
    assert_eq!(named, [Some("a"), Some("b"), Some("a"), Some("b"), None]);
}

#[test]
fn a_reissued_token_belongs_to_its_client() {
    let builder = Emulator::builder().credentials("a", "1").client("b", "2");
    let emulator = builder.reissue(Reissue::SecondsLeft).start().unwrap();
    let [a, b, again] = [("a", "1"), ("b", "2"), ("a", "1")]
        .map(|(id, secret)| token(&emulator, id, secret).token());
    assert!(a != b && a == again);
    for (token, id) in [(&a, "a"), (&b, "b")] {
        assert_eq!(call_api(&emulator, token).status, 200);
        let record = emulator.resource_requests().pop().unwrap();
        assert_eq!(
            (record.client_id.as_deref(), record.verdict),
            (Some(id), Some(Verdict::Accepted))
        );
    }
}

#[test]
fn two_secrets_of_a_client_are_valid_until_one_is_removed() {
    let emulator = Emulator::builder().credentials("a", "old").start().unwrap();
    let statuses = || ["old", "new"].map(|secret| token(&emulator, "a", secret).status);
    assert_eq!(statuses(), [200, 401]);
    emulator.set_client("a", ["new", "old"]);
    assert_eq!(statuses(), [200, 200]);
    emulator.set_client("a", ["new"]);
    assert_eq!(statuses(), [401, 200]);
    emulator.set_client("a", [""; 0]);
    assert_eq!(statuses(), [401, 401]);
}

#[test]
fn a_requested_scope_is_recorded_and_ignored() {
    let emulator = Emulator::start().unwrap();
    let form = urlencoded("emulator-client", "emulator-secret");
    let (head, body) = form.split_once("\r\n\r\n").unwrap();
    let length = format!("Content-Length: {}", body.len());
    let longer = format!("Content-Length: {}", body.len() + "&scope=a+b".len());
    let head = head.replace(&length, &longer);
    let response = Client::connect(&emulator).exchange(format!("{head}\r\n\r\n{body}&scope=a+b"));
    assert_eq!(response.json().get("scope"), None);
    Client::connect(&emulator).exchange(multipart("emulator-client", "emulator-secret"));
    let scopes: Vec<_> = emulator.token_requests().into_iter().map(|r| r.scope).collect();
    assert_eq!(scopes, [Some("a b".to_owned()), None]);
}
