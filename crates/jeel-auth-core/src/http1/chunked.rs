//! The chunked transfer coding: RFC 9112 §7.1.
//!
//! ```text
//! Size ─┬─→ Space ─→ Extension ─┬─→ SizeEnd ─┬─→ Data ─→ DataCr ─→ DataLf ─→ Size
//!       └───────────────────────┘            └─→ Trailers (after the chunk of size 0)
//! ```
//!
//! Our own decoder, because the one that comes with the head's parser takes an empty line, a lone
//! space or a `;` for a size, and a bare LF inside an extension.

use super::ResponseError;
use super::framing::Excess;
use super::head::Section;
use crate::secret_buffer::SecretBuffer;

#[derive(Debug)]
pub(super) struct Chunked {
    part: Part,
    /// How many bytes of the present line were read.
    line: usize,
    /// The chunk's size as far as it was read, then how much of the chunk was not.
    left: usize,
    excess: Excess,
    /// Whether the present chunk has more bytes than the body has room for.
    is_cut: bool,
    pub(super) trailers: Section,
}

impl Chunked {
    pub(super) fn new(trailers: Section, excess: Excess) -> Self {
        Self { part: Part::Size, line: 0, left: 0, excess, is_cut: false, trailers }
    }

    /// Moves chunk data from `input` to `body`, and says whether that was all of it, or all that is
    /// kept.
    pub(super) fn read(
        &mut self,
        input: &mut &[u8],
        body: &mut SecretBuffer,
    ) -> Result<bool, ResponseError> {
        while let Some(&byte) = input.first() {
            match self.part {
                Part::Data => {
                    self.left -= body.take_from(input, self.left);
                    if self.left == 0 {
                        if self.is_cut {
                            body.set_truncated();
                            return Ok(true);
                        }
                        self.part = Part::DataCr;
                    }
                }
                Part::Trailers => {
                    if self.trailers.read(input)? {
                        // RFC 9112 §7.1.2: a recipient may discard them. They are held to the rules
                        // for fields all the same, lest something else passes for them.
                        self.trailers.check_trailers()?;
                        return Ok(true);
                    }
                }
                _ => {
                    input.split_off_first();
                    self.part = self.after(byte, body.room())?;
                    if self.part == Part::Data {
                        body.reserve(self.left);
                        if self.left == 0 {
                            body.set_truncated();
                            return Ok(true);
                        }
                    }
                }
            }
        }
        Ok(false)
    }

    /// What follows `byte`, which is part of a line and not data.
    fn after(&mut self, byte: u8, room: usize) -> Result<Part, ResponseError> {
        let has_size = self.line > 0;
        self.line += 1;
        if self.line > MAX_LINE {
            return Err(ResponseError::BadChunk);
        }
        Ok(match (self.part, byte) {
            (Part::Size, b'0'..=b'9') => self.digit(byte - b'0', room)?,
            (Part::Size, b'a'..=b'f') => self.digit(byte - b'a' + 10, room)?,
            (Part::Size, b'A'..=b'F') => self.digit(byte - b'A' + 10, room)?,
            // RFC 9112 §7.1.1 has "bad whitespace" before the semicolon, and RFC 9110 §5.6.3 says
            // that it must be parsed. Nothing allows it at the end of the line.
            (Part::Size | Part::Space, b' ' | b'\t') if has_size => Part::Space,
            (Part::Size | Part::Space, b';') if has_size => Part::Extension,
            // RFC 9112 §7.1.1: unknown extensions must be ignored, and we know none.
            (Part::Extension, b'\t' | b' '..=b'~' | 0x80..) => Part::Extension,
            (Part::Size, b'\r') if has_size => Part::SizeEnd,
            (Part::Extension, b'\r') => Part::SizeEnd,
            (Part::SizeEnd, b'\n') => {
                self.line = 0;
                if self.left == 0 && !self.is_cut { Part::Trailers } else { Part::Data }
            }
            (Part::DataCr, b'\r') => Part::DataLf,
            (Part::DataLf, b'\n') => {
                self.line = 0;
                Part::Size
            }
            _ => return Err(ResponseError::BadChunk),
        })
    }

    /// Appends a digit to the size, which is refused or cut as soon as it is over the limit; so it
    /// cannot overflow (RFC 9112 §7.1: "MUST anticipate potentially large hexadecimal numerals").
    fn digit(&mut self, digit: u8, room: usize) -> Result<Part, ResponseError> {
        let size = self
            .left
            .checked_mul(16)
            .and_then(|size| size.checked_add(usize::from(digit)))
            .filter(|size| *size <= room && !self.is_cut);
        self.left = match (size, self.excess) {
            (Some(size), _) => size,
            (None, Excess::Refused) => return Err(ResponseError::BodyTooLarge),
            (None, Excess::Dropped) => {
                self.is_cut = true;
                room
            }
        };
        Ok(Part::Size)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Size,
    Space,
    Extension,
    SizeEnd,
    Data,
    DataCr,
    DataLf,
    Trailers,
}

/// The longest chunk line, with its CR LF. RFC 9112 §7.1.1 asks servers to limit chunk extensions, and
/// a client has the same reason. It bounds zeros before the size as well.
const MAX_LINE: usize = 4096;
