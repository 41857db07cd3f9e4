//! What a transport reports when no whole response came.

use crate::error::TransportKind;
use crate::secret_buffer::SecretBuffer;
use std::fmt;

/// No whole response came, and why.
///
/// ```
/// use jeel_auth_core::{SendFailure, TransportKind};
///
/// let failure = SendFailure::new(TransportKind::Connect, "connection refused").nothing_sent();
/// assert_eq!(failure.kind(), TransportKind::Connect);
/// assert!(failure.is_nothing_sent());
/// ```
#[derive(Clone)]
pub struct SendFailure {
    kind: TransportKind,
    /// Wiped, because a library may put what it was sent into its words.
    words: SecretBuffer,
    nothing_sent: bool,
}

/// In bytes; far more than an error shows.
const LONGEST_WORDS: usize = 1024;

impl SendFailure {
    /// A failure of this kind, with the cause in words for people. Of the text 200 printable ASCII
    /// characters are kept, and none if the client secret stands in it.
    pub fn new(kind: TransportKind, words: impl fmt::Display) -> Self {
        let mut buffer = SecretBuffer::with_capacity(LONGEST_WORDS);
        // An error here means that the text was cut at the buffer's end.
        let _ = fmt::write(&mut buffer, format_args!("{words}"));
        Self { kind, words: buffer, nothing_sent: false }
    }

    /// The same, with the proof that not one byte of the request was sent: the name did not resolve,
    /// the connection was refused, or TLS was. Such a request costs nothing of the budget.
    #[must_use]
    pub fn nothing_sent(self) -> Self {
        Self { nothing_sent: true, ..self }
    }

    /// What kind of failure it is.
    pub const fn kind(&self) -> TransportKind {
        self.kind
    }

    /// Whether the transport proves that nothing was sent.
    pub const fn is_nothing_sent(&self) -> bool {
        self.nothing_sent
    }

    /// As the transport put it: not yet searched for secrets.
    pub(crate) fn words(&self) -> &str {
        self.words.as_str()
    }
}

/// Only the kind: the words have not been searched for the secret yet.
impl fmt::Debug for SendFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendFailure").field("kind", &self.kind).finish_non_exhaustive()
    }
}
