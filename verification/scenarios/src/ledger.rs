//! The tokens that were handed out in a scenario.

use jeel_auth::Token;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Every token that a client handed out, in the order in which each was first seen.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<Vec<Seen>>);

struct Seen {
    token: Token,
    /// The time at which it was first seen plus its lifetime. By then it has expired at the server,
    /// because the server issued it before it was seen.
    over: Instant,
}

impl Ledger {
    /// Records a token that a caller got after asking at `asked`. Returns whether it is new; a new
    /// token lives for `lifetime`. Returns an error if it had expired before the caller asked.
    pub(crate) fn enter(
        &self,
        token: Token,
        asked: Instant,
        lifetime: Duration,
    ) -> Result<bool, String> {
        let mut seen = self.lock();
        let known = seen.iter().find(|seen| seen.token.expose_secret() == token.expose_secret());
        match known.map(|seen| asked.saturating_duration_since(seen.over)) {
            Some(Duration::ZERO) => Ok(false),
            Some(since) => Err(format!("a token was handed out {since:?} after its expiry")),
            None => {
                seen.push(Seen { token, over: Instant::now() + lifetime });
                Ok(true)
            }
        }
    }

    pub(crate) fn first(&self) -> Option<Token> {
        self.lock().first().map(|seen| seen.token.clone())
    }

    pub(crate) fn latest(&self) -> Option<Token> {
        self.lock().last().map(|seen| seen.token.clone())
    }

    /// Whether this text contains one of the tokens.
    pub(crate) fn is_quoted_in(&self, text: &str) -> bool {
        self.lock().iter().any(|seen| text.contains(seen.token.expose_secret()))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
