//! Which bodies are read, and the responses to other bodies and to wrong credentials.

use jeel_auth_emulator::{
    DEFAULT_CLIENT_ID as ID, DEFAULT_CLIENT_SECRET as SECRET, Denial, Emulator, Encodings,
    UnreadBody,
};

use crate::client::{Client, get_token, good, multipart, post, urlencoded};

const UNKNOWN_CLIENT: &str = r#"{"error":"invalid_client","error_description":"Invalid client or Invalid client credentials"}"#;
const WRONG_SECRET: &str = r#"{"error":"unauthorized_client","error_description":"Invalid client or Invalid client credentials"}"#;

fn status(emulator: &Emulator, request: impl AsRef<[u8]>) -> u16 {
    Client::connect(emulator).exchange(request).status
}

#[test]
fn an_encoding_is_read_only_if_it_is_accepted() {
    let emulator = Emulator::start().unwrap();
    for (accepts, reads_multipart, reads_urlencoded) in [
        (Encodings::Both, 200, 200),
        (Encodings::MultipartOnly, 200, 401),
        (Encodings::UrlEncodedOnly, 401, 200),
    ] {
        emulator.set_accepts(accepts);
        assert_eq!(status(&emulator, multipart(ID, SECRET)), reads_multipart, "{accepts:?}");
        assert_eq!(status(&emulator, urlencoded(ID, SECRET)), reads_urlencoded, "{accepts:?}");
    }
}

