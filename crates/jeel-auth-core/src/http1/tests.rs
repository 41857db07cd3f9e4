//! Vectors on the wire: each is read whole, byte by byte and in every two parts, with one result.

use super::*;
use crate::SecretBuffer;

use ResponseError::*;

/// Small enough that a vector can reach each limit.
const SMALL: Limits = Limits { head_bytes: 200, fields: 4, body_bytes: 16, informational: 2 };

#[derive(Clone, Debug, PartialEq)]
struct Read {
    status: u16,
    fields: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    consumed: usize,
}

/// Reads the pieces, then the end of the stream.
fn read<'a>(
    limits: Limits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Read, ResponseError> {
    let mut reader = ResponseReader::new(limits);
    let mut consumed = 0;
    let mut complete = false;
    for piece in pieces {
        let progress = reader.read(piece);
        assert_bounded(&reader, limits);
        match progress {
            Ok(Progress::NeedMore) => {
                assert!(!complete, "complete is final");
                consumed += piece.len();
            }
            Ok(Progress::Complete { unconsumed }) => {
                assert!(!complete || unconsumed == piece.len(), "complete is final");
                complete = true;
                consumed += piece.len() - unconsumed;
            }
            Err(error) => {
                assert_eq!(reader.read(b"x"), Err(error), "an error is final");
                assert_eq!(reader.read(b""), Err(error), "an error is final");
                assert_eq!(reader.end(), Err(error), "an error is final");
                assert_eq!(reader.response.body_mut().capacity(), 0, "nothing is kept");
                assert!(reader.into_response().is_none());
                return Err(error);
            }
        }
    }
    reader.end()?;
    assert_eq!(reader.read(b"x"), Ok(Progress::Complete { unconsumed: 1 }));
    let response = reader.into_response().expect("complete");
    Ok(Read {
        status: response.status(),
        fields: response.fields().map(|(name, value)| (name.into(), value.into())).collect(),
        body: response.body().into(),
        consumed,
    })
}

/// Checks what a reader has of what it was sent, and how much memory for that.
fn assert_bounded(reader: &ResponseReader, limits: Limits) {
    let (head, body) = reader.response.buffers();
    let mut buffers = vec![head, body];
    match &reader.state {
        State::Head(section) => buffers.push(&section.bytes),
        State::Body(Framing::Chunked(chunked)) => buffers.push(&chunked.trailers.bytes),
        _ => {}
    }
    let limit = limits.head_bytes + limits.body_bytes;
    assert!(buffers.iter().map(|buffer| buffer.len()).sum::<usize>() <= limit);
    assert!(buffers.iter().map(|buffer| buffer.capacity()).sum::<usize>() <= limit * 2);
}

/// What h11's tests call `tr`: the same bytes in many ways.
fn tr_with(limits: Limits, bytes: &[u8]) -> Result<Read, ResponseError> {
    let whole = read(limits, [bytes]);
    let shown = String::from_utf8_lossy(bytes);
    assert_eq!(read(limits, bytes.chunks(1)), whole, "byte by byte: {shown:?}");
    assert_eq!(
        read(limits, bytes.chunks(1).flat_map(|byte| [byte, &[]])),
        whole,
        "with empty reads: {shown:?}"
    );
    for at in 0..=bytes.len() {
        let (left, right) = bytes.split_at(at);
        assert_eq!(read(limits, [left, right]), whole, "split at {at}: {shown:?}");
    }
    whole
}

fn tr(bytes: impl AsRef<[u8]>) -> Result<Read, ResponseError> {
    tr_with(SMALL, bytes.as_ref())
}

/// A response with these field lines and what follows the head.
fn ok(fields: &str, rest: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{fields}\r\n{rest}")
}

fn chunked(rest: &str) -> String {
    ok("Transfer-Encoding: chunked\r\n", rest)
}

