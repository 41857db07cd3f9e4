//! A caller on its way to an answer.

use crate::shared::{Flight, Shared, Step};
use crate::sync::{EventListener, Instant};
use crate::token::Token;
use jeel_auth_core::{Error, Ticket};
use std::sync::Arc;
use std::time::Duration;

/// A caller for whom there was no lease: what it asked for, and how long it will wait.
pub(crate) struct Caller {
    at_least: Duration,
    /// `None` is never.
    deadline: Option<Instant>,
    ticket: Option<Ticket>,
}

/// What a caller finds when it looks.
pub(crate) enum Look {
    Answer(Result<Token, Error>),
    /// Nothing yet: it looks again at the next outcome, or after this long.
    Wait(EventListener, Duration),
}

impl Caller {
    /// A caller for a token that is usable at least that long, who will wait so long.
    pub(crate) fn new(at_least: Duration, wait: Duration) -> Self {
        Self { at_least, deadline: Instant::now().checked_add(wait), ticket: None }
    }

    /// Looks once. A flight that this starts is the caller's to launch, whatever it found.
    pub(crate) fn look(&mut self, shared: &Arc<Shared>) -> (Look, Option<Flight>) {
        // A herd that a token has woken need not queue for the lock.
        if let Some(token) = shared.leased_for(self.at_least) {
            return (Look::Answer(Ok(token)), None);
        }
        let (step, flight) = shared.step(self.at_least, self.ticket.take());
        let look = match step {
            Step::Done(answer) => Look::Answer(answer),
            Step::Wait(waiting) => {
                self.ticket = Some(waiting.ticket);
                match self.time_left() {
                    Duration::ZERO => Look::Answer(Err(shared.give_up())),
                    left => Look::Wait(waiting.listener, left.min(waiting.look_again_in)),
                }
            }
        };
        (look, flight)
    }

    fn time_left(&self) -> Duration {
        self.deadline
            .map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()))
    }
}
