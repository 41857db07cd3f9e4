//! The bytes of a request, read back by parsers of other authors.

use super::*;
use crate::endpoint::{Environment, LoopbackHttp};

fn bounds() -> Bounds {
    Bounds {
        timeout: Duration::from_secs(10),
        connect_timeout: Duration::from_secs(5),
        response: Limits::default(),
    }
}

fn request(id: &str, secret: &str, encoding: BodyEncoding) -> TokenRequest {
    TokenRequest::new(
        FlightId(7),
        Environment::Sandbox.token_endpoint(),
        (&Credentials::new(id, secret).unwrap(), None),
        encoding,
        bounds(),
        &mut Rng::new(42),
    )
}

const AWKWARD: [&str; 12] = [
    "plain",
    "\"quoted\"",
    "a\r\nb\r\n\r\n",
    "\r\n--jeel-auth-0000000000000000--\r\n",
    "nul\0nul",
    "\u{1f511} é",
    "+ & = % ;",
    "--",
    "%41%zz",
    " lead and trail ",
    "\u{feff}bom",
    "client_secret=x&grant_type=password",
];

#[test]
fn multipart_on_the_wire() {
    let mut wire = Vec::new();
    request("id", "s&=\r\n", BodyEncoding::Multipart).write_http1(&mut wire);
    assert_eq!(wire.capacity(), wire.len(), "room for all of it is made before the secret comes");
    let text = String::from_utf8(wire).unwrap();
    let boundary = text.split("boundary=").nth(1).unwrap().split("\r\n").next().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"client_id\"\r\n\r\nid\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"client_secret\"\r\n\r\ns&=\r\n\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\n\
         client_credentials\r\n--{boundary}--\r\n"
    );
    let expected = format!(
        "POST /oauth2/token HTTP/1.1\r\nHost: auth.sandbox.jeel.co\r\n\
         Accept-Encoding: identity\r\nAccept: application/json\r\n\
         Content-Type: multipart/form-data; boundary={boundary}\r\n\
         User-Agent: jeel-auth/{version}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(text, expected);
}

#[test]
fn urlencoded_on_the_wire() {
    let request = request("id é", "s&=+% \r\n", BodyEncoding::UrlEncoded);
    let body = "client_id=id+%C3%A9&client_secret=s%26%3D%2B%25+%0D%0A\
                &grant_type=client_credentials";
    assert_eq!(std::str::from_utf8(request.body()), Ok(body));
    assert_eq!(request.fields()[2], ("Content-Type", "application/x-www-form-urlencoded"));
}

#[test]
fn an_independent_multipart_parser_reads_every_value_back() {
    let longest = "\r\n-".repeat(64 * 1024 / 3);
    for value in AWKWARD.into_iter().chain([longest.as_str()]) {
        let request = request(value, value, BodyEncoding::Multipart);
        let expected =
            [("client_id", value), ("client_secret", value), ("grant_type", "client_credentials")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(parse_multipart(&request), expected, "{value:?}");
    }
}

#[test]
fn an_independent_urlencoded_parser_reads_every_value_back() {
    let longest = "\u{1f511}".repeat(16 * 1024);
    for value in AWKWARD.into_iter().chain([longest.as_str()]) {
        let request = request(value, value, BodyEncoding::UrlEncoded);
        let fields: Vec<_> = form_urlencoded::parse(request.body()).into_owned().collect();
        let expected =
            [("client_id", value), ("client_secret", value), ("grant_type", "client_credentials")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(fields, expected, "{value:?}");
    }
}

#[test]
fn the_same_seed_writes_the_same_bytes() {
    let wire = |seed| {
        let mut out = Vec::new();
        TokenRequest::new(
            FlightId(1),
            Endpoint::parse("http://[::1]:99/t", LoopbackHttp::Allowed).unwrap(),
            (&Credentials::new("a", "b").unwrap(), None),
            BodyEncoding::Multipart,
            bounds(),
            &mut Rng::new(seed),
        )
        .write_http1(&mut out);
        out
    };
    assert_eq!(wire(1), wire(1));
    assert_ne!(wire(1), wire(2));
    assert!(wire(1).starts_with(b"POST /t HTTP/1.1\r\nHost: [::1]:99\r\n"));
}

#[test]
fn debug_shows_no_secret_and_no_credentials_reach_the_head() {
    for encoding in [BodyEncoding::Multipart, BodyEncoding::UrlEncoded] {
        let request = request("id", "s3cr3t", encoding);
        assert!(!format!("{request:?}").contains("s3cr3t"));
        assert!(!request.http1_head().contains("s3cr3t"));
        assert!(!request.http1_head().contains("Authorization"));
    }
}

#[test]
fn a_scope_is_the_fourth_field_of_either_encoding() {
    let scope: Scope = "read:a+b &write".parse().unwrap();
    let credentials = Credentials::new("id", "s").unwrap();
    let expected = [
        ("client_id", "id"),
        ("client_secret", "s"),
        ("grant_type", "client_credentials"),
        ("scope", "read:a+b &write"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    for encoding in [BodyEncoding::Multipart, BodyEncoding::UrlEncoded] {
        let request = TokenRequest::new(
            FlightId(1),
            Environment::Sandbox.token_endpoint(),
            (&credentials, Some(&scope)),
            encoding,
            bounds(),
            &mut Rng::new(1),
        );
        let fields: Vec<_> = match encoding {
            BodyEncoding::Multipart => parse_multipart(&request),
            BodyEncoding::UrlEncoded => {
                form_urlencoded::parse(request.body()).into_owned().collect()
            }
        };
        assert_eq!(fields, expected, "{encoding}");
    }
}

/// Reads a request's parts with multer, which shares no code with ours.
fn parse_multipart(request: &TokenRequest) -> Vec<(String, String)> {
    use std::future::Future;
    use std::task::{Context, Poll, Waker};

    let boundary = multer::parse_boundary(request.fields()[2].1).unwrap();
    let body = request.body().to_vec();
    let stream = futures_util::stream::once(async { Ok::<_, std::convert::Infallible>(body) });
    let mut future = std::pin::pin!(async move {
        let mut multipart = multer::Multipart::new(stream, boundary);
        let mut fields = Vec::new();
        while let Some(field) = multipart.next_field().await.unwrap() {
            let name = field.name().unwrap().to_owned();
            let value = field.bytes().await.unwrap();
            fields.push((name, String::from_utf8(value.to_vec()).unwrap()));
        }
        fields
    });
    // The body is all there, so the parser never waits.
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(fields) = future.as_mut().poll(&mut context) {
            return fields;
        }
    }
}

#[test]
fn debug_shows_where_it_goes_and_how_long_it_is() {
    let request = request("id", "hush", BodyEncoding::Multipart);
    let shown = format!("{request:?}");
    let length = format!("{} bytes", request.body().len());
    assert!(shown.contains("auth.sandbox.jeel.co") && shown.contains(&length), "{shown}");
    assert!(!shown.contains("hush"), "{shown}");
}