#[test]
fn a_body_ends_where_rfc_9112_says() {
    // (status line and fields, what follows, status, body, how many bytes are left)
    let head_and_body: &[(&str, &str, u16, &str, usize)] = &[
        // 1. No body, whatever the fields say.
        ("HTTP/1.1 204 No Content\r\n", "", 204, "", 0),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n", "abc", 204, "", 3),
        ("HTTP/1.1 204 No Content\r\nContent-Length: x\r\n", "", 204, "", 0),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 99999\r\n", "", 304, "", 0),
        ("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n", "0\r\n", 304, "", 3),
        // 4. Chunked.
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n\r\n", 200, "ab", 0),
        ("HTTP/1.1 400 No\r\ntransfer-encoding:CHUNKED\r\n", "0\r\n\r\nleft", 400, "", 4),
        // 5. and 6. A length.
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", "hello", 200, "hello", 0),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", "helloHTTP/1.1 400", 200, "hello", 12),
        ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n", "ab", 200, "ab", 0),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", "left", 200, "", 4),
        ("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n", "", 205, "", 0),
        ("HTTP/1.1 200 OK\r\nCONTENT-LENGTH:\t 0002 \t\r\n", "ab", 200, "ab", 0),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n", "ab", 200, "ab", 0),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\t,02,2\r\n", "ab", 200, "ab", 0),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 2\r\n", "ab", 200, "ab", 0),
        // 8. Until the connection is closed.
        ("HTTP/1.1 200 OK\r\n", "hello", 200, "hello", 0),
        ("HTTP/1.1 200 OK\r\n", "", 200, "", 0),
        ("HTTP/1.0 599 Own\r\nServer: x\r\n", "hello\r\n\r\n", 599, "hello\r\n\r\n", 0),
    ];
    for &(head, rest, status, body, left) in head_and_body {
        let bytes = format!("{head}\r\n{rest}");
        let read = tr(&bytes).unwrap_or_else(|error| panic!("{bytes:?}: {error}"));
        assert_eq!((read.status, &read.body[..]), (status, body.as_bytes()), "{bytes:?}");
        assert_eq!(bytes.len() - read.consumed, left, "{bytes:?}");
    }
}

#[test]
fn an_ambiguous_or_malformed_length_is_refused() {
    for value in [
        "",
        " ",
        "+2",
        "-2",
        "2 2",
        "2,",
        ",2",
        "2,,2",
        ",",
        "2, 3",
        "2;2",
        "0x2",
        "2.0",
        "2e0",
        "\u{662}",
        "\"2\"",
        "18446744073709551616",
        "99999999999999999999999999999",
    ] {
        let bytes = ok(&format!("Content-Length: {value}\r\n"), "ab");
        assert_eq!(tr(&bytes), Err(BadContentLength), "{value:?}");
    }
    for (first, second) in [("2", "3"), ("2", "x"), ("x", "2"), ("2", ""), ("2, 2", "2, 3")] {
        let fields = format!("Content-Length: {first}\r\nContent-Length: {second}\r\n");
        assert_eq!(tr(ok(&fields, "ab")), Err(BadContentLength), "{fields:?}");
    }
}

#[test]
fn a_transfer_encoding_that_is_not_chunked_alone_is_refused() {
    for value in [
        "",
        "gzip",
        "identity",
        "chunked, chunked",
        "gzip, chunked",
        "chunked, gzip",
        ", chunked",
        "chunked,",
        "chunked;q=1",
        "chunkedx",
        "xchunked",
        "\"chunked\"",
        "chunked chunked",
        "\u{b}chunked",
        "chun\u{212a}ed",
    ] {
        let bytes = ok(&format!("Transfer-Encoding: {value}\r\n"), "0\r\n\r\n");
        // A control character is a bad field before it is a bad coding.
        let error = if value.contains('\u{b}') { BadField } else { BadTransferEncoding };
        assert_eq!(tr(&bytes), Err(error), "{value:?}");
    }
    let twice = "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n";
    assert_eq!(tr(ok(twice, "0\r\n\r\n")), Err(BadTransferEncoding));
    let old = "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(tr(old), Err(BadTransferEncoding));
}

#[test]
fn transfer_encoding_with_content_length_is_refused() {
    for (coding, length) in [("chunked", "2"), ("gzip", "2"), ("chunked", "x"), ("", "")] {
        let (te, cl) =
            (format!("Transfer-Encoding: {coding}"), format!("Content-Length: {length}"));
        for fields in [format!("{te}\r\n{cl}\r\n"), format!("{cl}\r\n{te}\r\n")] {
            assert_eq!(tr(ok(&fields, "0\r\n\r\n")), Err(TransferEncodingAndContentLength));
        }
    }
}

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

