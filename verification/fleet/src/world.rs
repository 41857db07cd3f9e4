//! The fleet, its callers and the server, from one event to the next.

use crate::client::{Answer, Client};
use crate::dice::Dice;
use crate::figures::Figures;
use crate::queue::Queue;
use crate::scenario::Scenario;
use crate::server::{Outcome, Server};
use std::time::Duration;

/// How often callers of one client come: each client has its own period in this range.
const BUSIEST: Duration = Duration::from_secs(2);
const QUIETEST: Duration = Duration::from_secs(8);

/// How long a caller waits for a token.
const CALLER_WAIT: Duration = Duration::from_secs(30);

/// Lives the scenario from its start to its end, with every client under the rule `C`.
pub(crate) fn live<C: Client>(scenario: &Scenario, seed: u64) -> Figures {
    let mut world = World::<C>::new(scenario.clone(), seed);
    while let Some((now, (member, what))) = world.queue.next()
        && now < scenario.length
    {
        world.happens(member, what, now);
    }
    world.figures
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    /// A caller comes.
    Call,
    /// The outcome of a token request arrives.
    Outcome(Outcome),
    /// Those who wait look again.
    Wakeup,
}

struct World<C: Client> {
    scenario: Scenario,
    server: Server,
    members: Vec<Member<C>>,
    queue: Queue<(usize, Happening)>,
    figures: Figures,
}

/// One client and its callers.
struct Member<C: Client> {
    client: C,
    /// From one caller to the next.
    period: Duration,
    waiting: Vec<Waiting<C::Ticket>>,
    /// When the next wake-up is due.
    wakeup: Option<Duration>,
}

struct Waiting<Ticket> {
    since: Duration,
    ticket: Ticket,
}

impl<C: Client> World<C> {
    fn new(scenario: Scenario, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut queue = Queue::new();
        let members = (0..scenario.caches).map(|number| {
            let period = dice.between(BUSIEST, QUIETEST);
            queue.add(dice.between(Duration::ZERO, period), (number, Happening::Call));
            Member { client: C::new(dice.number()), period, waiting: Vec::new(), wakeup: None }
        });
        let members = members.collect();
        let figures = Figures::new(scenario.length);
        let server = Server::new(scenario.clone(), dice);
        Self { scenario, server, members, queue, figures }
    }

    fn happens(&mut self, number: usize, what: Happening, now: Duration) {
        match what {
            Happening::Call => self.call(number, now),
            Happening::Outcome(outcome) => {
                self.members[number].client.receive(outcome, now);
                self.wake(number, now);
            }
            Happening::Wakeup if self.members[number].wakeup != Some(now) => return,
            Happening::Wakeup => self.wake(number, now),
        }
        self.send(number, now);
        self.plan_wakeup(number, now);
    }

    /// A caller comes; and unless it waits, the next is the first that a lease does not answer.
    fn call(&mut self, number: usize, now: Duration) {
        let answer = self.members[number].client.acquire(now);
        let answer = self.use_token(number, answer, now);
        let member = &mut self.members[number];
        let mut skipped = 0;
        match answer {
            Answer::Token(_) if self.scenario.leases => {
                let end = member.client.lease_end(now).min(self.scenario.keys_hold_until(now));
                let end = end.min(self.scenario.length);
                skipped = calls_before(end - now, member.period);
            }
            Answer::Token(_) => {}
            Answer::Refused => {
                self.figures.waited.count(now);
                self.figures.refused.count(now);
            }
            Answer::Wait(ticket) => member.waiting.push(Waiting { since: now, ticket }),
        }
        self.figures.calls += 1 + u64::from(skipped);
        let next = now + member.period * (skipped + 1);
        self.queue.add(next, (number, Happening::Call));
    }

    /// Whoever gets a token calls the API with it, reports it if it is refused, and asks again.
    fn use_token(
        &mut self,
        number: usize,
        answer: Answer<C::Ticket>,
        now: Duration,
    ) -> Answer<C::Ticket> {
        match answer {
            Answer::Token(token) if !self.server.accepts(token, now) => {
                let client = &mut self.members[number].client;
                client.reject(now);
                client.acquire(now)
            }
            answer => answer,
        }
    }

    /// All who wait ask again; those whose time is up leave.
    fn wake(&mut self, number: usize, now: Duration) {
        for Waiting { since, ticket } in std::mem::take(&mut self.members[number].waiting) {
            let answer = self.members[number].client.resume(now, ticket);
            let answer = self.use_token(number, answer, now);
            let waited = now - since;
            let refused = match answer {
                Answer::Wait(ticket) if waited < CALLER_WAIT => {
                    self.members[number].waiting.push(Waiting { since, ticket });
                    continue;
                }
                Answer::Wait(_) | Answer::Refused => true,
                Answer::Token(_) => false,
            };
            self.figures.waited.count(now);
            self.figures.longest_wait = self.figures.longest_wait.max(waited);
            if refused {
                self.figures.refused.count(now);
            }
        }
    }

    fn send(&mut self, number: usize, now: Duration) {
        while self.members[number].client.sends(now) {
            let (took, outcome) = self.server.handle(now);
            self.figures.requests.count(now);
            if let Outcome::TooMany { .. } = outcome {
                self.figures.too_many.count(now);
            }
            self.queue.add(now + took, (number, Happening::Outcome(outcome)));
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
                self.queue.add(at, (number, Happening::Wakeup));
            }
        }
    }
}

/// How many calls come, one each `period` from now on, before `left` is over.
fn calls_before(left: Duration, period: Duration) -> u32 {
    let calls = left.saturating_sub(Duration::from_nanos(1)).as_nanos() / period.as_nanos();
    u32::try_from(calls).unwrap_or(u32::MAX)
}
