//! Compares the HTTP/1.1 response reader with two other readers. Neither shares its framing code.
//!
//! [`naive`] implements the same rules for a complete stream, which it splits. It has its own
//! parser for the head and is equally strict, so it predicts what is accepted, what is refused, and
//! why. [`ureq`] uses ureq-proto, an independent implementation. It differs only as the two lists
//! below state.

mod naive;
mod ureq;

use crate::response_reader::{Response, read};
use jeel_auth_core::http1::{Limits, ResponseError};
use ureq_proto::Error as UreqError;

/// The bytes are a whole stream. All readers return the same response and leave the same bytes
/// unread, or all refuse the stream.
pub fn differential(bytes: &[u8]) {
    let ours = read(bytes, bytes.len(), Limits::default());
    must_agree_with_naive(&ours, naive::read(bytes, &Limits::default()));
    must_agree_with_ureq(&ours, ureq::read(bytes));

    let limits = small_limits();
    must_agree_with_naive(&read(bytes, bytes.len(), limits), naive::read(bytes, &limits));
}

/// Limits so small that random input exceeds each of them.
fn small_limits() -> Limits {
    let mut limits = Limits::default();
    limits.head_bytes = 100;
    limits.fields = 3;
    limits.body_bytes = 20;
    limits.informational = 2;
    limits
}

fn must_agree_with_naive(
    ours: &Result<Response, ResponseError>,
    naive: Result<Response, naive::Faults>,
) {
    match (ours, naive) {
        (Ok(ours), Ok(naive)) => assert_eq!(*ours, naive),
        // Our reader may refuse the first bytes of a part that is incomplete. `naive` does not
        // look.
        (Err(_), Err(faults)) if faults.is_empty() => {}
        (Err(error), Err(faults)) => assert!(faults.contains(error), "{error:?}: {faults:?}"),
        (ours, naive) => panic!("{ours:?}, but {naive:?}"),
    }
}

fn must_agree_with_ureq(
    ours: &Result<Response, ResponseError>,
    ureq: Result<Option<Response>, UreqError>,
) {
    match (ours, ureq) {
        // It has no limit, and reads on.
        (Ok(ours), _) if ours.truncated => {}
        (Ok(ours), Ok(Some(ureq))) => assert_eq!(by_name(ours), by_name(&ureq)),
        (Ok(_), Err(error)) => assert!(is_refused_by_ureq_alone(&error), "{error:?}"),
        (Err(error), Ok(Some(ureq))) => {
            assert!(is_refused_by_us_alone(*error), "{error:?}: {ureq:?}")
        }
        (Ok(ours), Ok(None)) => panic!("{ours:?}, but ureq needs more"),
        (Err(_), Ok(None) | Err(_)) => {}
    }
}

/// The response in the form that ureq-proto reports: lower-case names, and an order only among
/// fields with the same name (RFC 9110 §5.3).
fn by_name(response: &Response) -> Response {
    let lower = |(name, value): &(String, Vec<u8>)| (name.to_ascii_lowercase(), value.clone());
    let mut fields: Vec<_> = response.fields.iter().map(lower).collect();
    fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    Response {
        status: response.status,
        fields,
        body: response.body.clone(),
        truncated: response.truncated,
        consumed: response.consumed,
    }
}

/// Whether our reader may refuse with this error a stream that ureq-proto accepts. `ClosedEarly`,
/// `BadStatusLine` and `BadContentLength` are not on the list. Sections are of RFC 9112 unless the
/// comment names another RFC.
fn is_refused_by_us_alone(error: ResponseError) -> bool {
    match error {
        // §2.2 lets servers, not clients, skip empty lines before the message.
        ResponseError::NotHttp1 => true,
        // RFC 9110 §15: no code is above 599. ureq-proto accepts any three digits from 100.
        ResponseError::BadStatusCode => true,
        // RFC 9110 §7.8: our request asks for no other protocol. ureq-proto leaves that to its
        // caller.
        ResponseError::SwitchingProtocols => true,
        // RFC 9110 §15.2 and ureq-proto set no limit for 1xx.
        ResponseError::TooManyInformational => true,
        // §2.2 allows a bare LF. ureq-proto accepts it in heads and in the trailers that it skips.
        ResponseError::BadLineEnd => true,
        // §7.1.2 allows a reader to discard trailers. ureq-proto does not parse them.
        ResponseError::BadField => true,
        // The limit of ureq-proto is 128 field lines, without a limit for trailers.
        ResponseError::TooManyFields | ResponseError::HeadTooLarge => true,
        // §6.3, 3: `Transfer-Encoding` overrides `Content-Length`, but both together ought to be an
        // error.
        ResponseError::TransferEncodingAndContentLength => true,
        // §6.1, §7.4: ureq-proto ignores codings other than chunked, and chunked in HTTP/1.0.
        ResponseError::BadTransferEncoding => true,
        // ureq-proto leaves the limit of the body to its caller.
        ResponseError::BodyTooLarge => true,
        // §7.1: ureq-proto accepts a plus sign and whitespace around the size, and any bytes in an
        // extension.
        ResponseError::BadChunk => true,
        _ => false,
    }
}

