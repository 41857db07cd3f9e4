//! How much a server may send.

use super::*;

#[test]
fn a_body_at_the_limit_passes_and_one_byte_more_does_not() {
    let (full, more) = ("x".repeat(16), "x".repeat(17));
    let length = |body: &str| ok(&format!("Content-Length: {}\r\n", body.len()), body);
    let one = |body: &str| chunked(&format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()));
    let each = |body: &str| chunked(&("1\r\nx\r\n".repeat(body.len()) + "0\r\n\r\n"));
    let close = |body: &str| ok("", body);
    for response in [&length as &dyn Fn(&str) -> String, &one, &each, &close] {
        assert_eq!(tr(response(&full)).map(|read| read.body), Ok(full.clone().into_bytes()));
        assert_eq!(tr(response(&more)), Err(BodyTooLarge));
    }
    for size in ["ffffffff", "FFFFFFFFFFFFFFFF", "10000000000000000", "00000000000000000000011"] {
        assert_eq!(tr(chunked(&format!("{size}\r\n"))), Err(BodyTooLarge), "{size}");
    }
    let huge = ok("Content-Length: 18446744073709551615\r\n", "");
    assert_eq!(tr(huge), Err(BodyTooLarge));
    let unlimited = Limits { body_bytes: usize::MAX / 4, ..SMALL };
    let overflow = chunked("fffffffffffffffff\r\n");
    assert_eq!(read(unlimited, [overflow.as_bytes()]), Err(BodyTooLarge));
}

#[test]
fn a_length_over_the_limit_is_refused_before_any_of_the_body() {
    let mut reader = ResponseReader::new(SMALL);
    let head = ok("Content-Length: 17\r\n", "");
    assert_eq!(reader.read(head.as_bytes()), Err(BodyTooLarge));
    let mut reader = ResponseReader::new(SMALL);
    assert_eq!(reader.read(chunked("11").as_bytes()), Err(BodyTooLarge));
}

#[test]
fn a_head_at_the_limit_passes_and_one_byte_more_does_not() {
    let head = |bytes: usize| {
        let empty = ok("A: \r\nContent-Length: 1\r\n", "");
        ok(&format!("A: {}\r\nContent-Length: 1\r\n", "x".repeat(bytes - empty.len())), "")
    };
    assert!(tr(head(200) + "a").is_ok());
    assert_eq!(tr(head(201) + "a"), Err(HeadTooLarge));
    assert_eq!(tr(ok(&"A".repeat(300), "")), Err(HeadTooLarge));
    assert_eq!(tr(format!("HTTP/1.1 200 {}", "x".repeat(300))), Err(HeadTooLarge));
    // At the limit, and without waiting for more.
    assert_eq!(ResponseReader::new(SMALL).read(&head(201).as_bytes()[..200]), Err(HeadTooLarge));
    // An informational head has as much for itself.
    let early = format!("HTTP/1.1 100 {}\r\n\r\n", "x".repeat(200 - 17));
    assert!(tr([&early, &early, &head(200), "a"].concat()).is_ok());
    let early = format!("HTTP/1.1 100 {}\r\n\r\n", "x".repeat(201 - 17));
    assert_eq!(tr(early), Err(HeadTooLarge));
    // Trailers have what the head left.
    let left = 200 - chunked("").len();
    let trailers = |bytes: usize| chunked(&format!("0\r\nA: {}\r\n\r\n", "x".repeat(bytes - 7)));
    assert!(tr(trailers(left)).is_ok());
    assert_eq!(tr(trailers(left + 1)), Err(HeadTooLarge));
}

#[test]
fn as_many_fields_as_the_limit_pass_and_one_more_does_not() {
    assert_eq!(tr(ok(&"A: b\r\n".repeat(4), "")).unwrap().fields.len(), 4);
    assert_eq!(tr(ok(&"A: b\r\n".repeat(5), "")), Err(TooManyFields));
    assert_eq!(tr(ok(&"A: b\r\n".repeat(9), "")), Err(TooManyFields));
    // `Transfer-Encoding` and three trailers.
    assert!(tr(chunked(&format!("0\r\n{}\r\n", "A: b\r\n".repeat(3)))).is_ok());
    assert_eq!(tr(chunked(&format!("0\r\n{}\r\n", "A: b\r\n".repeat(4)))), Err(TooManyFields));
}

#[test]
fn limits_of_nothing_or_everything_do_not_panic() {
    let bytes = chunked("2\r\nab\r\n0\r\n\r\n");
    let zero = Limits { head_bytes: 0, fields: 0, body_bytes: 0, informational: 0 };
    assert_eq!(tr_with(zero, bytes.as_bytes()), Err(HeadTooLarge));
    assert_eq!(tr_with(Limits { head_bytes: 3, ..zero }, bytes.as_bytes()), Err(HeadTooLarge));
    assert_eq!(tr_with(Limits { head_bytes: 200, ..zero }, bytes.as_bytes()), Err(TooManyFields));
    let max = usize::MAX / 4;
    let all = Limits { head_bytes: max, fields: usize::MAX, body_bytes: max, informational: max };
    assert_eq!(tr_with(all, bytes.as_bytes()).unwrap().body, b"ab");
}

