//! The tokens seen in a scenario.

use jeel_auth::Token;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Every token that a client handed out, in the order of their first sight.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<Vec<Seen>>);

struct Seen {
    token: Token,
    /// Its first sight and its lifetime after it. By then, at the latest, it is over at the server,
    /// who had issued it before anybody saw it.
    over: Instant,
}

impl Ledger {
    /// Enters a token that a caller, who asked at `asked`, has just been given. Whether it is new,
    /// in which case it lives for `lifetime`; an error if it was over before the caller even asked.
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

    /// Whether one of the tokens stands in this text.
    pub(crate) fn is_quoted_in(&self, text: &str) -> bool {
        self.lock().iter().any(|seen| text.contains(seen.token.expose_secret()))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
