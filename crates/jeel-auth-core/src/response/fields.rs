//! The header fields of a response.

use crate::secret_buffer::SecretBuffer;
use std::fmt;
use std::ops::Range;

/// Field lines (RFC 9110 §5) in one wiped buffer: a hostile server may echo the secret in one.
#[derive(Default)]
pub(crate) struct Fields {
    bytes: SecretBuffer,
    /// Where the name and the value of each line are in `bytes`.
    lines: Vec<(Range<usize>, Range<usize>)>,
}

impl Fields {
    /// Field lines that were found in `bytes`.
    pub(crate) fn in_place(bytes: SecretBuffer, lines: Vec<(Range<usize>, Range<usize>)>) -> Self {
        Self { bytes, lines }
    }

    /// Copies field lines.
    pub(crate) fn copied<'a>(fields: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut copied = Self { bytes: SecretBuffer::with_limit(usize::MAX), lines: Vec::new() };
        for (name, value) in fields {
            let name = copied.push(name.as_bytes());
            let value = copied.push(value);
            copied.lines.push((name, value));
        }
        copied
    }

    /// How many lines there are.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// How many more bytes the limit allows.
    pub(crate) fn room(&self) -> usize {
        self.bytes.room()
    }

    /// The lines in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.lines.iter().map(|(name, value)| {
            (str::from_utf8(self.at(name)).unwrap_or_default(), self.at(value))
        })
    }

    /// The values of all lines of this name, in any case (RFC 9110 §5.1).
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.lines
            .iter()
            .filter(move |(found, _)| self.at(found).eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| self.at(value))
    }

    #[cfg(test)]
    pub(super) const fn buffer(&self) -> &SecretBuffer {
        &self.bytes
    }

    fn push(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.append(bytes);
        start..self.bytes.len()
    }

    fn at(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} fields]", self.lines.len())
    }
}
