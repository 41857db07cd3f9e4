//! Where the body ends, and what is in it.

use super::*;

#[test]
fn a_body_ends_where_rfc_9112_says() {
    // (status line and fields, what follows, status, body, how many bytes are left)
    let head_and_body: &[(&str, &str, u16, &str, usize)] = &[
        // 1. No body, even if the fields name one.
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
    ] {
        assert_eq!(tr(chunked(rest)), Err(BadChunk), "{rest:?}");
    }
    assert_eq!(tr(chunked("0\r\n\n")), Err(BadLineEnd));
    assert_eq!(tr(chunked("0\r\n0\r\n\r\n")), Err(BadField));
}

#[test]
fn data_that_does_not_end_where_the_size_says_is_refused() {
    for rest in [
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
}

#[test]
fn a_chunk_line_has_a_limit() {
    // Lines this long are not split at every byte.
    let tr = |bytes: String| {
        let whole = read(SMALL, [bytes.as_bytes()]);
        for size in [1, 4095] {
            assert_eq!(read(SMALL, bytes.as_bytes().chunks(size)), whole);
        }
        whole
    };
    // 4096 bytes with the CR LF; "0" and "\r\n" are three.
    for line in [
        "0".repeat(4094),
        format!("0{}", " ".repeat(4092) + ";"),
        format!("0;{}", "a".repeat(4092)),
    ] {
        let longer = line.replacen('0', "00", 1);
        assert!(tr(chunked(&format!("{line}\r\n\r\n"))).is_ok(), "{line:?}");
        if let Some(extended) = line.strip_prefix("0;") {
            let twice = format!("1;{extended}\r\na\r\n").repeat(2);
            assert_eq!(tr(chunked(&(twice + "0\r\n\r\n"))).unwrap().body, b"aa", "each line anew");
        }
        assert_eq!(tr(chunked(&format!("{longer}\r\n\r\n"))), Err(BadChunk), "{line:?}");
    }
}
