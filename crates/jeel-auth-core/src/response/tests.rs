//! What each response means: the whole table.

use super::*;
use crate::credentials::Credentials;
use crate::error::ResponseFacts;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::request::BodyEncoding;
use crate::rng::Rng;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::time::Duration;

mod token;
mod wait;

const SECRET: &str = "pl4nted-S3cret";

/// 1_800_000_000
const DATE: &str = "Fri, 15 Jan 2027 08:00:00 GMT";

const NOW: Moment = Moment::new(Duration::from_secs(1), Duration::from_secs(1_800_000_000));

fn whole(status: u16, fields: &[(&str, &str)], body: &[u8]) -> (Class, ResponseFacts) {
    let fields = fields.iter().map(|(name, value)| (*name, value.as_bytes()));
    classified(&Response::new(status, fields, body))
}

fn classified(response: &Response) -> (Class, ResponseFacts) {
    let credentials = Credentials::new("id", SECRET).unwrap();
    let Verdict { class, about, .. } = classify(response, NOW, &Policy::default(), true);
    (class, about.facts((BodyEncoding::Multipart, false), &Redactor::new(&credentials, None)))
}

/// How long the server asks to be left alone, in seconds.
fn after(status: u16, fields: &[(&str, &str)]) -> Option<u64> {
    let fields = fields.iter().map(|(name, value)| (*name, value.as_bytes()));
    let response = Response::new(status, fields, b"");
    classify(&response, NOW, &Policy::default(), true).after.map(|after| after.as_secs())
}

fn with(status: u16, fields: &[(&str, &str)], body: impl AsRef<[u8]>) -> String {
    let (class, facts) = whole(status, fields, body.as_ref());
    match class {
        Class::Issued { aged_by_date: true, lifetime: Some(lifetime), .. } => {
            format!("aged {}", lifetime.as_secs())
        }
        Class::Issued { lifetime: Some(lifetime), .. } => format!("issued {}", lifetime.as_secs()),
        Class::Issued { lifetime: None, .. } => "over".to_owned(),
        Class::Denied => "denied".to_owned(),
        Class::Blocked => "blocked".to_owned(),
        Class::Redirected => format!("to {}", facts.location_host.unwrap_or_default()),
        Class::RateLimited => "limited".to_owned(),
        Class::Transient => "transient".to_owned(),
        Class::Malformed(why) => format!("{why:?}"),
    }
}

fn class(status: u16, body: impl AsRef<[u8]>) -> String {
    with(status, &[], body)
}

const TOKEN: &str = r#"{"access_token":"t1","token_type":"Bearer","expires_in":3600}"#;
const KEYCLOAK: &str = r#"{"access_token":"e30.e30.c2ln","expires_in":36000,"refresh_expires_in":0,"token_type":"Bearer","not-before-policy":0,"scope":"profile email"}"#;
const KEYCLOAK_UNKNOWN_CLIENT: &str = r#"{"error":"invalid_client","error_description":"Invalid client or Invalid client credentials"}"#;
const KEYCLOAK_REALM: &str = r#"{"error":"Realm does not exist"}"#;
const SPRING_DEFAULT: &str = r#"{"timestamp":"2027-01-15T08:00:00.000+00:00","status":401,"error":"Unauthorized","path":"/oauth2/token"}"#;
const HTML: &str = "<!doctype html><html><body>Login</body></html>";

#[test]
fn each_status_with_each_body() {
    // In order: a token, an OAuth error, one that may pass, JSON without either, HTML, nothing.
    let bodies = [
        TOKEN,
        r#"{"error":"invalid_client"}"#,
        r#"{"error":"slow_down"}"#,
        r#"{"success":false}"#,
        HTML,
        "",
    ];
    let success = ["issued 3600", "denied", "transient", "denied", "Html", "Json"];
    let refusal = ["denied", "denied", "transient", "denied", "blocked", "denied"];
    let not_oauth = ["denied", "denied", "transient", "denied", "blocked", "blocked"];
    for (statuses, expected) in [
        (&[200, 201, 202, 203, 204, 206, 299][..], success),
        (&[400, 401, 402, 406, 410, 413, 414, 415, 418, 422, 425, 499], refusal),
        (&[403, 404, 405, 407, 421, 451], not_oauth),
        (&[300, 301, 302, 303, 304, 307, 308, 399], ["to "; 6]),
        (&[429], ["limited"; 6]),
        (&[408, 500, 501, 502, 503, 504, 505, 599], ["transient"; 6]),
        (&[511], ["transient", "transient", "transient", "transient", "blocked", "blocked"]),
        (&[0, 1, 99, 100, 101, 103, 199, 600, 999, 1000, u16::MAX], ["Status"; 6]),
    ] {
        for status in statuses {
            assert_eq!(bodies.map(|body| class(*status, body)), expected, "{status}");
        }
    }
}

