//! The one cache that all clones of a source share: the cached read in front, a mutex around core
//! behind it.

use crate::cached_read::{CachedRead, Clock, Copies, PublishedLease, RoughDeadline, slack};
use crate::flight::FlightGuard;
use crate::observe::Events;
use crate::sync::{Event, EventListener, Mutex, MutexGuard, PoisonError};
use crate::token::Token;
use crate::transport::OutsideRuntime;
use crate::twins::Place;
use jeel_auth_core::{
    AccessToken, Acquire, Action, Cache, Error, FlightId, Generation, Moment, Origin, Ticket,
};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A cache and everybody who waits for it.
pub(crate) struct Shared {
    /// What readers look at first, and mostly only.
    cached_read: CachedRead,
    clock: Clock,
    machine: Mutex<Machine>,
    /// Notified after every outcome, when the mutex is free again.
    outcome: Event,
    events: Events,
    caller_wait: Duration,
    api_origin: Option<Origin>,
    /// Held for as long as the source lives.
    _place: Option<Place>,
}

pub(crate) struct Machine {
    pub(crate) cache: Cache,
    /// The token last handed out or published, its header value built.
    token: Option<Arc<Copies>>,
    /// What readers see.
    published: Option<(Generation, Moment)>,
    /// Whether this is a fixed source, whose published token never changes.
    fixed: bool,
}

/// What a caller who came through the mutex gets.
pub(crate) enum Step {
    Done(Result<Token, Error>),
    Wait(Waiter),
}

/// A waiting caller's place.
pub(crate) struct Waiter {
    pub(crate) ticket: Ticket,
    pub(crate) listener: EventListener,
    /// After this long it should look again although nothing was reported.
    pub(crate) look_again_in: Duration,
}

/// A safety net: core names a time whenever it lets a caller wait.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

impl Shared {
    pub(crate) fn new(cache: Cache, api_origin: Option<Origin>, place: Option<Place>) -> Arc<Self> {
        let caller_wait = cache.policy().caller_wait;
        let machine = Machine { cache, token: None, published: None, fixed: false };
        Arc::new(Self {
            cached_read: CachedRead::empty(),
            clock: Clock::start(),
            machine: Mutex::new(machine),
            outcome: Event::new(),
            events: Events::none(),
            caller_wait,
            api_origin,
            _place: place,
        })
    }

    /// Publishes the token that `cache` holds now, for good.
    pub(crate) fn fixed(cache: impl FnOnce(Moment) -> Cache) -> Arc<Self> {
        let shared = Self::new(cache(Clock::start().now()), None, None);
        let mut machine = shared.lock();
        if let Some(lease) = machine.cache.lease(shared.clock.now()) {
            let never = Moment::new(Duration::MAX, Duration::MAX);
            let token = machine.token(&lease.token);
            let until = RoughDeadline::new(never);
            shared.cached_read.publish(Some(PublishedLease { token, until, usable_until: never }));
        }
        machine.fixed = true;
        drop(machine);
        shared
    }

    /// How long a caller waits who names no time.
    pub(crate) const fn caller_wait(&self) -> Duration {
        self.caller_wait
    }

    pub(crate) const fn api_origin(&self) -> Option<&Origin> {
        self.api_origin.as_ref()
    }

    /// The fast path: one atomic load and one look at the clocks. No lock, no allocation, no future.
    #[inline]
    pub(crate) fn cached(&self) -> Option<Token> {
        self.cached_read.token(self.clock)
    }

    /// As [`cached`](Self::cached), if the token is usable for `at_least` or longer.
    pub(crate) fn cached_for(&self, at_least: Duration) -> Option<Token> {
        self.cached_read.token_for(at_least, self.clock)
    }

    /// A caller comes for a token usable for at least `at_least`, or comes back with its ticket. A
    /// flight that this starts is the caller's to launch. Where the caller can launch none, it may
    /// have a token, but waits for none.
    pub(crate) fn step(
        self: &Arc<Self>,
        at_least: Duration,
        ticket: Option<Ticket>,
        can_launch: Result<(), OutsideRuntime>,
    ) -> (Step, Option<FlightGuard>) {
        self.with_machine(|machine, now| {
            let answer = match ticket {
                None => machine.cache.acquire(now, at_least),
                Some(ticket) => machine.cache.resume(now, ticket),
            };
            let flight = can_launch.is_ok().then(|| self.next_flight(machine, now)).flatten();
            let step = match (answer, can_launch) {
                (Acquire::Ready(access), _) => Step::Done(Ok(machine.token(&access).mine())),
                (Acquire::Refused(error), _) => Step::Done(Err(error)),
                (Acquire::Wait(_), Err(outside)) => Step::Done(Err(outside.into())),
                (Acquire::Wait(ticket), Ok(())) => Step::Wait(self.waiter(machine, ticket, now)),
            };
            (step, flight)
        })
    }

