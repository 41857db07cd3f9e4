//! One token server with a rate limit, and the API that accepts its tokens.

use crate::rng::Rng;
use crate::scenario::Scenario;
use std::collections::VecDeque;
use std::time::Duration;

/// The lifetime of a token.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

const SECOND: Duration = Duration::from_secs(1);
const QUICKEST: Duration = Duration::from_millis(100);
const SLOWEST: Duration = Duration::from_millis(300);

/// The result of a token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RequestResult {
    /// The token with this number.
    Issued { token: usize },
    /// Refused with 429.
    TooMany { retry_after: Duration },
    /// Connection refused.
    Down,
}

pub(crate) struct Server {
    scenario: Scenario,
    rng: Rng,
    /// The times of the requests admitted in the last second.
    admitted: VecDeque<Duration>,
    /// The time at which each token was issued.
    issued: Vec<Duration>,
}

impl Server {
    pub(crate) const fn new(scenario: Scenario, rng: Rng) -> Self {
        Self { scenario, rng, admitted: VecDeque::new(), issued: Vec::new() }
    }

    /// Handles a request. Returns the time that it takes and its result.
    pub(crate) fn handle(&mut self, now: Duration) -> (Duration, RequestResult) {
        let took = self.rng.between(QUICKEST, SLOWEST);
        (took, self.result(now))
    }

    fn result(&mut self, now: Duration) -> RequestResult {
        if self.scenario.is_down(now) {
            return RequestResult::Down;
        }
        self.admitted.retain(|at| *at + SECOND > now);
        if self.admitted.len() >= self.scenario.rate {
            return RequestResult::TooMany { retry_after: self.scenario.retry_after };
        }
        self.admitted.push_back(now);
        self.issued.push(now);
        RequestResult::Issued { token: self.issued.len() - 1 }
    }

    /// Whether the API accepts the token: it is signed with the current key and has not expired.
    pub(crate) fn accepts(&self, token: usize, now: Duration) -> bool {
        let signed = |at: &Duration| *at >= self.scenario.signed_since(now);
        self.issued.get(token).is_some_and(|at| signed(at) && now < *at + LIFETIME)
    }
}