#[test]
fn the_default_limits_hold_at_their_edges() {
    let limits = Limits::default();
    let read = |bytes: String| {
        let whole = read(limits, [bytes.as_bytes()]);
        for size in [1, 7, 4096] {
            assert_eq!(read(limits, bytes.as_bytes().chunks(size)), whole);
        }
        whole.map(|read| read.body.len())
    };
    let body = |bytes: usize| "x".repeat(bytes);
    assert_eq!(read(ok("", &body(65536))), Ok(65536));
    assert_eq!(read(ok("", &body(65537))), Err(BodyTooLarge));
    assert_eq!(read(ok("Content-Length: 65536\r\n", &body(65536))), Ok(65536));
    assert_eq!(read(chunked(&format!("10000\r\n{}\r\n0\r\n\r\n", body(65536)))), Ok(65536));
    assert_eq!(read(chunked("10001\r\n")), Err(BodyTooLarge));
    let head = |bytes: usize| ok(&format!("A: {}\r\n", body(bytes - 24)), "");
    assert_eq!(read(head(16384)), Ok(0));
    assert_eq!(read(head(16385)), Err(HeadTooLarge));
    assert_eq!(read(ok(&"A: b\r\n".repeat(64), "")), Ok(0));
    assert_eq!(read(ok(&"A: b\r\n".repeat(65), "")), Err(TooManyFields));
    let early = "HTTP/1.1 100 Continue\r\n\r\n";
    assert_eq!(read(early.repeat(8) + &ok("", "a")), Ok(1));
    assert_eq!(read(early.repeat(9) + &ok("", "a")), Err(TooManyInformational));
}

/// Heads of an error with a body over the limit, each with what follows.
fn too_large(status: u16, body: &str) -> [String; 5] {
    let with = |fields: &str, rest: &str| {
        format!("HTTP/1.1 {status} X\r\nRetry-After: 600\r\n{fields}\r\n{rest}")
    };
    let chunked = |rest: &str| with("Transfer-Encoding: chunked\r\n", rest);
    let each: String = body.chars().map(|c| format!("1;a\r\n{c}\r\n")).collect();
    [
        with(&format!("Content-Length: {}\r\n", body.len()), body),
        with("", body),
        chunked(&format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())),
        chunked(&(each + "0\r\n\r\n")),
        chunked(&format!("4\r\n{}\r\nfffffffffffffffff;x\r\n{}", &body[..4], &body[4..])),
    ]
}

#[test]
fn an_error_keeps_its_status_and_fields_and_loses_the_rest_of_a_body_over_the_limit() {
    let body = "0123456789abcdefgh";
    for status in [300, 400, 429, 503, 599] {
        for bytes in too_large(status, body) {
            let read = tr(&bytes).unwrap_or_else(|error| panic!("{bytes:?}: {error}"));
            assert_eq!((read.status, read.truncated), (status, true), "{bytes:?}");
            assert_eq!(read.body, body.as_bytes()[..16], "{bytes:?}");
            assert_eq!(read.fields[0], ("Retry-After".into(), b"600".into()), "{bytes:?}");
        }
    }
    for status in [200, 299] {
        for bytes in too_large(status, body) {
            assert_eq!(tr(&bytes), Err(BodyTooLarge), "{bytes:?}");
        }
    }
    for bytes in too_large(503, &body[..16]).iter().take(4) {
        let read = tr(bytes).unwrap();
        assert_eq!((read.body.len(), read.truncated), (16, false), "{bytes:?}");
    }
}

#[test]
fn an_error_is_complete_as_soon_as_the_limit_is_reached() {
    let none = Limits { body_bytes: 0, ..SMALL };
    let head = "HTTP/1.1 503 X\r\n";
    for (limits, bytes) in [
        (SMALL, format!("{head}Content-Length: 17\r\n\r\n{}", "x".repeat(16))),
        (SMALL, format!("{head}Transfer-Encoding: chunked\r\n\r\n11\r\n{}", "x".repeat(16))),
        (SMALL, format!("{head}\r\n{}", "x".repeat(17))),
        (none, format!("{head}Content-Length: 1\r\n\r\n")),
        (none, format!("{head}Transfer-Encoding: chunked\r\n\r\n1\r\n")),
    ] {
        let mut reader = ResponseReader::new(limits);
        let progress = reader.read(bytes.as_bytes());
        let unconsumed = usize::from(bytes.ends_with(&"x".repeat(17)));
        assert_eq!(progress, Ok(Progress::Complete { unconsumed }), "{bytes:?}");
        assert!(reader.into_response().unwrap().is_truncated(), "{bytes:?}");
    }
    // An error that ends early within the limit is not a response.
    let cut = format!("{head}Content-Length: 17\r\n\r\n{}", "x".repeat(15));
    assert_eq!(tr(cut), Err(ClosedEarly));
}