    /// The error for a caller whose time to wait ran out.
    pub(crate) fn give_up(&self, ticket: Ticket) -> Error {
        self.with_machine(|machine, now| machine.cache.give_up(now, ticket))
    }

    /// How long the transport may still take for this flight; `None` if it must not be sent (any
    /// more).
    pub(crate) fn time_left(&self, flight: FlightId) -> Option<Duration> {
        self.with_machine(|machine, now| machine.cache.time_left(now, flight))
    }

    /// Passes the cache something that answers no waiting caller, and traces the result.
    pub(crate) fn tell<R>(&self, f: impl FnOnce(&mut Cache, Moment) -> R) -> R {
        let result = self.with_machine(|machine, now| f(&mut machine.cache, now));
        self.tell_events();
        result
    }

    /// As [`tell`](Self::tell), after which every waiting caller looks again.
    pub(crate) fn tell_all<R>(&self, f: impl FnOnce(&mut Cache, Moment) -> R) -> R {
        let result = self.with_machine(|machine, now| f(&mut machine.cache, now));
        if self.wake_waiters() == 0 {
            self.tell_events();
        }
        result
    }

    /// Everything that is not the fast path goes through here: one input under the lock, and the new
    /// lease published.
    pub(crate) fn with_machine<R>(&self, f: impl FnOnce(&mut Machine, Moment) -> R) -> R {
        let mut machine = self.lock();
        let now = self.clock.now();
        machine.cache.handle_timeout(now);
        let result = f(&mut machine, now);
        self.publish(&mut machine, now);
        self.events.collect(&mut machine.cache);
        result
    }

    /// Wakes every waiting caller, and returns how many there are.
    pub(crate) fn wake_waiters(&self) -> usize {
        self.outcome.notify(usize::MAX)
    }

    /// Traces what has happened, which may be slow: call it last, without the lock.
    pub(crate) fn tell_events(&self) {
        self.events.tell();
    }

    pub(crate) fn next_flight(
        self: &Arc<Self>,
        machine: &mut Machine,
        now: Moment,
    ) -> Option<FlightGuard> {
        let Action::Send(request) = machine.cache.poll_action(now)?;
        Some(FlightGuard::new(self, request))
    }

    /// Listening begins under the lock that outcomes are reported under, so that none falls between
    /// the look and the listening.
    fn waiter(&self, machine: &Machine, ticket: Ticket, now: Moment) -> Waiter {
        let wakeup = machine.cache.next_wakeup();
        let look_again_in = wakeup.map_or(LOOK_AGAIN, |wakeup| wakeup.remaining(now));
        Waiter { ticket, listener: self.outcome.listen(), look_again_in }
    }

    /// Publishes what readers may take without asking, unless they see it already.
    fn publish(&self, machine: &mut Machine, now: Moment) {
        if machine.fixed {
            return;
        }
        // A token whose leeway does not cover the lag of coarse clocks is read with the precise ones,
        // behind the lock.
        let lease = machine.cache.lease(now).filter(|lease| lease.leeway >= slack());
        let published = lease.as_ref().map(|lease| (lease.token.generation(), lease.until));
        if published == machine.published {
            return;
        }
        machine.published = published;
        self.cached_read.publish(lease.map(|lease| PublishedLease {
            token: machine.token(&lease.token),
            until: RoughDeadline::new(lease.until),
            usable_until: lease.usable_until,
        }));
    }

    /// A panic elsewhere leaves core consistent: its methods finish, or panic before they change it.
    fn lock(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Machine {
    /// The token as callers get it. Its header values are built once.
    fn token(&mut self, access: &AccessToken) -> Arc<Copies> {
        match &self.token {
            Some(token) if token.generation() == access.generation() => Arc::clone(token),
            _ => {
                let token = Arc::new(Copies::new(access));
                self.token = Some(Arc::clone(&token));
                token
            }
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jeel_auth_core::{Credentials, Endpoint, LoopbackHttp, State};

    #[test]
    fn a_panic_under_the_lock_leaves_the_cache_in_use() {
        let endpoint = Endpoint::parse("https://auth.example", LoopbackHttp::Refused).unwrap();
        let credentials = Credentials::new("school-42", "a secret of no use").unwrap();
        let shared = Shared::new(Cache::new(endpoint, credentials, 1), None, None);
        let panicked = std::thread::scope(|scope| {
            let holder = scope.spawn(|| {
                let _machine = shared.lock();
                panic!("under the lock");
            });
            holder.join()
        });
        assert!(panicked.is_err());
        let status = shared.tell(|cache, now| cache.status(now));
        assert_eq!(status.state, State::NoToken);
    }
}
