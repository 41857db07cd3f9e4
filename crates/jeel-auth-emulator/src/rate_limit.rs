//! The rate limit of the token endpoint.

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime};

use crate::{Response, RetryAfter};

/// A limit on the number of token requests in any window of a given length.
///
/// Jeel documents that there is a limit (D). The figures, the sliding window and the form of the
/// refusal are guesses (G). A refused request does not count against the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    requests: usize,
    window: Duration,
    status: u16,
    retry_after: RetryAfter,
}

impl RateLimit {
    /// Refuses requests that exceed `requests` in `window`, with 429 and `Retry-After` in seconds.
    pub fn new(requests: usize, window: Duration) -> Self {
        Self { requests, window, status: 429, retry_after: RetryAfter::Seconds }
    }

    /// Refuses with 503 instead of 429.
    #[must_use]
    pub fn unavailable(mut self) -> Self {
        self.status = 503;
        self
    }

    /// Sets the form in which a refusal states the wait.
    #[must_use]
    pub fn retry_after(mut self, form: RetryAfter) -> Self {
        self.retry_after = form;
        self
    }

    fn refusal(&self, wait: Duration, wall: SystemTime) -> Response {
        // Rounded up, because a request at the stated time must be admitted.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let response = Response::json(self.status, r#"{"error":"rate_limited"}"#);
        self.retry_after.add_to(response, seconds, wall)
    }
}

/// The admitted requests inside the window.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    admitted: VecDeque<Instant>,
}

impl Limiter {
    /// Counts a request. Returns the refusal if it exceeds the limit.
    pub(crate) fn admit(
        &mut self,
        limit: Option<RateLimit>,
        now: Instant,
        wall: SystemTime,
    ) -> Result<(), Response> {
        let Some(limit) = limit else { return Ok(()) };
        let age = |at: Instant| now.saturating_duration_since(at);
        while self.admitted.front().is_some_and(|&at| age(at) >= limit.window) {
            self.admitted.pop_front();
        }
        if self.admitted.len() < limit.requests {
            self.admitted.push_back(now);
            return Ok(());
        }
        let oldest_age = self.admitted.front().map_or(Duration::ZERO, |&at| age(at));
        Err(limit.refusal(limit.window.saturating_sub(oldest_age), wall))
    }

    /// Forgets the admitted requests, because the limit changes.
    pub(crate) fn clear(&mut self) {
        self.admitted.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit() -> RateLimit {
        RateLimit::new(2, Duration::from_secs(10))
    }

    #[test]
    fn the_window_slides_and_refusals_do_not_count() {
        let (start, mut limiter) = (Instant::now(), Limiter::default());
        let mut admits = |at: u64| {
            let now = start + Duration::from_secs(at);
            limiter.admit(Some(limit()), now, SystemTime::UNIX_EPOCH).is_ok()
        };
        assert_eq!(
            [0, 4, 5, 9, 10, 13, 14].map(&mut admits),
            [true, true, false, false, true, false, true]
        );
    }

    #[test]
    fn a_wait_is_rounded_up_in_seconds_and_as_a_date() {
        let wait = Duration::from_millis(2001);
        let refusal = limit().refusal(wait, SystemTime::UNIX_EPOCH);
        assert_eq!(refusal.field("retry-after"), Some("3"));
        let dated = limit().retry_after(RetryAfter::HttpDate).refusal(wait, SystemTime::UNIX_EPOCH);
        assert_eq!(dated.field("retry-after"), Some("Thu, 01 Jan 1970 00:00:04 GMT"));
    }
}
