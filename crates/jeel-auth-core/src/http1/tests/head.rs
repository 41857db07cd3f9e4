//! The head, the trailer section, and a head that another library has read.

use super::*;

#[test]
fn a_status_line_is_strict_but_for_its_reason() {
    for (line, status) in [
        ("HTTP/1.1 200 OK", 200),
        ("HTTP/1.1 200 ", 200),
        // RFC 9112 §4 wants the space even so; many servers do not send it.
        ("HTTP/1.1 200", 200),
        ("HTTP/1.0 599 \t Zür\u{fc}ck ! ", 599),
        ("HTTP/1.1 404  two spaces", 404),
    ] {
        assert_eq!(tr(format!("{line}\r\n\r\n")).map(|read| read.status), Ok(status), "{line:?}");
    }
    for (line, error) in [
        ("", NotHttp1),
        ("\r\nHTTP/1.1 200 OK", NotHttp1),
        (" HTTP/1.1 200 OK", NotHttp1),
        ("\nHTTP/1.1 200 OK", NotHttp1),
        ("SSH-2.0-OpenSSH_9.9", NotHttp1),
        ("\u{15}\u{3}\u{3}\0\u{2}\u{2}\u{28}", NotHttp1),
        ("<html>", NotHttp1),
        ("http/1.1 200 OK", NotHttp1),
        ("HTTP/2 200 OK", NotHttp1),
        ("HTTP/2.0 200 OK", NotHttp1),
        ("HTTP/0.9 200 OK", NotHttp1),
        ("HTTP/1.", NotHttp1),
        ("HTTP/1.2 200 OK", NotHttp1),
        ("HTTP/1.10 200 OK", NotHttp1),
        ("HTTP/1.1", NotHttp1),
        ("HTTP/1.1\t200 OK", NotHttp1),
    ] {
        assert_eq!(tr(format!("{line}\r\n\r\n")), Err(error), "{line:?}");
    }
}

#[test]
fn a_malformed_status_line_is_refused() {
    for (line, error) in [
        ("HTTP/1.1 ", BadStatusLine),
        ("HTTP/1.1  200 OK", BadStatusLine),
        ("HTTP/1.1 20", BadStatusLine),
        ("HTTP/1.1 20 OK", BadStatusLine),
        ("HTTP/1.1 2000 OK", BadStatusLine),
        ("HTTP/1.1 +20 OK", BadStatusLine),
        ("HTTP/1.1 2x0 OK", BadStatusLine),
        ("HTTP/1.1 200\tOK", BadStatusLine),
        ("HTTP/1.1 200OK", BadStatusLine),
        ("HTTP/1.1 200 O\0K", BadStatusLine),
        ("HTTP/1.1 200 O\u{7f}K", BadStatusLine),
    ] {
        assert_eq!(tr(format!("{line}\r\n\r\n")), Err(error), "{line:?}");
    }
}

/// httparse reads 000 to 099, and what came after it panicked: ureq-proto issue 34.
#[test]
fn only_status_codes_from_100_to_599_exist() {
    for code in 0..1000 {
        let result = tr(format!("HTTP/1.1 {code:03} X\r\n\r\n")).map(|read| read.status);
        let expected = match code {
            101 => Err(SwitchingProtocols),
            // The final response is missing.
            100..=199 => Err(ClosedEarly),
            200..=599 => Ok(code),
            _ => Err(BadStatusCode),
        };
        assert_eq!(result, expected, "{code:03}");
    }
    assert_eq!(tr("HTTP/1.1 000\r\n\r\n"), Err(BadStatusCode));
}

#[test]
fn what_is_not_http_is_refused_at_its_first_byte() {
    let mut reader = ResponseReader::new(SMALL);
    assert_eq!(reader.read(b"HTTP/"), Ok(Progress::NeedMore));
    assert_eq!(reader.read(b"2"), Err(NotHttp1));
}

