//! A caller on its way to an answer.

use crate::ask::Ask;
use crate::flight::FlightGuard;
use crate::shared::{Shared, Step};
use crate::sync::{EventListener, Instant};
use crate::token::Token;
use crate::transport::OutsideRuntime;
use jeel_auth_core::{Error, Ticket};
use std::sync::Arc;
use std::time::Duration;

/// A caller for whom there was no lease: what it asks for, and until when it waits.
pub(crate) struct Caller {
    shared: Arc<Shared>,
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
    pub(crate) fn new(shared: &Arc<Shared>, ask: Ask) -> Self {
        let wait = ask.wait.unwrap_or(shared.caller_wait());
        Self {
            shared: Arc::clone(shared),
            at_least: ask.valid_for,
            deadline: Instant::now().checked_add(wait),
            ticket: None,
        }
    }

    /// Looks once. A flight that this starts goes to `launch`, if the caller can launch one.
    ///
    /// What has happened is traced after that, and before an answer is returned.
    pub(crate) fn look(
        &mut self,
        can_launch: Result<(), OutsideRuntime>,
        launch: impl FnOnce(FlightGuard),
    ) -> Look {
        let look = self.find(can_launch, launch);
        self.shared.tell_events();
        look
    }

    fn find(
        &mut self,
        can_launch: Result<(), OutsideRuntime>,
        launch: impl FnOnce(FlightGuard),
    ) -> Look {
        // A herd that a token has woken need not queue for the lock.
        if let Some(token) = self.shared.cached_for(self.at_least) {
            return Look::Answer(Ok(token));
        }
        let (step, flight) = self.shared.step(self.at_least, self.ticket.take(), can_launch);
        if let Some(flight) = flight {
            launch(flight);
        }
        match step {
            Step::Done(answer) => Look::Answer(answer),
            Step::Wait(waiter) => {
                self.ticket = Some(waiter.ticket);
                match self.time_left() {
                    Duration::ZERO => Look::Answer(Err(self.shared.give_up(waiter.ticket))),
                    left => Look::Wait(waiter.listener, left.min(waiter.look_again_in)),
                }
            }
        }
    }

    fn time_left(&self) -> Duration {
        self.deadline
            .map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()))
    }
}

impl Drop for Caller {
    /// A flight leaves the tracing to its waiting callers, and this one may leave before.
    fn drop(&mut self) {
        self.shared.tell_events();
    }
}
