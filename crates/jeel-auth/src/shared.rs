//! The one cache that all share: a lock-free lease in front, one mutex around core behind it.

use crate::clock::{Clock, RoughDeadline};
use crate::lanes::Lanes;
use crate::lease::{Lease, Published};
use crate::observe;
use crate::sync::{Event, EventListener, Mutex, MutexGuard, PoisonError};
use crate::token::Token;
use crate::transport::Received;
use jeel_auth_core::{
    AccessToken, Acquire, Action, Cache, Error, Generation, Moment, Origin, SendFailure, Ticket,
    TokenRequest, TransportKind,
};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A cache and everybody who waits for it.
pub(crate) struct Shared {
    /// What readers look at first, and mostly only.
    published: Published,
    machine: Mutex<Machine>,
    /// Notified after every outcome, when the mutex is free again.
    outcome: Event,
    clock: Clock,
    caller_wait: Duration,
    api_origin: Option<Origin>,
}

struct Machine {
    cache: Cache,
    /// The token last handed out or published, its header value built.
    token: Option<Arc<Lanes>>,
    /// What readers see.
    published: Option<(Generation, Moment)>,
    /// Whether those who wait are to be woken when the lock is free.
    announce: bool,
}

/// A token request on its way. It belongs to the cache and not to the caller who started it.
///
/// Dropped without an outcome, because its thread panicked or its runtime shut down, it reports
/// itself as abandoned, so that nobody waits for it.
pub(crate) struct Flight {
    shared: Arc<Shared>,
    request: Option<TokenRequest>,
}

/// What a caller who came through the mutex gets.
pub(crate) enum Step {
    Done(Result<Token, Error>),
    Wait(Waiting),
}

/// A caller's place among those who wait.
pub(crate) struct Waiting {
    pub(crate) ticket: Ticket,
    pub(crate) listener: EventListener,
    /// After this long it should look again although nothing was reported.
    pub(crate) look_again_in: Duration,
}

/// A safety net: core names a time whenever it lets somebody wait.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

impl Shared {
    pub(crate) fn new(cache: Cache, api_origin: Option<Origin>) -> Arc<Self> {
        let caller_wait = cache.policy().caller_wait;
        let machine = Machine { cache, token: None, published: None, announce: false };
        Arc::new(Self {
            published: Published::nothing(),
            machine: Mutex::new(machine),
            outcome: Event::new(),
            clock: Clock::start(),
            caller_wait,
            api_origin,
        })
    }

    /// How long a caller waits who names no time of its own.
    pub(crate) const fn caller_wait(&self) -> Duration {
        self.caller_wait
    }

    pub(crate) const fn api_origin(&self) -> Option<&Origin> {
        self.api_origin.as_ref()
    }

    /// The fast path: one atomic load and one look at the clocks. No lock, no allocation, no future.
    #[inline]
    pub(crate) fn leased(&self) -> Option<Token> {
        self.published.token(self.clock)
    }

    /// As [`leased`](Self::leased), for a token usable at least that long.
    pub(crate) fn leased_for(&self, at_least: Duration) -> Option<Token> {
        self.published.token_for(at_least, self.clock)
    }

    /// A caller comes for a token usable at least that long, or comes back with its ticket. A flight
    /// that this starts is the caller's to launch.
    pub(crate) fn step(
        self: &Arc<Self>,
        at_least: Duration,
        ticket: Option<Ticket>,
    ) -> (Step, Option<Flight>) {
        self.with_machine(|machine, now| {
            let answer = match ticket {
                None => machine.cache.acquire(now, at_least),
                Some(ticket) => machine.cache.resume(now, ticket),
            };
            let flight = self.next_flight(machine, now);
            let step = match answer {
                Acquire::Ready(access) => Step::Done(Ok(machine.token(&access).mine())),
                Acquire::Refused(error) => Step::Done(Err(error)),
                Acquire::Wait(ticket) => Step::Wait(self.waiting(machine, ticket, now)),
            };
            (step, flight)
        })
    }