/// Whether ureq-proto may refuse with this error a stream that our reader accepts.
fn is_refused_by_ureq_alone(error: &UreqError) -> bool {
    match error {
        // RFC 9110 §15.2: a 1xx response has a header section like any other.
        UreqError::HeadersWith100 => true,
        // §6.3, 1: 1xx, 204 and 304 have no body, so their fields do not matter. ureq-proto checks
        // them.
        UreqError::BadContentLengthHeader | UreqError::TooManyContentLengthHeaders => true,
        // §7.1.1: extensions must be ignored. ureq-proto refuses chunk lines of more than 20 bytes.
        UreqError::ChunkExpectedCrLf => true,
        _ => false,
    }
}

/// An example of each difference. Without one, a list could allow more than exists and hide bugs.
#[cfg(test)]
mod tests {
    use super::*;

    fn ok(fields: &str, rest: &str) -> String {
        format!("HTTP/1.1 200 OK\r\n{fields}\r\n{rest}")
    }

    fn chunked(rest: &str) -> String {
        ok("Transfer-Encoding: chunked\r\n", rest)
    }

    #[test]
    fn we_alone_refuse_for_each_reason() {
        use ResponseError::*;
        let both = "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n";
        let old = "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let large = format!("A: {}\r\n", "b".repeat(16 * 1024));
        for (stream, error) in [
            (format!("\r\n{}", ok("", "")), NotHttp1),
            ("HTTP/1.1 600 Own\r\n\r\n".into(), BadStatusCode),
            ("HTTP/1.1 101 Switching Protocols\r\n\r\n".into(), SwitchingProtocols),
            ("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(9) + &ok("", ""), TooManyInformational),
            ("HTTP/1.1 200 OK\n\n".into(), BadLineEnd),
            (chunked("0\r\nA: b\nC: d\r\n\r\n"), BadLineEnd),
            (chunked("0\r\nA b\r\n\r\n"), BadField),
            (ok(&"A: b\r\n".repeat(65), ""), TooManyFields),
            (chunked(&format!("0\r\n{}\r\n", "A: b\r\n".repeat(128))), TooManyFields),
            (ok(&large, ""), HeadTooLarge),
            (chunked(&format!("0\r\n{large}\r\n")), HeadTooLarge),
            (ok(both, "0\r\n\r\n"), TransferEncodingAndContentLength),
            (ok("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), BadTransferEncoding),
            (ok("Transfer-Encoding: gzip\r\n", ""), BadTransferEncoding),
            (old.into(), BadTransferEncoding),
            (ok("", &"x".repeat(64 * 1024 + 1)), BodyTooLarge),
            (chunked("+2\r\nab\r\n0\r\n\r\n"), BadChunk),
            (chunked(" 2 \r\nab\r\n0\r\n\r\n"), BadChunk),
            (chunked("2;\0\r\nab\r\n0\r\n\r\n"), BadChunk),
        ] {
            let bytes = stream.as_bytes();
            assert_eq!(read(bytes, bytes.len(), Limits::default()), Err(error), "{stream:?}");
            assert!(matches!(ureq::read(bytes), Ok(Some(_))), "{stream:?}");
            differential(bytes);
        }
    }

    #[test]
    fn ureq_alone_refuses_for_each_reason() {
        use UreqError::*;
        let after = |head: &str| head.to_owned() + &ok("", "");
        let hints = "HTTP/1.1 103 Early Hints\r\nContent-Length: 2, 3\r\n\r\n";
        for (stream, error) in [
            (after("HTTP/1.1 100 Continue\r\nA: b\r\n\r\n"), HeadersWith100),
            ("HTTP/1.1 204\r\nContent-Length: x\r\n\r\n".into(), BadContentLengthHeader),
            (after(hints), TooManyContentLengthHeaders),
            (chunked("0;an-extension-of=many-bytes\r\n\r\n"), ChunkExpectedCrLf),
        ] {
            let bytes = stream.as_bytes();
            assert!(read(bytes, bytes.len(), Limits::default()).is_ok(), "{stream:?}");
            assert_eq!(ureq::read(bytes), Err(error), "{stream:?}");
            differential(bytes);
        }
    }
}