#[test]
fn informational_responses_are_skipped() {
    let early = "HTTP/1.1 100 Continue\r\n\r\n";
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 3\r\n\r\n";
    let last = ok("A: b\r\nContent-Length: 2\r\n", "ab");
    for before in [early, hints, &[early, hints].concat()] {
        let bytes = format!("{before}{last}");
        let read = tr(&bytes).unwrap();
        assert_eq!((read.status, &read.body[..], read.consumed), (200, &b"ab"[..], bytes.len()));
        assert_eq!(read.fields[0], ("A".into(), b"b".into()), "theirs are not ours");
        assert_eq!(read.fields.len(), 2);
    }
    assert_eq!(tr(early.repeat(3) + &last), Err(TooManyInformational));
    assert_eq!(tr(early.repeat(9)), Err(TooManyInformational));
    assert_eq!(
        tr(format!("{early}HTTP/1.1 101 Switching Protocols\r\n\r\n")),
        Err(SwitchingProtocols)
    );
    assert_eq!(tr(format!("{early}{early}HTTP/1.1 102 X\r\nA b\r\n\r\n")), Err(BadField));
    let none = Limits { informational: 0, ..SMALL };
    assert_eq!(tr_with(none, (early.to_owned() + &last).as_bytes()), Err(TooManyInformational));
    assert!(tr_with(none, last.as_bytes()).is_ok());
}

#[test]
fn fields_keep_their_order_and_lose_their_whitespace() {
    let bytes = ok("A:1\r\nb: \t2 2\t \r\na:\r\nC-%~:   \r\n", "");
    let field = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
    let expected = [field("A", "1"), field("b", "2 2"), field("a", ""), field("C-%~", "")];
    assert_eq!(tr(&bytes).unwrap().fields, expected);

    let mut reader = ResponseReader::new(SMALL);
    reader.read(bytes.as_bytes()).unwrap();
    reader.end().unwrap();
    let response = reader.into_response().unwrap();
    assert_eq!(response.field("a"), Some(&b"1"[..]), "the first");
    assert_eq!(response.field("B"), Some(&b"2 2"[..]), "in any case");
    assert_eq!(response.field("c-%~"), Some(&b""[..]));
    assert_eq!(response.field("d"), None);
}

/// The places where a line can be malformed are the same in a head and in a trailer section.
fn tr_fields(fields: &str) -> [Result<Read, ResponseError>; 2] {
    [tr(ok(fields, "")), tr(chunked(&format!("0\r\n{fields}\r\n")))]
}

#[test]
fn a_malformed_field_is_refused_in_head_and_trailers() {
    for (fields, error) in [
        ("A : b\r\n", BadField),
        ("A\t: b\r\n", BadField),
        (": b\r\n", BadField),
        (":\r\n", BadField),
        ("A\r\n", BadField),
        ("A b\r\n", BadField),
        ("(A): b\r\n", BadField),
        ("A\0: b\r\n", BadField),
        ("\u{e4}: b\r\n", BadField),
        ("A: b\0\r\n", BadField),
        ("A: \0\r\n", BadField),
        ("A: b\u{1b}c\r\n", BadField),
        ("A: b\u{7f}\r\n", BadField),
        // RFC 9112 §5.2: obsolete line folding, and §2.2: whitespace before the first field.
        ("A: b\r\n c\r\n", BadField),
        ("A: b\r\n\tc: d\r\n", BadField),
        ("A: b\r\n \r\n", BadField),
        (" A: b\r\n", BadField),
        ("\t\r\n", BadField),
        ("A: b\rc\r\n", BadLineEnd),
        ("A: b\r\r\n", BadLineEnd),
        ("A\r: b\r\n", BadLineEnd),
        ("A:\r b\r\n", BadLineEnd),
        ("A: b\n", BadLineEnd),
        ("A: b\nc: d\r\n", BadLineEnd),
        ("A:\n\r\n", BadLineEnd),
        ("\n", BadLineEnd),
        ("\rA: b\r\n", BadLineEnd),
        ("A: b\r\n\n", BadLineEnd),
        ("A: b\r\n\r\r\n", BadLineEnd),
    ] {
        assert_eq!(tr_fields(fields), [Err(error), Err(error)], "{fields:?}");
    }
    assert_eq!(tr("HTTP/1.1 200 OK\n\n"), Err(BadLineEnd));
    assert_eq!(tr("HTTP/1.1 200 OK\r\n\n"), Err(BadLineEnd));
    assert_eq!(tr("HTTP/1.1 200 O\rK\r\n\r\n"), Err(BadLineEnd));
    assert_eq!(tr("HTTP/1.1\r200 OK\r\n\r\n"), Err(BadLineEnd));
}

