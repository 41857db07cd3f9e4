//! When asking again is of use.

use std::time::Duration;

/// When a caller that got an [`Error`](crate::Error) may usefully ask the cache again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// At once: the next call sends a request, or waits for the one under way.
    Now,
    /// After this time, counted from this answer. The cache sends no request before.
    After(Duration),
    /// Never: asking again for the same thing gets the same answer.
    Useless,
}

impl Retry {
    /// The time until then: zero for [`Now`](Self::Now), `None` for [`Useless`](Self::Useless).
    pub const fn delay(self) -> Option<Duration> {
        match self {
            Self::Now => Some(Duration::ZERO),
            Self::After(delay) => Some(delay),
            Self::Useless => None,
        }
    }

    /// After this time; at once if there is none.
    pub(crate) fn after(delay: Option<Duration>) -> Self {
        match delay {
            Some(delay) if !delay.is_zero() => Self::After(delay),
            _ => Self::Now,
        }
    }
}
