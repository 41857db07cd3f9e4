//! Where the body ends: RFC 9112 §6.3.

use super::buffer::Buffer;
use super::chunked::Chunked;
use super::head::{Head, Section};
use super::{Limits, ResponseError};

#[derive(Debug)]
pub(super) enum Framing {
    Length(usize),
    Chunked(Chunked),
    UntilClose,
}

impl Framing {
    /// The rules of RFC 9112 §6.3 by their numbers; 2 and 7 cannot apply to the response to a POST.
    pub(super) fn of(head: &Head, limits: &Limits) -> Result<Self, ResponseError> {
        // 1. "… cannot contain a message body", whatever the fields say; nor are they looked at. A
        // 304 may well carry the length of what it does not send (RFC 9110 §8.6).
        if matches!(head.status, 100..=199 | 204 | 304) {
            return Ok(Self::Length(0));
        }
        let has_length = head.values("content-length").next().is_some();
        if head.values("transfer-encoding").next().is_some() {
            // 3. "ought to be handled as an error": someone may be smuggling a response.
            if has_length {
                return Err(ResponseError::TransferEncodingAndContentLength);
            }
            // 4.
            if !is_chunked(head) {
                return Err(ResponseError::BadTransferEncoding);
            }
            return Ok(Self::Chunked(Chunked::new(Section::trailers(head, limits))));
        }
        // 8. Nothing is lost by trusting the end of an HTTP/1.1 connection as well as of an 1.0 one.
        if !has_length {
            return Ok(Self::UntilClose);
        }
        // 5. and 6., and not a byte of the body is awaited if it would be too large.
        let length = content_length(head).ok_or(ResponseError::BadContentLength)?;
        match usize::try_from(length) {
            Ok(length) if length <= limits.body_bytes => Ok(Self::Length(length)),
            _ => Err(ResponseError::BodyTooLarge),
        }
    }

    /// The buffer for [`read`](Self::read) to fill.
    pub(super) fn new_body(&self, limits: &Limits) -> Buffer {
        match self {
            Self::Length(length) => {
                let mut body = Buffer::new(*length);
                body.reserve(*length);
                body
            }
            Self::Chunked(_) | Self::UntilClose => Buffer::new(limits.body_bytes),
        }
    }

    /// Moves what belongs to the body from `input` to `body`, and says whether it is complete.
    pub(super) fn read(
        &mut self,
        input: &mut &[u8],
        body: &mut Buffer,
    ) -> Result<bool, ResponseError> {
        match self {
            Self::Chunked(chunked) => chunked.read(input, body),
            Self::Length(length) => {
                body.fill(input, *length);
                Ok(body.room() == 0)
            }
            Self::UntilClose => {
                body.fill(input, usize::MAX);
                if input.is_empty() { Ok(false) } else { Err(ResponseError::BodyTooLarge) }
            }
        }
    }
}

/// Whether `Transfer-Encoding` says `chunked` (in any case, RFC 9112 §7) and nothing else.
///
/// The request has no `TE` field, so any other coding, before or after, is one we did not allow
/// (RFC 9112 §7.4); chunked twice is forbidden (§6.1), and so is any coding in HTTP/1.0, where an
/// intermediary may have forwarded the field without understanding it (§6.1).
fn is_chunked(head: &Head) -> bool {
    let mut values = head.values("transfer-encoding");
    head.minor_version > 0
        && values.next().is_some_and(|value| value.eq_ignore_ascii_case(b"chunked"))
        && values.next().is_none()
}

/// The one number that all `Content-Length` lines, and all members of a list in one, agree on.
///
/// RFC 9110 §8.6 lets a recipient refuse a repeated number or use it once. It comes from
/// intermediaries, and is harmless, so it is used.
fn content_length(head: &Head) -> Option<u64> {
    let mut numbers = head
        .values("content-length")
        .flat_map(|value| value.split(|byte| *byte == b','))
        .map(|number| decimal(trim(number)));
    let first = numbers.next()??;
    numbers.all(|number| number == Some(first)).then_some(first)
}

/// `1*DIGIT` (RFC 9110 §8.6), which `str::parse` is not: it allows a plus sign.
fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, byte| match byte {
        b'0'..=b'9' => number.checked_mul(10)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

/// Without optional whitespace, which is SP and HTAB alone (RFC 9110 §5.6.3).
fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}