#[test]
fn each_kind_of_server_has_its_response_to_an_unread_body() {
    let missing =
        r#"{"detail":[{"type":"missing","loc":["body","grant_type"],"msg":"Field required"}]}"#;
    for (unread, status, body) in [
        (UnreadBody::KeycloakInvalidClient, 401, UNKNOWN_CLIENT),
        (UnreadBody::Empty401, 401, ""),
        (UnreadBody::InvalidRequest400, 400, r#"{"error":"invalid_request"}"#),
        (UnreadBody::UnsupportedGrantType400, 400, r#"{"error":"unsupported_grant_type"}"#),
        (UnreadBody::Empty400, 400, ""),
        (UnreadBody::Unprocessable422, 422, missing),
        (UnreadBody::UnsupportedMediaType415, 415, ""),
        (UnreadBody::ServerError500, 500, r#"{"status":500,"error":"Internal Server Error"}"#),
    ] {
        let builder = Emulator::builder().accepts(Encodings::UrlEncodedOnly).unread(unread);
        let emulator = builder.start().unwrap();
        for _ in 0..2 {
            let response = Client::connect(&emulator).exchange(multipart(ID, SECRET));
            assert_eq!((response.status, response.body.as_str()), (status, body), "{unread:?}");
        }
    }
}

#[test]
fn each_kind_of_server_has_its_denial() {
    let invalid_client = r#"{"error":"invalid_client"}"#;
    let failure = r#"{"status":500,"error":"Internal Server Error"}"#;
    for (denial, status, wrong_secret, unknown_client) in [
        (Denial::Keycloak, 401, WRONG_SECRET, UNKNOWN_CLIENT),
        (Denial::InvalidClient401, 401, invalid_client, invalid_client),
        (Denial::InvalidClient400, 400, invalid_client, invalid_client),
        (Denial::Forbidden403, 403, "", ""),
        (Denial::ServerError500, 500, failure, failure),
    ] {
        let emulator = Emulator::builder().denial(denial).start().unwrap();
        let wrong = Client::connect(&emulator).exchange(multipart(ID, "wrong"));
        assert_eq!((wrong.status, wrong.body.as_str()), (status, wrong_secret), "{denial:?}");
        let unknown = Client::connect(&emulator).exchange(urlencoded("unknown", SECRET));
        assert_eq!((unknown.status, unknown.body.as_str()), (status, unknown_client), "{denial:?}");
        assert!(emulator.token_requests().iter().all(|request| !request.authenticated));
    }
}

#[test]
fn credentials_are_any_text_and_compared_byte_by_byte() {
    let (id, secret) = ("عميل é", "p=&+% \"\\;\r\n--edg\u{0}ß🔑 ");
    let emulator = Emulator::builder().credentials(id, secret).start().unwrap();
    for encode in [multipart, urlencoded] {
        assert_eq!(status(&emulator, encode(id, secret)), 200);
        assert_eq!(status(&emulator, encode(id, secret.trim_end())), 401);
        // The same letter in another normal form makes another id.
        assert_eq!(status(&emulator, encode("عميل e\u{301}", secret)), 401);
    }
}

#[test]
fn a_form_with_a_missing_or_repeated_field_is_not_read() {
    let emulator = Emulator::builder().unread(UnreadBody::Empty400).start().unwrap();
    let form = |body: &str| {
        status(&emulator, post("/oauth2/token", "application/x-www-form-urlencoded", body))
    };
    let whole = format!("client_id={ID}&client_secret={SECRET}&grant_type=client_credentials");
    assert_eq!(form(&format!("{whole}&scope=ignored")), 200);
    assert_eq!(form(&format!("{whole}&client_id={ID}")), 400);
    assert_eq!(form(whole.rsplit_once('&').unwrap().0), 400);
    assert_eq!(form(whole.split_once('&').unwrap().1), 400);
    assert_eq!(form(""), 400);
}

#[test]
fn a_malformed_multipart_body_is_not_read() {
    let emulator = Emulator::builder().unread(UnreadBody::Empty400).start().unwrap();
    let good = multipart(ID, SECRET);
    let altered = |from: &str, to: &str| {
        let body = good.split_once("\r\n\r\n").unwrap().1.replace(from, to);
        status(&emulator, post("/oauth2/token", "multipart/form-data; boundary=edge", &body))
    };
    assert_eq!(altered("", ""), 200);
    assert_eq!(altered("\r\n--edge--\r\n", ""), 400);
    assert_eq!(altered("--edge", "--other"), 400);
    assert_eq!(altered("name=\"client_secret\"", "name=\"client_secret\"; filename=\"s\""), 400);
    let no_boundary = good.replace("; boundary=edge", "");
    assert_eq!(status(&emulator, no_boundary), 400);
}

#[test]
fn a_chunked_form_is_not_read() {
    let emulator = Emulator::builder().unread(UnreadBody::Empty400).start().unwrap();
    let body = format!("client_id={ID}&client_secret={SECRET}&grant_type=client_credentials");
    let request = format!(
        "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let mut client = Client::connect(&emulator);
    assert_eq!(client.exchange(request).status, 400);
    assert_eq!(client.exchange(good()).status, 200, "the connection is past the body");
    let seen: Vec<_> = emulator.token_requests().iter().map(|r| r.chunked).collect();
    assert_eq!(seen, [true, false]);
}

#[test]
fn the_response_to_another_grant_type_names_it() {
    let emulator = Emulator::start().unwrap();
    let response = Client::connect(&emulator)
        .exchange(multipart(ID, SECRET).replace("client_credentials", "authorization_code"));
    assert_eq!(response.status, 400);
    assert_eq!(response.json()["error"], "unsupported_grant_type");
}

#[test]
fn basic_authentication_is_ignored_in_a_token_request() {
    let emulator = Emulator::start().unwrap();
    let header = "Host: emulator\r\nAuthorization: Basic bm9ib2R5Om5vdGhpbmc=";
    let with = |request: String| request.replace("Host: emulator", header);
    assert_eq!(status(&emulator, with(good())), 200);
    assert_eq!(status(&emulator, with(urlencoded(ID, "wrong"))), 401);
}

#[test]
fn a_rotated_secret_replaces_the_old_one_and_tokens_stay_valid() {
    let emulator = Emulator::start().unwrap();
    let token = get_token(&emulator).token();
    emulator.rotate_secret("new");
    assert_eq!(status(&emulator, good()), 401);
    assert_eq!(status(&emulator, multipart(ID, "new")), 200);
    assert_eq!(crate::client::call_api(&emulator, &token).status, 200);
}
