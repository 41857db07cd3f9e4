//! Simulates the fleet, its callers and the server, event by event.

use crate::client::{Acquired, Client};
use crate::figures::Figures;
use crate::queue::Queue;
use crate::rng::Rng;
use crate::scenario::Scenario;
use crate::server::{RequestResult, Server};
use std::time::Duration;

/// The range of the period between two callers of a client. Each client has one period.
const BUSIEST: Duration = Duration::from_secs(2);
const QUIETEST: Duration = Duration::from_secs(8);

/// How long a caller waits for a token.
const CALLER_WAIT: Duration = Duration::from_secs(30);

/// Simulates the scenario with clients of type `C`.
pub(crate) fn simulate<C: Client>(scenario: &Scenario, seed: u64) -> Figures {
    let mut simulation = Simulation::<C>::new(scenario.clone(), seed);
    while let Some((now, (member, what))) = simulation.queue.next()
        && now < scenario.length
    {
        simulation.handle(member, what, now);
    }
    simulation.figures
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A caller arrives.
    Call,
    /// The result of a token request arrives.
    RequestResult(RequestResult),
    /// The waiting callers resume.
    Wakeup,
}

struct Simulation<C: Client> {
    scenario: Scenario,
    server: Server,
    members: Vec<Member<C>>,
    queue: Queue<(usize, Event)>,
    figures: Figures,
}

/// One client and its callers.
struct Member<C: Client> {
    client: C,
    /// The time between two callers.
    period: Duration,
    waiting: Vec<Waiting<C::Ticket>>,
    /// The time of the next wake-up.
    wakeup: Option<Duration>,
}

struct Waiting<Ticket> {
    since: Duration,
    ticket: Ticket,
}

impl<C: Client> Simulation<C> {
    fn new(scenario: Scenario, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let mut queue = Queue::new();
        let members = (0..scenario.caches).map(|number| {
            let period = rng.between(BUSIEST, QUIETEST);
            queue.add(rng.between(Duration::ZERO, period), (number, Event::Call));
            Member { client: C::new(rng.number()), period, waiting: Vec::new(), wakeup: None }
        });
        let members = members.collect();
        let figures = Figures::new(scenario.length);
        let server = Server::new(scenario.clone(), rng);
        Self { scenario, server, members, queue, figures }
    }

    fn handle(&mut self, number: usize, what: Event, now: Duration) {
        match what {
            Event::Call => self.call(number, now),
            Event::RequestResult(result) => {
                self.members[number].client.receive(result, now);
                self.wake(number, now);
            }
            Event::Wakeup if self.members[number].wakeup != Some(now) => return,
            Event::Wakeup => self.wake(number, now),
        }
        self.send(number, now);
        self.plan_wakeup(number, now);
    }

    /// Handles a new caller. If a lease answers the following callers, the next event is the first
    /// caller after the lease.
    fn call(&mut self, number: usize, now: Duration) {
        let acquired = self.members[number].client.acquire(now);
        let acquired = self.use_token(number, acquired, now);
        let member = &mut self.members[number];
        let mut skipped = 0;
        match acquired {
            Acquired::Token(_) if self.scenario.leases => {
                let end = member.client.lease_end(now).min(self.scenario.keys_valid_until(now));
                let end = end.min(self.scenario.length);
                skipped = calls_before(end - now, member.period);
            }
            Acquired::Token(_) => {}
            Acquired::Refused => {
                self.figures.waited.count(now);
                self.figures.refused.count(now);
            }
            Acquired::Wait(ticket) => member.waiting.push(Waiting { since: now, ticket }),
        }
        self.figures.calls += 1 + u64::from(skipped);
        let next = now + member.period * (skipped + 1);
        self.queue.add(next, (number, Event::Call));
    }

    /// Calls the API with the token. If the API rejects it, reports that and acquires again. A second
    /// rejected token is a refusal, because the caller gets the API's 401.
    fn use_token(
        &mut self,
        number: usize,
        acquired: Acquired<C::Ticket>,
        now: Duration,
    ) -> Acquired<C::Ticket> {
        match acquired {
            Acquired::Token(token) if !self.server.accepts(token, now) => {
                let client = &mut self.members[number].client;
                client.reject(now);
                match client.acquire(now) {
                    Acquired::Token(token) if !self.server.accepts(token, now) => Acquired::Refused,
                    acquired => acquired,
                }
            }
            acquired => acquired,
        }
    }

    /// Resumes all waiting callers, and removes those whose time is over.
    fn wake(&mut self, number: usize, now: Duration) {
        for Waiting { since, ticket } in std::mem::take(&mut self.members[number].waiting) {
            let acquired = self.members[number].client.resume(now, ticket);
            let acquired = self.use_token(number, acquired, now);
            let waited = now - since;
            let refused = match acquired {
                Acquired::Wait(ticket) if waited < CALLER_WAIT => {
                    self.members[number].waiting.push(Waiting { since, ticket });
                    continue;
                }
                Acquired::Wait(_) | Acquired::Refused => true,
                Acquired::Token(_) => false,
            };
            self.figures.waited.count(now);
            self.figures.longest_wait = self.figures.longest_wait.max(waited);
            if refused {
                self.figures.refused.count(now);
            }
        }
    }

    fn send(&mut self, number: usize, now: Duration) {
        while self.members[number].client.poll_send(now) {
            let (took, result) = self.server.handle(now);
            self.figures.requests.count(now);
            if let RequestResult::TooMany { .. } = result {
                self.figures.too_many.count(now);
            }
            self.queue.add(now + took, (number, Event::RequestResult(result)));
        }
    }

    fn plan_wakeup(&mut self, number: usize, now: Duration) {
        let member = &mut self.members[number];
        let leaves = member.waiting.first().map(|waiting| waiting.since + CALLER_WAIT);
        let wakeup = member.client.wakeup(leaves.is_some(), now);
        let wakeup = [leaves, wakeup].into_iter().flatten().min();
        if wakeup != member.wakeup {
            member.wakeup = wakeup;
            if let Some(at) = wakeup {
                self.queue.add(at, (number, Event::Wakeup));
            }
        }
    }
}

/// The number of calls, one per `period`, in a duration of `left`.
fn calls_before(left: Duration, period: Duration) -> u32 {
    let calls = left.saturating_sub(Duration::from_nanos(1)).as_nanos() / period.as_nanos();
    u32::try_from(calls).unwrap_or(u32::MAX)
}
