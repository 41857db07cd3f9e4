//! The head: a status line and fields (RFC 9112 §4, §5), and the trailer section, which is fields.
//!
//! A [`Section`] finds the empty line as bytes arrive, looking at each byte once; only then
//! httparse reads the whole, once. httparse is more lenient than we are about three things, so the
//! section refuses them itself: an LF without CR, an empty line before the status line, and status
//! codes that are none. No other file uses httparse.

use httparse::Status;

use super::{Limits, ResponseError};
use crate::response::Fields;
use crate::secret_buffer::SecretBuffer;

/// A head or a trailer section: non-empty lines, then an empty one.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) bytes: SecretBuffer,
    start: &'static [u8],
    lines: usize,
    max_lines: usize,
    line: Line,
}

impl Section {
    pub(super) fn head(limits: &Limits) -> Self {
        // The status line is one more line.
        Self::new(limits.head_bytes, b"HTTP/1.", limits.fields.saturating_add(1))
    }

    /// The trailer section that follows `head` and shares its limits.
    pub(super) fn trailers(head: &Head, limits: &Limits) -> Self {
        Self::new(head.fields.room(), b"", limits.fields.saturating_sub(head.fields.len()))
    }

    fn new(max_bytes: usize, start: &'static [u8], max_lines: usize) -> Self {
        Self {
            bytes: SecretBuffer::with_limit(max_bytes),
            start,
            lines: 0,
            max_lines,
            line: Line::Start,
        }
    }

    /// Moves what belongs to the section from `input`, and says whether it is complete.
    ///
    /// Each fault is reported at the byte that makes it one, so no split matters.
    pub(super) fn read(&mut self, input: &mut &[u8]) -> Result<bool, ResponseError> {
        let fresh = input.get(..self.bytes.room()).unwrap_or(input);
        // At once, because what speaks another protocol may be waiting for us to speak next.
        let mut wanted = self.start.iter().skip(self.bytes.len()).zip(fresh);
        if wanted.any(|(wanted, byte)| wanted != byte) {
            return Err(ResponseError::NotHttp1);
        }
        let end = self.find_end(fresh)?;
        self.bytes.take_from(input, end.unwrap_or(fresh.len()));
        if end.is_none() && self.bytes.room() == 0 {
            return Err(ResponseError::HeadTooLarge);
        }
        Ok(end.is_some())
    }

    /// The length of what in `fresh` belongs to this section, if the section ends there.
    fn find_end(&mut self, fresh: &[u8]) -> Result<Option<usize>, ResponseError> {
        let mut at = 0;
        loop {
            if matches!(self.line, Line::Middle) {
                at += until_line_end(fresh.get(at..).unwrap_or_default());
            }
            let Some(&byte) = fresh.get(at) else { return Ok(None) };
            at += 1;
            self.line = match (self.line, byte) {
                (Line::Start, b'\r') => Line::EmptyCr,
                (Line::Middle, b'\r') => Line::Cr,
                (Line::EmptyCr, b'\n') => return Ok(Some(at)),
                (Line::Cr, b'\n') if self.lines == self.max_lines => {
                    return Err(ResponseError::TooManyFields);
                }
                (Line::Cr, b'\n') => {
                    self.lines += 1;
                    Line::Start
                }
                // RFC 9112 §2.2 allows a recipient to take a bare LF for a line end, and forbids
                // senders a bare CR. Readers that differ on either can be played off against each
                // other, so neither passes.
                (Line::Start | Line::Middle, b'\n') | (Line::Cr | Line::EmptyCr, _) => {
                    return Err(ResponseError::BadLineEnd);
                }
                (Line::Start | Line::Middle, _) => Line::Middle,
            };
        }
    }

    /// Reads a complete head, and leaves the section empty.
    pub(super) fn parse_head(&mut self) -> Result<Head, ResponseError> {
        let bytes = std::mem::take(&mut self.bytes);
        let (mut few, mut many);
        let headers = if self.lines <= FEW {
            few = [httparse::EMPTY_HEADER; FEW];
            &mut few[..]
        } else {
            many = vec![httparse::EMPTY_HEADER; self.lines];
            &mut many[..]
        };
        let mut parsed = httparse::Response::new(headers);
        match parsed.parse(&bytes) {
            Ok(Status::Complete(length)) if length == bytes.len() => {}
            Err(httparse::Error::Version) => return Err(ResponseError::NotHttp1),
            Err(httparse::Error::Status) => return Err(ResponseError::BadStatusLine),
            // All else is about fields. Nothing is partial, because the empty line is there.
            Ok(_) | Err(_) => return Err(ResponseError::BadField),
        }
        let status = parsed.code.filter(|code| (100..=599).contains(code));
        Ok(Head {
            status: status.ok_or(ResponseError::BadStatusCode)?,
            minor_version: parsed.version.unwrap_or(0),
            fields: {
                let lines = parsed.headers.iter().map(|header| {
                    (position(&bytes, header.name.as_bytes()), position(&bytes, header.value))
                });
                let lines = lines.collect();
                Fields::in_place(bytes, lines)
            },
        })
    }

    /// Checks the fields of a complete trailer section.
    pub(super) fn check_trailers(&self) -> Result<(), ResponseError> {
        let mut headers = vec![httparse::EMPTY_HEADER; self.lines];
        match httparse::parse_headers(&self.bytes, &mut headers) {
            Ok(Status::Complete((length, _))) if length == self.bytes.len() => Ok(()),
            Ok(_) | Err(_) => Err(ResponseError::BadField),
        }
    }
}

/// The head of a response.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) status: u16,
    /// 0 or 1.
    pub(super) minor_version: u8,
    pub(super) fields: Fields,
}

/// Where in a line the last byte was.
#[derive(Clone, Copy, Debug)]
enum Line {
    Start,
    Middle,
    Cr,
    /// The CR of an empty line.
    EmptyCr,
}

/// Up to this many lines are read without an allocation.
const FEW: usize = 32;

/// How many bytes come before a CR or LF.
fn until_line_end(bytes: &[u8]) -> usize {
    memchr::memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len())
}

/// The range of `part` in `whole`, of which it is a subslice.
fn position(whole: &[u8], part: &[u8]) -> std::ops::Range<usize> {
    let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
    start..start.wrapping_add(part.len())
}
