//! What must hold, judged with a separate clock and separate books.

use super::Input;
use crate::moment::Moment;
use crate::policy::Policy;
use std::time::Duration;

/// Time as the published rule has it: each clock advances by the non-negative difference from its
/// previous reading.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    reading: Moment,
    pub(super) now: Moment,
}

impl Time {
    pub(super) const fn starting_at(reading: Moment) -> Self {
        Self { reading, now: Moment::new(Duration::ZERO, Duration::ZERO) }
    }

    pub(super) fn read(&mut self, reading: Moment) -> Moment {
        let monotonic = reading.monotonic().saturating_sub(self.reading.monotonic());
        let wall = reading.wall().saturating_sub(self.reading.wall());
        self.now = Moment::new(self.now.monotonic() + monotonic, self.now.wall() + wall);
        self.reading = reading;
        self.now
    }
}

/// A token as the server issued it.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) name: String,
    /// The latest end that the machine may believe.
    pub(super) end: Moment,
    sent: Moment,
    received: Moment,
    pub(super) lifetime: Duration,
    /// Whether it came back before it was two seconds old.
    came_back_young: bool,
    /// Since when it was handed out although it had ended, and a little: handed out again then, it is
    /// as good as new.
    overstayed: Option<Moment>,
}

impl Issued {
    pub(super) fn new(name: String, sent: Moment, received: Moment, lifetime: Duration) -> Self {
        let end = sent.after(lifetime);
        Self { name, end, sent, received, lifetime, came_back_young: false, overstayed: None }
    }

    /// The server hands it out again, for a request of that time: it keeps its first end; on the wall
    /// clock, unless that was stepped.
    pub(super) fn hand_out_again(&mut self, sent: Moment, now: Moment) {
        let young = self.received.after(Duration::from_secs(2).min(self.lifetime / 2));
        if !self.came_back_young && !young.reached(sent) {
            self.came_back_young = true;
            return;
        }
        if sent.wall() >= self.end.wall() && sent.monotonic() < self.end.monotonic() {
            let left = self.end.monotonic() - sent.monotonic();
            self.end = Moment::new(self.end.monotonic(), sent.wall() + left);
        }
        let took = self.received.monotonic() - self.sent.monotonic();
        let dropped = self.end.after(took.min(Duration::from_secs(10)));
        if self.overstayed.is_some_and(|until| until.reached(now)) {
            *self = Self::new(self.name.clone(), sent, now, self.lifetime);
        } else if dropped.reached(now) && self.overstayed.is_none() {
            self.overstayed = Some(now.after(leeway(self.lifetime)));
        }
    }

    pub(super) fn left<T: std::fmt::Debug>(&self, left: impl Fn(Moment) -> T) -> String {
        let overstayed = self.overstayed.map(&left);
        let received = left(self.received.after(Duration::from_secs(30)));
        let young = self.came_back_young;
        format!("{:?} {received:?} {:?} {young} {overstayed:?}", left(self.end), self.lifetime)
    }
}

/// The time before its end in which a token is not handed out.
pub(super) fn leeway(lifetime: Duration) -> Duration {
    (lifetime / 20).min(Duration::from_secs(5))
}

/// A second bookkeeping of the request budget.
///
/// A bucket, and beside it what the token at hand may still claim: one permit from its renewal time
/// on, and one from its end on. The machine's bucket never holds more than both together.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    held: Duration,
    most: Duration,
    interval: Duration,
    at: Duration,
    last_token: Option<Duration>,
    /// When the token at hand may claim a permit, each once.
    claims: Vec<Moment>,
}

impl Ledger {
    pub(super) fn new(policy: &Policy) -> Self {
        let most = policy.interval * policy.burst.get();
        let interval = policy.interval;
        let (at, last_token) = (Duration::ZERO, None);
        Self { held: most, most, interval, at, last_token, claims: Vec::new() }
    }

    pub(super) fn grow(&mut self, now: Moment) {
        let grown = now.monotonic().saturating_sub(self.at);
        self.held = (self.held + grown).min(self.most);
        self.at = now.monotonic();
    }

    pub(super) fn credit(&mut self) {
        self.held = (self.held + self.interval).min(self.most);
    }

    /// A new token is at hand; at most one per interval is credited.
    pub(super) fn issued(&mut self, token: &Issued, now: Moment) {
        self.claim(now);
        self.claims.clear();
        let last = self.last_token;
        if last.is_none_or(|last| now.monotonic() - last >= self.interval) {
            self.last_token = Some(now.monotonic());
            let margin = (token.lifetime / 4).min(Duration::from_secs(30));
            let renewal = token.sent.after(token.lifetime - margin);
            self.claims = vec![renewal, token.end.before(leeway(token.lifetime))];
        }
    }

    pub(super) fn draw(&mut self, now: Moment, trace: &[Input]) {
        if self.held < self.interval {
            self.claim(now);
        }
        let rest = self.held.checked_sub(self.interval);
        self.held = rest.unwrap_or_else(|| panic!("{trace:?}: over the request budget"));
    }

    fn claim(&mut self, now: Moment) {
        let due = self.claims.iter().filter(|at| at.reached(now)).count();
        self.claims.retain(|at| !at.reached(now));
        for _ in 0..due {
            self.held += self.interval;
        }
    }

    pub(super) fn key<T: std::fmt::Debug>(
        &self,
        now: Moment,
        left: impl Fn(Moment) -> T,
    ) -> String {
        let next = |at: Duration| (at + self.interval).saturating_sub(now.monotonic());
        let claims: Vec<_> = self.claims.iter().map(|at| left(*at)).collect();
        format!("{:?} {:?} {claims:?}", self.held, self.last_token.map(next))
    }
}