#[test]
fn chunks_are_joined() {
    for (rest, body) in [
        ("0\r\n\r\n", ""),
        ("000\r\n\r\n", ""),
        ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("1\r\nh\r\n004\r\nello\r\n0\r\n\r\n", "hello"),
        ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
        ("2;a\r\nab\r\n0;b=c\r\n\r\n", "ab"),
        ("2;a=\"b \\\" \t;c\";\u{e4}\r\nab\r\n0\r\n\r\n", "ab"),
        ("2;\r\nab\r\n0;;\r\n\r\n", "ab"),
        // RFC 9110 §5.6.3: bad whitespace must be parsed.
        ("2 \t;a = b\r\nab\r\n0 ; a\r\n\r\n", "ab"),
        ("2\r\nab\r\n0\r\nA: b\r\nContent-Length: 9\r\n\r\n", "ab"),
    ] {
        let bytes = chunked(rest);
        let read = tr(format!("{bytes}left")).unwrap_or_else(|error| panic!("{rest:?}: {error}"));
        assert_eq!((&read.body[..], read.consumed), (body.as_bytes(), bytes.len()), "{rest:?}");
        assert_eq!(read.fields.len(), 1, "trailers are not fields");
    }
}

#[test]
fn a_malformed_chunk_is_refused() {
    for rest in [
        "\r\n",
        " \r\n",
        ";a\r\n",
        " ;a\r\n",
        " 2\r\nab\r\n0\r\n\r\n",
        "2 \r\nab\r\n0\r\n\r\n",
        "2\t\r\nab\r\n0\r\n\r\n",
        "2 2\r\nab\r\n0\r\n\r\n",
        "g\r\n",
        "0x2\r\nab\r\n0\r\n\r\n",
        "+2\r\nab\r\n0\r\n\r\n",
        "-2\r\nab\r\n0\r\n\r\n",
        "2,2\r\nab\r\n0\r\n\r\n",
        "\0\r\n",
        "2\nab\r\n0\r\n\r\n",
        "2\rab\r\n0\r\n\r\n",
        "2\r.ab\r\n0\r\n\r\n",
        "2\r\r\nab\r\n0\r\n\r\n",
        "2;a\nab\r\n0\r\n\r\n",
        "2;a\n\r\nab\r\n0\r\n\r\n",
        "2;a\rb\r\nab\r\n0\r\n\r\n",
        "2;a\0\r\nab\r\n0\r\n\r\n",
        "2;a\u{7f}\r\nab\r\n0\r\n\r\n",
        "2 \n;a\r\nab\r\n0\r\n\r\n",
        // The data does not end where the size says.
        "2\r\nabc\r\n0\r\n\r\n",
        "2\r\nab0\r\n\r\n",
        "2\r\nab\n0\r\n\r\n",
        "2\r\nab\r0\r\n\r\n",
        "2\r\nab\r.0\r\n\r\n",
        "2\r\nab.\n0\r\n\r\n",
        "2\r\nab\r\r\n0\r\n\r\n",
        "2\r\nab\r\n\r\n0\r\n\r\n",
        "3\r\nab\r\n0\r\n\r\n",
    ] {
        assert_eq!(tr(chunked(rest)), Err(BadChunk), "{rest:?}");
    }
    assert_eq!(tr(chunked("0\r\n\n")), Err(BadLineEnd));
    assert_eq!(tr(chunked("0\r\n0\r\n\r\n")), Err(BadField));
}

#[test]
fn a_chunk_line_has_a_limit() {
    // 256 bytes with the CR LF; "0" + "\r\n" are three.
    for line in
        ["0".repeat(254), format!("0{}", " ".repeat(252) + ";"), format!("0;{}", "a".repeat(252))]
    {
        let longer = line.replacen('0', "00", 1);
        assert!(tr(chunked(&format!("{line}\r\n\r\n"))).is_ok(), "{line:?}");
        if let Some(extended) = line.strip_prefix("0;") {
            let twice = format!("1;{extended}\r\na\r\n").repeat(2);
            assert_eq!(tr(chunked(&(twice + "0\r\n\r\n"))).unwrap().body, b"aa", "each line anew");
        }
        assert_eq!(tr(chunked(&format!("{longer}\r\n\r\n"))), Err(BadChunk), "{line:?}");
    }
}

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