    /// The error for a caller whose time to wait ran out.
    pub(crate) fn give_up(&self) -> Error {
        self.tell(Cache::give_up)
    }

    /// Tells the cache something that answers nobody who waits.
    pub(crate) fn tell<R>(&self, f: impl FnOnce(&mut Cache, Moment) -> R) -> R {
        self.with_machine(|machine, now| f(&mut machine.cache, now))
    }

    /// Tells the cache something after which everybody who waits looks again.
    pub(crate) fn tell_all<R>(&self, f: impl FnOnce(&mut Cache, Moment) -> R) -> R {
        self.with_machine(|machine, now| {
            machine.announce = true;
            f(&mut machine.cache, now)
        })
    }

    /// Everything that is not the fast path goes through here: one input under the lock, the new
    /// lease published; then, the lock free again, those who wait are woken, and at last whoever
    /// traces is told, which may be slow.
    fn with_machine<R>(&self, f: impl FnOnce(&mut Machine, Moment) -> R) -> R {
        let mut machine = self.lock();
        let now = self.clock.now();
        let result = f(&mut machine, now);
        self.publish(&mut machine, now);
        let events = observe::drain(&mut machine.cache);
        let announce = std::mem::take(&mut machine.announce);
        drop(machine);
        if announce {
            self.outcome.notify(usize::MAX);
        }
        observe::trace(events);
        result
    }

    /// Listening begins under the lock that outcomes are reported under: none can fall between the
    /// look and the listening.
    fn waiting(&self, machine: &Machine, ticket: Ticket, now: Moment) -> Waiting {
        let wakeup = machine.cache.next_wakeup();
        let look_again_in = wakeup.map_or(LOOK_AGAIN, |wakeup| wakeup.remaining(now));
        Waiting { ticket, listener: self.outcome.listen(), look_again_in }
    }

    fn next_flight(self: &Arc<Self>, machine: &mut Machine, now: Moment) -> Option<Flight> {
        match machine.cache.poll_action(now)? {
            Action::Send(request) => {
                Some(Flight { shared: Arc::clone(self), request: Some(request) })
            }
            _ => None,
        }
    }

    /// Publishes what readers may take without asking, if it is not what they see already.
    fn publish(&self, machine: &mut Machine, now: Moment) {
        let lease = machine.cache.lease(now);
        let published = lease.as_ref().map(|lease| (lease.token.generation(), lease.until));
        if published == machine.published {
            return;
        }
        machine.published = published;
        self.published.store(lease.map(|lease| Lease {
            token: machine.token(&lease.token),
            until: RoughDeadline::new(lease.until),
            usable_until: lease.usable_until,
        }));
    }

    /// A panic elsewhere leaves core consistent: its methods finish or panic before they change it.
    fn lock(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Machine {
    /// The token as callers get it; its header values are built once.
    fn token(&mut self, access: &AccessToken) -> Arc<Lanes> {
        match &self.token {
            Some(token) if token.generation() == access.generation() => Arc::clone(token),
            _ => {
                let token = Arc::new(Lanes::new(access));
                self.token = Some(Arc::clone(&token));
                token
            }
        }
    }
}

impl Flight {
    pub(crate) fn request(&self) -> Option<&TokenRequest> {
        self.request.as_ref()
    }

    /// Reports how it ended, tells all who wait, and returns the flight that is to follow at once,
    /// if one is.
    pub(crate) fn finish(mut self, outcome: Result<impl Received, SendFailure>) -> Option<Self> {
        let id = self.request.take()?.flight();
        self.shared.with_machine(|machine, now| {
            machine.announce = true;
            match &outcome {
                Ok(received) => machine.cache.handle_response(now, id, &received.response()),
                Err(failure) => machine.cache.handle_send_failed(now, id, failure),
            }
            self.shared.next_flight(machine, now)
        })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(request) = self.request.take() {
            let gone = SendFailure::new(TransportKind::Abandoned, "");
            self.shared.tell_all(|cache, now| {
                cache.handle_send_failed(now, request.flight(), &gone);
            });
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}