/// Every byte, and at many places, because httparse looks at several bytes at once.
#[test]
fn each_byte_is_allowed_where_rfc_9110_says() {
    let limits = Limits { head_bytes: 1000, ..SMALL };
    let result = |before: &str, at: usize, byte: u8, after: &str| {
        let padding = vec![b'x'; 40 - at];
        let parts = [before.as_bytes(), &vec![b'x'; at], &[byte], &padding, after.as_bytes()];
        read(limits, [&parts.concat()[..]]).map(drop)
    };
    for byte in (0..=255).filter(|byte| !b"\r\n".contains(byte)) {
        // RFC 9110 §5.6.2: tchar. RFC 9110 §5.5: HTAB, SP, VCHAR and obs-text.
        let is_token = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let is_text = matches!(byte, b'\t' | b' '..=b'~' | 0x80..);
        for at in 0..=40 {
            let in_value = result("HTTP/1.1 200 OK\r\nA:", at, byte, "\r\n\r\n");
            assert_eq!(in_value, if is_text { Ok(()) } else { Err(BadField) }, "{byte} at {at}");
            let in_reason = result("HTTP/1.1 200 ", at, byte, "\r\n\r\n");
            assert_eq!(in_reason, if is_text { Ok(()) } else { Err(BadStatusLine) });
            let is_name = is_token || (byte == b':' && at > 0);
            let in_name = result("HTTP/1.1 200 OK\r\n", at, byte, ":A\r\n\r\n");
            assert_eq!(in_name, if is_name { Ok(()) } else { Err(BadField) }, "{byte} at {at}");
        }
    }
}

/// A head that another library has read is judged as the reader judges it.
#[test]
fn a_head_that_was_read_elsewhere_is_checked_alike() {
    let many: Vec<_> = (0..65).map(|_| ("a", b"b".as_slice())).collect();
    let length = ("Content-Length", b"2".as_slice());
    let chunked = ("Transfer-Encoding", b"chunked".as_slice());
    let large = [("a", [b'b'; 16 * 1024].as_slice())];
    type Case<'a> = (u16, &'a [(&'a str, &'a [u8])], Result<(), ResponseError>);
    let cases: [Case<'_>; 14] = [
        (200, &large, Err(HeadTooLarge)),
        (200, &[], Ok(())),
        (200, &[length, length], Ok(())),
        (200, &[chunked], Ok(())),
        (200, &many[..64], Ok(())),
        (304, &[length, chunked], Ok(())),
        (200, &many, Err(TooManyFields)),
        (200, &[length, chunked], Err(TransferEncodingAndContentLength)),
        (200, &[("te", b""), chunked, chunked], Err(BadTransferEncoding)),
        (200, &[length, ("content-length", b"3")], Err(BadContentLength)),
        (200, &[("content-length", b"65537")], Err(BodyTooLarge)),
        (503, &[("content-length", b"65537")], Ok(())),
        (101, &[], Err(SwitchingProtocols)),
        (700, &[], Err(BadStatusCode)),
    ];
    for (status, fields, expected) in cases {
        let fields = || fields.iter().copied();
        assert_eq!(check_head(status, fields, &Limits::default()), expected, "{status}");
    }
}

/// Name, colon, blank, value, CR LF.
#[test]
fn a_head_that_was_read_elsewhere_is_measured_as_it_came() {
    let limits = Limits { head_bytes: 22, ..Limits::default() };
    let value = [b'b'; 6];
    for (name, expected) in [("aa", Ok(())), ("aaa", Err(HeadTooLarge))] {
        let fields = || [("a", &value[..]), (name, &value[1..])].into_iter();
        assert_eq!(check_head(200, fields, &limits), expected, "{name}");
    }
}