/// Valid responses that end by themselves.
fn self_delimited() -> [String; 5] {
    [
        ok("Content-Type: application/json\r\nContent-Length: 9\r\n", "{\"a\":\"b\"}"),
        chunked("2;a=b\r\nab\r\n00b ;c\r\nhello world\r\n0\r\nA: b\r\nC: d\r\n\r\n"),
        "HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n".into(),
        "HTTP/1.0 400\r\nContent-Length: 1, 1\r\nContent-Length: 1\r\n\r\na".into(),
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n".to_owned()
            + &ok("Content-Length: 2\r\n", "ab"),
    ]
}

#[test]
fn a_response_that_is_cut_short_is_refused_wherever_it_is_cut() {
    for whole in self_delimited() {
        assert_eq!(tr(&whole).map(|read| read.consumed), Ok(whole.len()), "{whole:?}");
        for at in 0..whole.len() {
            assert_eq!(tr(&whole[..at]), Err(ClosedEarly), "{whole:?} at {at}");
        }
    }
    // Without a length, only a cut head can be noticed.
    let whole = ok("A: b\r\n", "hello");
    for at in 0..whole.len() {
        let expected = at.checked_sub(whole.len() - 5).ok_or(ClosedEarly);
        assert_eq!(tr(&whole[..at]).map(|read| read.body.len()), expected, "{at}");
    }
}

#[test]
fn an_incomplete_reader_has_no_response() {
    let mut reader = ResponseReader::new(SMALL);
    assert_eq!(reader.read(ok("", "hello").as_bytes()), Ok(Progress::NeedMore));
    assert!(reader.into_response().is_none());
    assert!(ResponseReader::new(SMALL).into_response().is_none());
}

#[test]
fn any_split_of_a_mutated_response_gives_the_same_result() {
    let mut random = Random(0x6a65_656c);
    let (mut accepted, mut errors) = (0, Vec::new());
    let mut seeds = self_delimited().to_vec();
    seeds.push(ok("A: b\r\n", "hello"));
    seeds.push(ok("Content-Length: 2\r\nTransfer-Encoding: x\r\n", "ab"));
    for _ in 0..10_000 {
        let mut bytes = seeds[random.below(seeds.len())].clone().into_bytes();
        for _ in 0..=random.below(3) {
            random.mutate(&mut bytes);
        }
        let whole = read(SMALL, [&bytes[..]]);
        assert_eq!(read(SMALL, bytes.chunks(1)), whole, "{:?}", bytes.escape_ascii().to_string());
        for _ in 0..4 {
            let mut cuts = [random.below(bytes.len() + 1), random.below(bytes.len() + 1)];
            cuts.sort_unstable();
            let pieces = [&bytes[..cuts[0]], &bytes[cuts[0]..cuts[1]], &bytes[cuts[1]..]];
            assert_eq!(read(SMALL, pieces), whole, "{:?}", bytes.escape_ascii().to_string());
        }
        match whole {
            Ok(_) => accepted += 1,
            Err(error) if !errors.contains(&error) => errors.push(error),
            Err(_) => {}
        }
    }
    // The mutations are worth something only if they reach both ends of the reader.
    assert!((1_000..9_000).contains(&accepted), "{accepted} accepted");
    assert!(errors.len() >= 10, "{errors:?}");
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        const WORDS: [&str; 16] = [
            "\r\n",
            "\r",
            "\n",
            "\r\n\r\n",
            "\0",
            " ",
            ";",
            ":",
            ",",
            "0",
            "f",
            "A: b\r\n",
            "Content-Length: 2\r\n",
            "Transfer-Encoding: chunked\r\n",
            "HTTP/1.1 100 \r\n\r\n",
            "0\r\n\r\n",
        ];
        let at = self.below(bytes.len() + 1);
        let to = (at + self.below(8)).min(bytes.len());
        match self.below(4) {
            0 => drop(bytes.drain(at..to)),
            1 => drop(bytes.splice(at..at, WORDS[self.below(WORDS.len())].bytes())),
            2 => bytes.extend_from_within(at..to),
            _ => bytes[at..to].iter_mut().take(1).for_each(|byte| *byte ^= 1 << self.below(8)),
        }
        if bytes.is_empty() {
            bytes.push(b'H');
        }
    }
}

