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
    let (class, about) = classify(response, NOW, &Policy::default());
    (class, about.facts(BodyEncoding::Multipart, &Redactor::new(&credentials, None)))
}

fn with(status: u16, fields: &[(&str, &str)], body: impl AsRef<[u8]>) -> String {
    let (class, facts) = whole(status, fields, body.as_ref());
    match class {
        Class::Issued { lifetime: Some(lifetime), .. } => format!("issued {}", lifetime.as_secs()),
        Class::Issued { lifetime: None, .. } => "over".to_owned(),
        Class::Denied => "denied".to_owned(),
        Class::Redirected => format!("to {}", facts.location_host.unwrap_or_default()),
        Class::RateLimited { after } => format!("limited {:?}", after.map(|d| d.as_secs())),
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
    // In order: a token, an OAuth error, one that may pass, HTML, nothing.
    let bodies = [TOKEN, r#"{"error":"invalid_client"}"#, r#"{"error":"slow_down"}"#, HTML, ""];
    let success = ["issued 3600", "denied", "transient", "Json", "Json"];
    let refusal = ["denied", "denied", "transient", "denied", "denied"];
    for (statuses, expected) in [
        (&[200, 201, 202, 203, 204, 206, 299][..], success),
        (
            &[400, 401, 402, 403, 404, 405, 406, 410, 413, 414, 415, 418, 422, 425, 451, 499],
            refusal,
        ),
        (&[300, 301, 302, 303, 304, 307, 308, 399], ["to "; 5]),
        (&[429], ["limited None"; 5]),
        (&[408, 500, 501, 502, 503, 504, 505, 599], ["transient"; 5]),
        (&[0, 1, 99, 100, 101, 103, 199, 600, 999, 1000, u16::MAX], ["Status"; 5]),
    ] {
        for status in statuses {
            assert_eq!(bodies.map(|body| class(*status, body)), expected, "{status}");
        }
    }
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
fn what_surrounds_the_object() {
    for (body, expected) in [
        (format!("\u{feff}{TOKEN}"), "issued 3600"),
        (format!(" \r\n\t{TOKEN}\r\n "), "issued 3600"),
        (format!("\u{feff}\u{feff}{TOKEN}"), "Json"),
        (format!("{TOKEN}x"), "Json"),
        (format!("{TOKEN}{TOKEN}"), "Json"),
        (format!("{TOKEN}\0"), "Json"),
        (format!("[{TOKEN}]"), "Json"),
        (format!("\"{TOKEN}\""), "Json"),
        (format!(")]}}',\n{TOKEN}"), "Json"),
        (TOKEN[..TOKEN.len() - 1].to_owned(), "Json"),
        ("access_token=t1&token_type=Bearer&expires_in=3600".to_owned(), "Json"),
    ] {
        assert_eq!(class(200, &body), expected, "{body}");
    }
    let utf16: Vec<u8> = TOKEN.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(class(200, utf16), "Json");
}

#[test]
fn members_of_ours_named_twice_are_refused_and_unknown_ones_ignored() {
    for name in ["access_token", "token_type", "expires_in", "error"] {
        let twice = TOKEN.replacen('{', &format!("{{\"{name}\":null,\"{name}\":null,"), 1);
        assert_eq!(class(200, twice), "Json", "{name}");
    }
    let unknown =
        TOKEN.replacen('{', r#"{"scope":[1],"scope":{},"\u0061":"\u0000","id_token":3,"#, 1);
    assert_eq!(class(200, unknown), "issued 3600");
    assert_eq!(class(200, TOKEN.replace("access_token", "Access_Token")), "Token");
}

#[test]
fn a_token_is_visible_ascii_whatever_way_it_is_written() {
    let with_token = |token: &str| class(200, TOKEN.replace(r#""t1""#, token));
    for good in [r#""a\/b\u002bc""#, r#""!~""#, r#""\u0041""#, r#""\"\\""#] {
        assert_eq!(with_token(good), "issued 3600", "{good}");
    }
    for bad in [
        r#""""#,
        r#"" ""#,
        r#""a b""#,
        r#""a\r\nX-Admin: 1""#,
        r#""a\u000d\u000aX-Admin: 1""#,
        r#""a\n""#,
        r#""\t""#,
        r#""\u0000""#,
        r#""\u007f""#,
        r#""\u00e9""#,
        r#""\ud83d\udd11""#,
        r#""\ud83d""#,
        "\"\u{e9}\"",
        "\"\u{1f511}\"",
        "\"\u{200b}\"",
        "null",
        "1",
        "true",
        "[\"t1\"]",
        "{\"t\":1}",
    ] {
        assert_eq!(with_token(bad), "Token", "{bad}");
    }
    assert_eq!(class(200, r#"{"token_type":"Bearer","expires_in":3600}"#), "Token");
}

#[test]
fn the_token_is_the_one_that_was_sent() {
    let body = TOKEN.replace("t1", r"eyJ.a\/b\u002b.c");
    let Class::Issued { bearer, .. } = whole(200, &[], body.as_bytes()).0 else { panic!() };
    let token = crate::token::AccessToken::new(bearer, crate::token::Generation(1));
    assert_eq!(token.expose_authorization(), "Bearer eyJ.a/b+.c");
}

#[test]
fn the_type_is_bearer_in_any_case_and_nothing_else() {
    let with_type = |kind: &str| class(200, TOKEN.replace(r#""Bearer""#, kind));
    for good in [r#""Bearer""#, r#""bearer""#, r#""BEARER""#, r#""\u0042earer""#] {
        assert_eq!(with_type(good), "issued 3600", "{good}");
    }
    for bad in [r#""""#, r#""mac""#, r#""DPoP""#, r#""Bearer ""#, r#""\"Bearer\"""#, "null", "1"] {
        assert_eq!(with_type(bad), "TokenType", "{bad}");
    }
    assert_eq!(class(200, r#"{"access_token":"t1","expires_in":3600}"#), "TokenType");
}

#[test]
fn expires_in_in_every_form_servers_send() {
    const MONTH: u64 = 30 * 24 * 3600;
    for (value, expected) in [
        ("3600", Ok(3600)),
        ("1", Ok(1)),
        (r#""3600""#, Ok(3600)),
        ("3599.99", Ok(3599)),
        ("3.6E3", Ok(3600)),
        ("null", Ok(300)),
        ("2592001", Ok(MONTH)),
        ("18446744073709551615", Ok(MONTH)),
        ("18446744073709551616", Ok(MONTH)),
        ("1e308", Ok(MONTH)),
        (r#""99999999999999999999999999""#, Ok(MONTH)),
        ("0", Err("over")),
        (r#""0""#, Err("over")),
        ("-1", Err("over")),
        ("0.5", Err("over")),
        ("-0", Err("over")),
        ("-1e308", Err("over")),
        (r#""""#, Err("Lifetime")),
        (r#""-1""#, Err("Lifetime")),
        (r#""1e3""#, Err("Lifetime")),
        (r#""3600s""#, Err("Lifetime")),
        (r#"" 3600""#, Err("Lifetime")),
        ("\"\u{0663}\"", Err("Lifetime")),
        ("true", Err("Lifetime")),
        ("[3600]", Err("Lifetime")),
        ("{}", Err("Lifetime")),
        ("NaN", Err("Json")),
        ("+5", Err("Json")),
    ] {
        let expected = expected.map_or_else(str::to_owned, |secs| format!("issued {secs}"));
        assert_eq!(class(200, TOKEN.replace("3600", value)), expected, "{value}");
    }
    assert_eq!(class(200, r#"{"access_token":"t1","token_type":"Bearer"}"#), "issued 300");
}

#[test]
fn what_a_jwt_says_of_itself_only_shortens() {
    let at = 1_800_000_000_i64;
    let dated = [("Date", DATE)];
    for (claims, fields, expected) in [
        (format!(r#"{{"iat":{at},"exp":{}}}"#, at + 60), &[][..], "issued 60"),
        (format!(r#"{{"iat":{at},"exp":{}}}"#, at + 99_999), &[], "issued 3600"),
        // Our clock or the server's is off by years: only the server's own differences count.
        (r#"{"iat":1000,"exp":1600}"#.to_owned(), &[], "issued 600"),
        (r#"{"exp":1600}"#.to_owned(), &[], "issued 3600"),
        (format!(r#"{{"exp":{}}}"#, at + 90), &dated, "issued 90"),
        // A token issued a while ago, and handed out again.
        (format!(r#"{{"iat":{},"exp":{}}}"#, at - 3000, at + 600), &dated, "issued 600"),
        (format!(r#"{{"iat":{},"exp":{}}}"#, at + 100, at + 160), &dated, "issued 60"),
        (format!(r#"{{"iat":{at},"exp":{at}}}"#), &[], "over"),
        (format!(r#"{{"iat":{at},"exp":{}}}"#, at - 9), &[], "over"),
        (format!(r#"{{"exp":{at}}}"#), &dated, "over"),
        (format!(r#"{{"iat":{at},"exp":{}.9}}"#, at + 60), &[], "issued 60"),
        (r#"{"iat":-1e308,"exp":1e308}"#.to_owned(), &[], "issued 3600"),
        (r#"{"exp":"soon","iat":1}"#.to_owned(), &[], "issued 3600"),
        ("not json".to_owned(), &dated, "issued 3600"),
        (format!(r#"{{"exp":{}}}"#, at + 90), &[("Date", "yesterday")], "issued 3600"),
    ] {
        let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(&claims));
        assert_eq!(with(200, fields, TOKEN.replace("t1", &token)), expected, "{claims}");
    }
    let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(r#"{"iat":1000,"exp":1060}"#));
    let body = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
    assert_eq!(class(200, body), "issued 60", "without expires_in as well");
}

#[test]
fn retry_after_counts_at_429_and_503_only() {
    let later = "Fri, 15 Jan 2027 08:01:30 GMT";
    for (value, seconds) in [("30", Some(30)), (later, Some(90)), (DATE, Some(0)), ("x", None)] {
        let fields = [("retry-after", value)];
        assert_eq!(with(429, &fields, ""), format!("limited {seconds:?}"));
        let unavailable =
            seconds.map_or("transient".to_owned(), |s| format!("limited {:?}", Some(s)));
        assert_eq!(with(503, &fields, ""), unavailable);
        for (status, expected) in [(200, "Json"), (400, "denied"), (500, "transient"), (302, "to ")]
        {
            assert_eq!(with(status, &fields, ""), expected);
        }
    }
    assert_eq!(with(429, &[("Retry-After", "999999")], ""), "limited Some(3600)");
    let dated = [
        ("Retry-After", "Fri, 15 Jan 2027 05:00:30 GMT"),
        ("Date", "Fri, 15 Jan 2027 05:00:00 GMT"),
    ];
    assert_eq!(with(429, &dated, ""), "limited Some(30)");
    let twice = [("Retry-After", "30"), ("Retry-After", "60")];
    assert_eq!(with(429, &twice, ""), "limited Some(30)", "the first counts");
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
        if let Class::Issued { bearer, lifetime } = class {
            let token = crate::token::AccessToken::new(bearer, crate::token::Generation(1));
            assert!(token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(lifetime.is_none_or(|lifetime| !lifetime.is_zero()));
        }
        assert!(facts.code.is_none_or(|code| code.len() <= 64 && code.is_ascii()));
    }
}

#[test]
fn a_response_shows_its_status_and_counts() {
    let response = Response::new(418, [("tx_id", b"6f1c".as_slice())], b"hush");
    assert_eq!(response.status(), 418);
    assert_eq!(format!("{response:?}"), "Response { status: 418, fields: 1, body_bytes: 4 }");
}
