//! A token request under way, in the hands of the thread or task that sends it.

use crate::shared::Shared;
use jeel_auth_core::{Response, SendFailure, TokenRequest, TransportKind};
use std::sync::Arc;
use std::time::Duration;

/// A token request that the cache waits for. It belongs to the cache, not to the caller who started
/// it.
///
/// If it is dropped without an outcome, because its thread panicked or its runtime shut down, it is
/// reported as abandoned, so that nobody waits for it.
pub(crate) struct FlightGuard {
    shared: Arc<Shared>,
    request: Option<TokenRequest>,
}

impl FlightGuard {
    pub(crate) fn new(shared: &Arc<Shared>, request: TokenRequest) -> Self {
        Self { shared: Arc::clone(shared), request: Some(request) }
    }

    /// How long its transport may take, at the time when it is really sent. `None` if it is not
    /// wanted any more: it was given up before its thread or task ran.
    pub(crate) fn begin(&mut self) -> Option<Duration> {
        let left = self.time_left();
        match (left, &mut self.request) {
            (Some(left), Some(request)) => request.shorten(left),
            _ => self.request = None,
        }
        left
    }

    pub(crate) fn request(&self) -> Option<&TokenRequest> {
        self.request.as_ref()
    }

    /// How long its transport may still take. `None` if what was sent of it must be dropped.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.shared.time_left(self.request.as_ref()?.flight())
    }

    /// Reports the outcome, wakes all who wait, and passes the flight that is to follow at once, if
    /// there is one, to `launch`.
    ///
    /// Tracing comes last: a slow subscriber delays neither the waiters nor the next request. Where
    /// callers wait, they trace what led to their answer.
    pub(crate) fn finish(
        mut self,
        outcome: Result<Response, SendFailure>,
        launch: impl FnOnce(Self),
    ) {
        let Some(request) = self.request.take() else { return };
        let id = request.flight();
        let next = self.shared.with_machine(|machine, now| {
            match &outcome {
                Ok(response) => machine.cache.handle_response(now, id, response),
                Err(failure) => machine.cache.handle_send_failed(now, id, failure),
            }
            self.shared.next_flight(machine, now)
        });
        let waiters = self.shared.wake_waiters();
        if let Some(next) = next {
            launch(next);
        }
        if waiters == 0 {
            self.shared.tell_events();
        }
    }
}

impl Drop for FlightGuard {
    fn drop(&mut self) {
        if let Some(request) = self.request.take() {
            let abandoned = SendFailure::new(TransportKind::Abandoned, "");
            self.shared.tell_all(|cache, now| {
                cache.handle_send_failed(now, request.flight(), &abandoned);
            });
        }
    }
}