#[test]
fn debug_shows_neither_fields_nor_body() {
    for bytes in [
        ok("Set-Cookie: zqzq\r\nContent-Length: 4\r\n", "zqzq"),
        chunked("4;zqzq\r\nzqzq\r\n0\r\nA: zqzq\r\n\r\n"),
        "HTTP/1.1 200 zqzq\r\nzqzq: zqzq\r\n\r\nzqzq".into(),
    ] {
        let mut reader = ResponseReader::new(SMALL);
        for byte in bytes.as_bytes().chunks(1) {
            reader.read(byte).unwrap();
            let shown = format!("{reader:?}");
            // "zq" as text or as numbers.
            assert!(!shown.contains("zq") && !shown.contains("122, 113"), "{shown}");
        }
        reader.end().unwrap();
        let shown = format!("{:?}", reader.into_response().unwrap());
        assert_eq!(
            shown,
            format!("Response {{ status: 200, fields: {}, body_bytes: 4 }}", {
                bytes.split("\r\n\r\n").next().unwrap().matches("\r\n").count()
            })
        );
    }
}

#[test]
fn an_error_has_words_of_its_own_in_lower_case_without_a_full_stop() {
    let mut words = std::collections::BTreeSet::new();
    for error in [
        NotHttp1,
        BadStatusLine,
        BadStatusCode,
        SwitchingProtocols,
        TooManyInformational,
        BadLineEnd,
        BadField,
        TooManyFields,
        HeadTooLarge,
        TransferEncodingAndContentLength,
        BadTransferEncoding,
        BadContentLength,
        BodyTooLarge,
        BadChunk,
        ClosedEarly,
    ] {
        let shown = error.to_string().replace("HTTP/1.0 or HTTP/1.1", "").replace("CR LF", "");
        assert_eq!(shown, shown.to_lowercase());
        assert!(!shown.ends_with('.') && !shown.contains('\n'));
        assert!(shown.len() > 10 && words.insert(shown), "{error:?}");
    }
}

#[test]
fn a_body_of_known_size_is_allocated_once() {
    for start in [ok("Content-Length: 9\r\n", "a"), chunked("9\r\na")] {
        let mut reader = ResponseReader::new(SMALL);
        for byte in start.as_bytes().chunks(1) {
            assert_eq!(reader.read(byte), Ok(Progress::NeedMore));
        }
        assert_eq!((reader.response.body().len(), reader.response.body_mut().capacity()), (1, 9));
    }
}

#[test]
fn a_buffer_keeps_its_limit_and_never_grows_in_place() {
    let mut buffer = SecretBuffer::with_limit(10);
    let mut input = &b"hello world!"[..];
    assert_eq!(buffer.take_from(&mut input, 3), 3);
    assert_eq!((&buffer[..], buffer.room(), buffer.capacity()), (&b"hel"[..], 7, 3));
    assert_eq!(buffer.take_from(&mut input, 1), 1);
    assert_eq!((&buffer[..], buffer.capacity()), (&b"hell"[..], 6));
    assert_eq!(buffer.take_from(&mut input, usize::MAX), 6);
    assert_eq!((&buffer[..], input, buffer.capacity()), (&b"hello worl"[..], &b"d!"[..], 10));
    assert_eq!(buffer.take_from(&mut input, usize::MAX), 0);
    buffer.reserve(usize::MAX);
    assert_eq!((buffer.room(), buffer.capacity()), (0, 10));
}

/// A head that another library has read is judged as the reader judges it.
#[test]
fn a_head_that_was_read_elsewhere_is_checked_alike() {
    let many: Vec<_> = (0..65).map(|_| ("a", b"b".as_slice())).collect();
    let length = ("Content-Length", b"2".as_slice());
    let chunked = ("Transfer-Encoding", b"chunked".as_slice());
    let large = [("a", [b'b'; 16 * 1024].as_slice())];
    type Case<'a> = (u16, &'a [(&'a str, &'a [u8])], Result<(), ResponseError>);
    let cases: [Case<'_>; 13] = [
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

#[test]
fn a_buffer_with_room_for_all_is_not_moved() {
    let mut buffer = SecretBuffer::with_limit(100);
    buffer.reserve(5);
    buffer.take_from(&mut &b"hello"[..], 5);
    assert_eq!((buffer.len(), buffer.capacity()), (5, 5));
    assert_eq!(format!("{buffer:?}"), "[redacted, 5 bytes]");
}
