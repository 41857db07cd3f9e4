//! What a caller asks for.

use std::time::Duration;

/// What a caller of `token_with` wants: how long it waits, and how long the token must be good for.
///
/// ```
/// use jeel_auth::Ask;
/// use std::time::Duration;
///
/// let ask = Ask::new().within(Duration::from_secs(3)).valid_for(Duration::from_secs(600));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Ask {
    /// `None` is the policy's time for callers.
    pub(crate) wait: Option<Duration>,
    pub(crate) valid_for: Duration,
}

impl Ask {
    /// Any usable token, waited for as long as [`Policy::caller_wait`] says (30 s by default).
    ///
    /// [`Policy::caller_wait`]: jeel_auth_core::Policy::caller_wait
    pub const fn new() -> Self {
        Self { wait: None, valid_for: Duration::ZERO }
    }

    /// Waits no longer than `wait`. With zero, only a token at hand is an answer; a token request
    /// is started if one is due.
    pub const fn within(self, wait: Duration) -> Self {
        Self { wait: Some(wait), ..self }
    }

    /// The token must be usable for at least `valid_for` from now, such as for a caller about to start
    /// something long.
    ///
    /// If no token of this server lives that long, the answer is
    /// [`LifetimeTooShort`](jeel_auth_core::ErrorKind::LifetimeTooShort).
    pub const fn valid_for(self, valid_for: Duration) -> Self {
        Self { valid_for, ..self }
    }
}
