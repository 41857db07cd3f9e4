//! Where the body ends: RFC 9112 §6.3.

use super::chunked::Chunked;
use super::head::{Head, Section};
use super::{Limits, ResponseError};
use crate::secret_buffer::SecretBuffer;

#[derive(Debug)]
pub(super) enum Framing {
    /// A body of known length.
    Length(Kept),
    Chunked(Chunked),
    UntilClose(Excess),
}

/// How much of a body with a length is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    bytes: usize,
    is_all: bool,
}

/// What becomes of bytes over the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excess {
    /// The response is an error: half a token response is of no use.
    Refused,
    /// The response ends there, because its status and fields are of use without its body.
    Dropped,
}

impl Excess {
    pub(super) const fn of(status: u16) -> Self {
        if matches!(status, 200..=299) { Self::Refused } else { Self::Dropped }
    }
}

impl Framing {
    /// The rules of RFC 9112 §6.3 by their numbers; 2 and 7 cannot apply to the response to a POST.
    pub(super) fn of(head: &Head, limits: &Limits) -> Result<Self, ResponseError> {
        // 1. "… cannot contain a message body", so the fields are not read. A
        // 304 may well carry the length of what it does not send (RFC 9110 §8.6).
        if matches!(head.status, 100..=199 | 204 | 304) {
            return Ok(Self::Length(Kept { bytes: 0, is_all: true }));
        }
        let excess = Excess::of(head.status);
        match announced(|name| head.fields.values(name))? {
            // Any coding is forbidden in HTTP/1.0, where an intermediary may have forwarded the
            // field without understanding it (§6.1).
            Announced::Chunked if head.minor_version == 0 => {
                Err(ResponseError::BadTransferEncoding)
            }
            Announced::Chunked => {
                Ok(Self::Chunked(Chunked::new(Section::trailers(head, limits), excess)))
            }
            Announced::Length(length) => kept(length, excess, limits).map(Self::Length),
            // 8. Nothing is lost by trusting the end of an HTTP/1.1 connection as well as of an 1.0
            // one.
            Announced::Nothing => Ok(Self::UntilClose(excess)),
        }
    }

    /// The buffer for [`read`](Self::read) to fill.
    pub(super) fn new_body(&self, limits: &Limits) -> SecretBuffer {
        match self {
            Self::Length(kept) => {
                let mut body = SecretBuffer::with_limit(kept.bytes);
                body.reserve(kept.bytes);
                if !kept.is_all {
                    body.set_truncated();
                }
                body
            }
            Self::Chunked(_) | Self::UntilClose(_) => SecretBuffer::with_limit(limits.body_bytes),
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
            Self::Length(kept) => {
                body.take_from(input, kept.bytes);
                Ok(body.room() == 0)
            }
            Self::UntilClose(excess) => {
                body.take_from(input, usize::MAX);
                if input.is_empty() {
                    return Ok(false);
                }
                if *excess == Excess::Refused {
                    return Err(ResponseError::BodyTooLarge);
                }
                body.set_truncated();
                Ok(true)
            }
        }
    }

    /// Whether no byte of the body is awaited.
    pub(super) const fn is_empty(&self) -> bool {
        matches!(self, Self::Length(Kept { bytes: 0, .. }))
    }
}

/// How much of a body of this length is kept. Not a byte of it is awaited if it would be too large
/// to be of use.
fn kept(length: u64, excess: Excess, limits: &Limits) -> Result<Kept, ResponseError> {
    match usize::try_from(length) {
        Ok(bytes) if bytes <= limits.body_bytes => Ok(Kept { bytes, is_all: true }),
        _ if excess == Excess::Dropped => Ok(Kept { bytes: limits.body_bytes, is_all: false }),
        _ => Err(ResponseError::BodyTooLarge),
    }
}

/// What the fields say of the body's end.
enum Announced {
    Length(u64),
    Chunked,
    Nothing,
}

fn announced<'a, V: Iterator<Item = &'a [u8]>>(
    values: impl Fn(&'static str) -> V,
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
    // 5. and 6.
    content_length(values("content-length"))
        .map(Announced::Length)
        .ok_or(ResponseError::BadContentLength)
}

/// Checks the head of a response that another library has read, as far as it can still be told: its
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
    match announced(values)? {
        Announced::Length(length) => kept(length, Excess::of(status), limits).map(|_| ()),
        Announced::Chunked | Announced::Nothing => Ok(()),
    }
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
