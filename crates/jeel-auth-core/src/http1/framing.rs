//! Where the body ends: RFC 9112 §6.3.

use super::chunked::Chunked;
use super::head::{Head, Section};
use super::{Limits, ResponseError};
use crate::secret_buffer::SecretBuffer;

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
        match announced(|name| head.fields.values(name), limits)? {
            // Any coding is forbidden in HTTP/1.0, where an intermediary may have forwarded the
            // field without understanding it (§6.1).
            Announced::Chunked if head.minor_version == 0 => {
                Err(ResponseError::BadTransferEncoding)
            }
            Announced::Chunked => Ok(Self::Chunked(Chunked::new(Section::trailers(head, limits)))),
            Announced::Length(length) => Ok(Self::Length(length)),
            // 8. Nothing is lost by trusting the end of an HTTP/1.1 connection as well as of an 1.0
            // one.
            Announced::Nothing => Ok(Self::UntilClose),
        }
    }

    /// The buffer for [`read`](Self::read) to fill.
    pub(super) fn new_body(&self, limits: &Limits) -> SecretBuffer {
        match self {
            Self::Length(length) => {
                let mut body = SecretBuffer::with_limit(*length);
                body.reserve(*length);
                body
            }
            Self::Chunked(_) | Self::UntilClose => SecretBuffer::with_limit(limits.body_bytes),
        }
    }

    /// Moves what belongs to the body from `input` to `body`, and says whether it is complete.
    pub(super) fn read(
        &mut self,
        input: &mut &[u8],
        body: &mut SecretBuffer,
    ) -> Result<bool, ResponseError> {
        match self {
            Self::Chunked(chunked) => chunked.read(input, body),
            Self::Length(length) => {
                body.take_from(input, *length);
                Ok(body.room() == 0)
            }
            Self::UntilClose => {
                body.take_from(input, usize::MAX);
                if input.is_empty() { Ok(false) } else { Err(ResponseError::BodyTooLarge) }
            }
        }
    }
}

/// What the fields say of the body's end.
enum Announced {
    Length(usize),
    Chunked,
    Nothing,
}

fn announced<'a, V: Iterator<Item = &'a [u8]>>(
    values: impl Fn(&'static str) -> V,
    limits: &Limits,
) -> Result<Announced, ResponseError> {
    let has_length = values("content-length").next().is_some();
    if values("transfer-encoding").next().is_some() {
        // 3. "ought to be handled as an error": someone may be smuggling a response.
        if has_length {
            return Err(ResponseError::TransferEncodingAndContentLength);
        }
        // 4.
        if !is_chunked(values("transfer-encoding")) {
            return Err(ResponseError::BadTransferEncoding);
        }
        return Ok(Announced::Chunked);
    }
    if !has_length {
        return Ok(Announced::Nothing);
    }
    // 5. and 6., and not a byte of the body is awaited if it would be too large.
    let length = content_length(values("content-length")).ok_or(ResponseError::BadContentLength)?;
    match usize::try_from(length) {
        Ok(length) if length <= limits.body_bytes => Ok(Announced::Length(length)),
        _ => Err(ResponseError::BodyTooLarge),
    }
}

/// Checks the head of a response that another library has read, so far as it can still be told: its
/// status, the number and size of its fields, and what they say of the body's end (RFC 9112 §6.3). Libraries
/// are more lenient there than [`ResponseReader`](super::ResponseReader). `fields` gives all fields in
/// order, each time it is called.
///
/// # Errors
/// The error that [`ResponseReader`](super::ResponseReader) would have given.
pub fn check_head<'a, F: Iterator<Item = (&'a str, &'a [u8])>>(
    status: u16,
    fields: impl Fn() -> F,
    limits: &Limits,
) -> Result<(), ResponseError> {
    match status {
        101 => return Err(ResponseError::SwitchingProtocols),
        100..=599 => {}
        _ => return Err(ResponseError::BadStatusCode),
    }
    if fields().nth(limits.fields).is_some() {
        return Err(ResponseError::TooManyFields);
    }
    let line = |(name, value): (&str, &[u8])| name.len() + ": \r\n".len() + value.len();
    if fields().map(line).sum::<usize>() > limits.head_bytes {
        return Err(ResponseError::HeadTooLarge);
    }
    if matches!(status, 204 | 304) {
        return Ok(());
    }
    let values = |wanted| {
        let fields = fields().filter(move |(name, _)| name.eq_ignore_ascii_case(wanted));
        fields.map(|(_, value)| value)
    };
    announced(values, limits).map(|_| ())
}

/// Whether `Transfer-Encoding` says `chunked` (in any case, RFC 9112 §7) and nothing else.
///
/// The request has no `TE` field, so any other coding, before or after, is one we did not allow
/// (RFC 9112 §7.4); and chunked twice is forbidden (§6.1).
fn is_chunked<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> bool {
    values.next().is_some_and(|value| value.eq_ignore_ascii_case(b"chunked"))
        && values.next().is_none()
}

/// The one number that all `Content-Length` lines, and all members of a list in one, agree on.
///
/// RFC 9110 §8.6 lets a recipient refuse a repeated number or use it once. It comes from
/// intermediaries, and is harmless, so it is used.
fn content_length<'a>(values: impl Iterator<Item = &'a [u8]>) -> Option<u64> {
    let mut numbers = values
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
