//! One token server with a rate limit, and the API that takes its tokens.

use crate::dice::Dice;
use crate::scenario::Scenario;
use std::collections::VecDeque;
use std::time::Duration;

/// How long a token lives.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

const SECOND: Duration = Duration::from_secs(1);
const QUICKEST: Duration = Duration::from_millis(100);
const SLOWEST: Duration = Duration::from_millis(300);

/// What becomes of a token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// The token with this number.
    Issued { token: usize },
    /// 429.
    TooMany { retry_after: Duration },
    /// Nobody answers at that address.
    Down,
}

pub(crate) struct Server {
    scenario: Scenario,
    dice: Dice,
    /// When the requests of the last second were let in.
    admitted: VecDeque<Duration>,
    /// When each token was issued.
    issued: Vec<Duration>,
}

impl Server {
    pub(crate) const fn new(scenario: Scenario, dice: Dice) -> Self {
        Self { scenario, dice, admitted: VecDeque::new(), issued: Vec::new() }
    }

    /// A request comes in: what becomes of it, and after how long its sender learns of it.
    pub(crate) fn handle(&mut self, now: Duration) -> (Duration, Outcome) {
        let took = self.dice.between(QUICKEST, SLOWEST);
        (took, self.outcome(now))
    }

    fn outcome(&mut self, now: Duration) -> Outcome {
        if self.scenario.is_down(now) {
            return Outcome::Down;
        }
        self.admitted.retain(|at| *at + SECOND > now);
        if self.admitted.len() >= self.scenario.rate {
            return Outcome::TooMany { retry_after: self.scenario.retry_after };
        }
        self.admitted.push_back(now);
        self.issued.push(now);
        Outcome::Issued { token: self.issued.len() - 1 }
    }

    /// Whether the API takes the token: it is signed with the current key, and not over.
    pub(crate) fn accepts(&self, token: usize, now: Duration) -> bool {
        let signed = |at: &Duration| *at >= self.scenario.signed_since(now);
        self.issued.get(token).is_some_and(|at| signed(at) && now < *at + LIFETIME)
    }
}
