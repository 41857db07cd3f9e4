//! The HTTP/1.1 response reader against two others, neither of which shares its framing.
//!
//! [`naive`] has the same rules once more, for a stream that is all there, which it splits. It has its
//! own parser for the head as well, and is as strict; so it says what is accepted, what is refused and
//! why. [`ureq`] is ureq-proto, with which the blocking adapter reads: it was written by others, and
//! differs only as the two lists below say; so we do not merely agree with ourselves.

mod naive;
mod ureq;

use crate::response_reader::{Response, read};
use jeel_auth_core::http1::{Limits, ResponseError};
use ureq_proto::Error as UreqError;

/// The bytes are a whole stream. What our reader makes of it, the others do too: the same response,
/// with the same rest left unread, or none.
pub fn differential(bytes: &[u8]) {
    let ours = read(bytes, bytes.len(), Limits::default());
    must_agree_with_naive(&ours, naive::read(bytes, &Limits::default()));
    must_agree_with_ureq(&ours, ureq::read(bytes));

    let limits = small_limits();
    must_agree_with_naive(&read(bytes, bytes.len(), limits), naive::read(bytes, &limits));
}

/// So small that each limit is met by accident.
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
        // Of an incomplete part, the first bytes can be faulty, which is not naive's concern.
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
        (Ok(ours), Ok(None)) => panic!("{ours:?}, and ureq awaits more"),
        (Err(_), Ok(None) | Err(_)) => {}
    }
}

/// The response as ureq-proto can tell it: names without case, and no order but of fields that share
/// one (RFC 9110 §5.3).
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

/// Why we may refuse what ureq-proto accepts. `ClosedEarly`, `BadStatusLine` and `BadContentLength`
/// are not among the reasons. The sections are those of RFC 9112 unless said otherwise.
fn is_refused_by_us_alone(error: ResponseError) -> bool {
    match error {
        // §2.2 lets servers, not clients, skip empty lines before the message.
        ResponseError::NotHttp1 => true,
        // RFC 9110 §15: there are no codes from 600; it reads any three digits from 100.
        ResponseError::BadStatusCode => true,
        // RFC 9110 §7.8: we did not ask for another protocol; it leaves that to its caller.
        ResponseError::SwitchingProtocols => true,
        // RFC 9110 §15.2 has no limit for 1xx, and it neither.
        ResponseError::TooManyInformational => true,
        // §2.2 allows a bare LF; it takes one in heads, and in the trailers it skips.
        ResponseError::BadLineEnd => true,
        // §7.1.2 allows to discard trailers; it does not look at them.
        ResponseError::BadField => true,
        // Its limit is 128 field lines, and for the trailers none.
        ResponseError::TooManyFields | ResponseError::HeadTooLarge => true,
        // §6.3, 3: `Transfer-Encoding` overrides `Content-Length`, but ought to be an error.
        ResponseError::TransferEncodingAndContentLength => true,
        // §6.1, §7.4: it overlooks codings other than chunked, and chunked in HTTP/1.0.
        ResponseError::BadTransferEncoding => true,
        // It hands the body to its caller, who may limit it.
        ResponseError::BodyTooLarge => true,
        // §7.1: it takes a plus sign and whitespace around the size, and anything in an extension.
        ResponseError::BadChunk => true,
        _ => false,
    }
}

/// Why ureq-proto may refuse what we accept.
fn is_refused_by_ureq_alone(error: &UreqError) -> bool {
    match error {
        // RFC 9110 §15.2: a 1xx response has a header section like any other.
        UreqError::HeadersWith100 => true,
        // §6.3, 1: the fields of 1xx, 204 and 304 say nothing of their bodies. It checks them still.
        UreqError::BadContentLengthHeader | UreqError::TooManyContentLengthHeaders => true,
        // §7.1.1: extensions must be ignored. It refuses chunk lines of more than 20 bytes.
        UreqError::ChunkExpectedCrLf => true,
        _ => false,
    }
}

/// An example of each difference: a list that allows more than there is would hide mistakes.
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
