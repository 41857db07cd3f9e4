//! What happened, for logs and metrics.

use crate::error::{Error, ResponseFacts};
use crate::request::{BodyEncoding, FlightId};
use crate::token::Generation;
use std::collections::VecDeque;
use std::time::Duration;

/// Something the cache did or met. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A token request was handed out to be sent.
    Requested {
        /// Which one.
        flight: FlightId,
        /// How its body is encoded.
        encoding: BodyEncoding,
    },
    /// A new token was issued.
    Issued {
        /// Which issue.
        generation: Generation,
        /// How long the server says it lives, from when it was asked for.
        lifetime: Duration,
        /// How long until it is renewed.
        renew_in: Duration,
    },
    /// The server answered with the token at hand once more.
    Reissued {
        /// Which token.
        generation: Generation,
    },
    /// A refusal may mean that the server does not read this encoding; the other is tried at once.
    TryingOtherEncoding {
        /// The refusal.
        refused: ResponseFacts,
    },
    /// A request failed.
    Failed {
        /// Why, and when it is tried again.
        error: Error,
        /// How long the token at hand is still handed out, so that no caller notices; `None` without
        /// a usable token.
        usable_for: Option<Duration>,
    },
    /// A resource server rejected the token at hand.
    Rejected {
        /// Which token.
        generation: Generation,
        /// After how long another one is asked for. Zero: at once. Otherwise the token stays in use
        /// until then.
        replace_in: Duration,
    },
    /// New credentials were given.
    CredentialsReplaced,
}

/// The events not yet polled, bounded: a driver that does not poll them loses the oldest, not memory.
#[derive(Clone, Debug)]
pub(super) struct Events(VecDeque<Event>);

const MOST: usize = 64;

/// As many as there are between two polls where all are polled.
const FEW: usize = 4;

impl Events {
    pub(super) fn none() -> Self {
        Self(VecDeque::with_capacity(FEW))
    }

    pub(super) fn push(&mut self, event: Event) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(event);
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        self.0.pop_front()
    }
}