#[test]
fn a_refusal_inside_a_success_is_denied_and_its_members_are_named() {
    for (body, members) in [
        (r#"{"success":false}"#, "success"),
        (r#"{"errorCode":17,"message":"no"}"#, "errorCode, message"),
        (r#"{"error":{"code":1}}"#, "error"),
        (r#"{"token_type":"Bearer","expires_in":3600}"#, "token_type, expires_in"),
        (r#"{"access_token":null}"#, "access_token"),
        ("{}", "none"),
        (r#"{"x\n\u00e9":1}"#, "x??"),
        (r#"{"PL4NTED-":1}"#, "[redacted]"),
    ] {
        let (class, facts) = whole(200, &[], body.as_bytes());
        assert!(matches!(class, Class::Denied), "{body}: {class:?}");
        assert_eq!(facts.members.as_deref(), Some(members), "{body}");
    }
    assert_eq!(whole(400, &[], b"{\"success\":false}").1.members, None);
    assert_eq!(whole(200, &[], b"{\"error\":\"x\"}").1.members, None);
}

#[test]
fn what_is_wrong_with_a_success_is_named() {
    let reason = |fields: &[(&str, &str)], body: &[u8]| format!("{:?}", whole(200, fields, body).0);
    let gzip = [("Content-Encoding", "gzip")];
    assert_eq!(reason(&gzip, b"\x1f\x8b\x08\0"), "Malformed(ContentCoding)");
    assert_eq!(reason(&gzip, b""), "Malformed(ContentCoding)");
    assert_eq!(reason(&[], b"\x1f\x8b\x08\0"), "Malformed(ContentCoding)");
    // Some proxies say so of what they have decoded.
    assert_eq!(with(200, &gzip, TOKEN), "issued 3600");
    assert_eq!(reason(&[("Content-Encoding", "Identity")], b"x"), "Malformed(Json)");
    assert_eq!(reason(&[], b"{\"a\":\"\xe9\"}"), "Malformed(Charset)");
    for order in [u16::to_le_bytes, u16::to_be_bytes] {
        let utf16: Vec<u8> = TOKEN.encode_utf16().flat_map(order).collect();
        assert_eq!(reason(&[], &utf16), "Malformed(Charset)");
    }
    assert_eq!(reason(&[("Content-Type", "text/html")], b"Login"), "Malformed(Html)");
    assert_eq!(reason(&[("Content-Type", "text/html")], b""), "Malformed(Json)");
    assert_eq!(reason(&[("Content-Type", "text/html")], b"[]"), "Malformed(Json)");
}

#[test]
fn the_bytes_of_known_servers() {
    for (status, body, expected, code) in [
        (200, KEYCLOAK, "issued 36000", None),
        (401, KEYCLOAK_UNKNOWN_CLIENT, "denied", Some("invalid_client")),
        (404, KEYCLOAK_REALM, "denied", Some("Realm does not exist")),
        (401, SPRING_DEFAULT, "denied", Some("Unauthorized")),
        (500, SPRING_DEFAULT, "transient", Some("Unauthorized")),
        (401, "", "denied", None),
        (400, r#"{"error":"unsupported_grant_type"}"#, "denied", Some("unsupported_grant_type")),
        (422, r#"{"detail":[{"loc":["body","client_id"]}]}"#, "denied", None),
    ] {
        assert_eq!(class(status, body), expected);
        assert_eq!(whole(status, &[], body.as_bytes()).1.code.as_deref(), code);
    }
}

#[test]
fn a_success_that_holds_an_error_is_one_and_what_is_no_text_is_no_error() {
    let with_error =
        |error: &str| class(200, TOKEN.replacen('{', &format!("{{\"error\":{error},"), 1));
    for error in [r#""invalid_client""#, r#""""#, r#""my_own_code""#, r#""\u0069nvalid""#] {
        assert_eq!(with_error(error), "denied", "{error}");
    }
    assert_eq!(with_error(r#""temporarily_unavailable""#), "transient");
    for none in ["null", "0", "false", "{}", "[]"] {
        assert_eq!(with_error(none), "issued 3600", "{none}");
    }
}

#[test]
fn transient_codes_are_transient_in_any_refusal_and_compared_exactly() {
    for code in ["temporarily_unavailable", "server_error", "slow_down"] {
        for status in [200, 400, 401, 403, 422] {
            assert_eq!(class(status, format!(r#"{{"error":"{code}"}}"#)), "transient");
            assert_eq!(class(status, format!(r#"{{"error":"{code}x"}}"#)), "denied");
        }
    }
}

#[test]
fn a_redirect_names_a_host_and_never_what_was_sent() {
    for (location, host) in [
        ("https://login.example/x?y", "login.example"),
        ("http://u:p@evil.example:81/", "evil.example"),
        ("https://[::1]:8443/", "[::1]"),
        ("/oauth2/login", ""),
        ("login", ""),
        ("login.html", ""),
        ("//cdn.example/x", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
        ("https://pl4nted-S3cret.example/", "[redacted]"),
        ("https://PL4NTED-s3cret.example/", "[redacted]"),
    ] {
        assert_eq!(with(302, &[("Location", location)], ""), format!("to {host}"), "{location}");
    }
}

#[test]
fn a_known_code_is_kept_also_if_the_secret_is_like_it() {
    let credentials = Credentials::new("id", "my-invalid_client-secret").unwrap();
    let redactor = Redactor::new(&credentials, None);
    for (code, kept) in [("invalid_client", "invalid_client"), ("invalid_clien", "[redacted]")] {
        let response = Response::new(401, [], format!(r#"{{"error":"{code}"}}"#).as_bytes());
        let verdict = classify(&response, NOW, &Policy::default(), true);
        let facts = verdict.about.facts((BodyEncoding::Multipart, false), &redactor);
        assert_eq!(facts.code.as_deref(), Some(kept));
    }
}

#[test]
fn fields_are_found_in_any_case_and_foreign_ones_ignored() {
    let kept = |name| whole(400, &[("x-tx_id", "no"), (name, " 6f1c ")], b"").1.tx_id;
    for name in ["tx_id", "TX_ID", "Tx_Id"] {
        assert_eq!(kept(name).as_deref(), Some("6f1c"));
    }
    assert_eq!(kept("tx-id"), None);
    let fields = [("tx_id", b"\xff".as_slice())];
    assert_eq!(classified(&Response::new(200, fields, b"")).1.tx_id, None);
}

#[test]
fn mutated_responses_never_panic_and_issue_nothing_but_visible_ascii() {
    let seeds = [TOKEN, KEYCLOAK, KEYCLOAK_UNKNOWN_CLIENT, SPRING_DEFAULT, HTML];
    let jwt = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(r#"{"iat":1000,"exp":1060}"#));
    let jwt = TOKEN.replace("t1", &jwt);
    let mut rng = Rng::new(42);
    let mut pick = |below: usize| (rng.next_u64() % below as u64) as usize;
    for round in 0..20_000 {
        let source = seeds.get(round % 6).copied().unwrap_or(&jwt);
        let mut body = source.as_bytes().to_vec();
        for _ in 0..=pick(4) {
            let at = pick(body.len());
            match pick(5) {
                0 => body[at] = pick(256) as u8,
                1 => drop(body.remove(at)),
                2 => body.insert(at, br#""\{}[]:,0e-.u"#[pick(13)]),
                3 => body.truncate(at + 4),
                _ => body.extend_from_within(at..),
            }
        }
        let status = [200, 200, 200, 400, 429, 503][pick(6)];
        let value = String::from_utf8_lossy(&body).into_owned();
        let fields =
            ["Date", "Retry-After", "Location", "tx_id"].map(|name| (name, value.as_str()));
        let (class, facts) = whole(status, &fields, &body);
        if let Class::Issued { bearer, lifetime, .. } = class {
            let token = crate::token::AccessToken::new(bearer, crate::token::Generation(1));
            assert!(token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(lifetime.is_none_or(|lifetime| !lifetime.is_zero()));
        }
        assert!(facts.code.is_none_or(|code| code.len() <= 64 && code.is_ascii()));
    }
}

#[test]
fn a_truncated_body_is_an_error_only_of_a_success() {
    let body = || {
        let mut body = SecretBuffer::with_limit(3);
        body.append(b"abcd");
        body
    };
    let checked = |status| {
        let fields = || [("Retry-After", b"600".as_slice())].into_iter();
        Response::checked(status, fields, body(), &Limits::default())
    };
    assert_eq!(checked(200).err(), Some(ResponseError::BodyTooLarge));
    let response = checked(503).unwrap();
    assert!(response.is_truncated());
    assert_eq!((response.body(), response.field("retry-after")), (&b"abc"[..], Some(&b"600"[..])));
}

#[test]
fn a_response_shows_its_status_and_counts() {
    let response = Response::new(418, [("tx_id", b"6f1c".as_slice())], b"hush");
    assert_eq!(response.status(), 418);
    assert_eq!(format!("{response:?}"), "Response { status: 418, fields: 1, body_bytes: 4 }");
}
