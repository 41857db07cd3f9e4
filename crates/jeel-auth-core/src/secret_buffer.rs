//! Memory that holds a secret.

use std::fmt;
use std::ops::Deref;
use zeroize::Zeroize;

/// Secret bytes or text: bounded, redacted in `Debug`, and wiped.
///
/// The memory is wiped when the buffer is dropped, and the old memory is wiped when the buffer has
/// to grow. A plain `Vec` frees its old memory as it is, with the secret in it.
///
/// A transport collects the body of a response in one, with the limit of its request:
///
/// ```
/// use jeel_auth_core::SecretBuffer;
///
/// let mut body = SecretBuffer::with_limit(8);
/// assert!(body.append(b"secret"));
/// assert!(!body.append(b", and more"), "the rest is dropped");
/// assert_eq!(&*body, b"secret, ");
/// assert!(body.is_truncated());
/// assert_eq!(format!("{body:?}"), "[redacted, 8 bytes]");
/// ```
#[derive(Clone, Default)]
pub struct SecretBuffer {
    bytes: Vec<u8>,
    limit: usize,
    truncated: bool,
}

impl SecretBuffer {
    /// An empty buffer for at most `limit` bytes. It allocates as it grows.
    pub const fn with_limit(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit, truncated: false }
    }

    /// An empty buffer for at most `limit` bytes, allocated at once: it never moves.
    pub(crate) fn with_capacity(limit: usize) -> Self {
        Self { bytes: Vec::with_capacity(limit), limit, truncated: false }
    }

    /// Appends `bytes`, and says whether all of them fitted below the limit. What does not fit is
    /// dropped, and [`is_truncated`](Self::is_truncated) is true from then on.
    pub fn append(&mut self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        self.take_from(&mut rest, usize::MAX);
        self.truncated |= !rest.is_empty();
        rest.is_empty()
    }

    /// Whether bytes were dropped because of the limit.
    pub const fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Notes that bytes were dropped.
    pub(crate) const fn set_truncated(&mut self) {
        self.truncated = true;
    }

    /// How many bytes there is room for below the limit.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.bytes.len())
    }

    /// Moves bytes from the front of `input` to the end of this buffer, `most` of them if `input`
    /// and the limit allow, and returns how many.
    pub(crate) fn take_from(&mut self, input: &mut &[u8], most: usize) -> usize {
        let count = input.len().min(most).min(self.room());
        self.reserve(count);
        let bytes = input.split_off(..count).unwrap_or_default();
        self.bytes.extend_from_slice(bytes);
        bytes.len()
    }

    /// Allocates for `more` bytes, or for as many as the limit allows.
    ///
    /// Doubling keeps the copying linear when bytes come one at a time.
    pub(crate) fn reserve(&mut self, more: usize) {
        let needed = self.bytes.len() + more.min(self.room());
        if needed > self.bytes.capacity() {
            let doubled = self.bytes.capacity().saturating_mul(2).min(self.limit);
            let mut grown = Vec::with_capacity(needed.max(doubled));
            grown.extend_from_slice(&self.bytes);
            self.wipe();
            self.bytes = grown;
        }
    }

    /// The bytes, to be overwritten in place.
    pub(crate) fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// The bytes as text; empty if they are not UTF-8.
    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.bytes).unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    fn wipe(&mut self) {
        // An empty `Vec` has no allocation; wiping its dangling pointer is slow on some CPUs.
        if self.bytes.capacity() > 0 {
            // As a slice: a vector would wipe its elements one by one.
            self.bytes.as_mut_slice().zeroize();
            self.bytes.spare_capacity_mut().zeroize();
        }
    }
}

impl Drop for SecretBuffer {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl Deref for SecretBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Takes over the vector's own memory; nothing is copied.
impl From<Vec<u8>> for SecretBuffer {
    fn from(bytes: Vec<u8>) -> Self {
        Self { limit: bytes.len(), bytes, truncated: false }
    }
}

/// Takes over the string's own memory; nothing is copied.
impl From<String> for SecretBuffer {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

/// Copies the bytes. The original is the caller's to wipe.
impl From<&[u8]> for SecretBuffer {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

/// Copies the bytes. The original is the caller's to wipe.
impl<const N: usize> From<&[u8; N]> for SecretBuffer {
    fn from(bytes: &[u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

/// Text is cut at the limit, between characters.
impl fmt::Write for SecretBuffer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut end = self.room().min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.truncated |= end < text.len();
        self.append(text.get(..end).unwrap_or_default().as_bytes());
        if self.truncated { Err(fmt::Error) } else { Ok(()) }
    }
}

impl fmt::Debug for SecretBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[redacted, {} bytes]", self.bytes.len())
    }
}

/// The spare capacity and the memory after a drop cannot be looked at from safe code. The memory
/// scan searches them.
#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn all_bytes_are_wiped_at_any_length() {
        for length in [0, 1, 7, 64, 1000] {
            let mut buffer = SecretBuffer::from(vec![b'x'; length]);
            buffer.wipe();
            assert_eq!(*buffer, vec![0; length]);
        }
    }

    #[test]
    fn bytes_over_the_limit_are_dropped_and_noted() {
        let mut buffer = SecretBuffer::with_limit(3);
        assert!(buffer.append(b"abc"));
        assert!(!buffer.is_truncated());
        assert!(!buffer.append(b"d"));
        assert!(buffer.is_truncated());
        assert_eq!(&*buffer, b"abc");
    }

    #[test]
    fn text_is_cut_between_characters() {
        let mut buffer = SecretBuffer::with_capacity(4);
        assert!(write!(buffer, "abc\u{e9}").is_err());
        assert_eq!(buffer.as_str(), "abc");
        assert!(write!(buffer, "d").is_err(), "nothing follows a cut");
    }

    #[test]
    fn it_is_never_shown() {
        assert_eq!(format!("{:?}", SecretBuffer::from("hush".to_owned())), "[redacted, 4 bytes]");
    }

    #[test]
    fn a_buffer_keeps_its_limit_and_never_grows_in_place() {
        let mut buffer = SecretBuffer::with_limit(10);
        let mut input = &b"hello world!"[..];
        assert_eq!(buffer.take_from(&mut input, 3), 3);
        assert_eq!((&buffer[..], buffer.room(), buffer.capacity()), (&b"hel"[..], 7, 3));
        assert_eq!(buffer.take_from(&mut input, 1), 1);
        assert_eq!((&buffer[..], buffer.capacity()), (&b"hell"[..], 6));
        assert_eq!(buffer.take_from(&mut input, usize::MAX), 6);
        assert_eq!((&buffer[..], input, buffer.capacity()), (&b"hello worl"[..], &b"d!"[..], 10));
        assert_eq!(buffer.take_from(&mut input, usize::MAX), 0);
        buffer.reserve(usize::MAX);
        assert_eq!((buffer.room(), buffer.capacity()), (0, 10));
    }

    #[test]
    fn a_buffer_with_room_for_all_is_not_moved() {
        let mut buffer = SecretBuffer::with_limit(100);
        buffer.reserve(5);
        buffer.take_from(&mut &b"hello"[..], 5);
        assert_eq!((buffer.len(), buffer.capacity()), (5, 5));
        assert_eq!(format!("{buffer:?}"), "[redacted, 5 bytes]");
    }
}
