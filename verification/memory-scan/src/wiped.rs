//! Text of the test, which it wipes.

use crate::mark::Mark;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;
use zeroize::Zeroizing;

/// Bytes in an allocation that never moves and is wiped on drop, so that the search does not find
/// the test's own text.
pub(crate) struct Wiped(Zeroizing<Vec<u8>>);

/// The capacity, more than any text of this crate needs. Text that does not fit is dropped, and the
/// run fails.
const ROOM: usize = 8 * 1024;

impl Wiped {
    pub(crate) fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(ROOM)))
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        self.extend(text.bytes());
        self
    }

    pub(crate) fn number(self, number: usize) -> Self {
        self.text(&number.to_string())
    }

    pub(crate) fn mark(mut self, mark: &Mark) -> Self {
        self.extend(mark.bytes());
        self
    }

    /// The mark with escaped slashes, which JSON allows and PHP writes.
    pub(crate) fn slashes_escaped(mut self, mark: &Mark) -> Self {
        for byte in mark.bytes() {
            self.extend((byte == b'/').then_some(b'\\'));
            self.extend([byte]);
        }
        self
    }

    pub(crate) fn base64(mut self, other: &Self) -> Self {
        let start = self.0.len();
        self.0.resize(ROOM, 0);
        let end = self.0.get_mut(start..).unwrap_or_default();
        let length = URL_SAFE_NO_PAD.encode_slice(other.as_ref(), end).unwrap_or_default();
        self.0.truncate(start + length);
        self
    }

    fn extend(&mut self, bytes: impl IntoIterator<Item = u8>) {
        let room = ROOM - self.0.len();
        self.0.extend(bytes.into_iter().take(room));
    }
}

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Wiped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}
