//! When two states count as one.

use super::world::World;
use crate::moment::Moment;
use crate::request::BodyEncoding;
use std::time::Duration;

impl World {
    /// Everything that can still matter, relative to now.
    pub(super) fn key(&self) -> String {
        let issued = self.issued.as_ref().map(|issued| issued.left(|moment| self.left(moment)));
        let ticket = self.ticket.map(|ticket| {
            let answered = self.cache.waiters.refusal_of(ticket).is_some();
            (answered, ticket.at_least, self.cache.counters.issued > ticket.issued)
        });
        let sent = self.flight.map(|_| self.left(self.sent.after(Duration::from_secs(300))));
        let ledger = self.ledger.key(self.time.now, |moment| self.left(moment));
        let foreign = self.foreign.is_some() && self.foreign == self.flight;
        let (flight, stale) = (self.flight.is_some(), self.stale.is_some());
        let machine = self.machine_key();
        format!("{machine} {flight} {stale} {foreign} {issued:?} {ticket:?} {sent:?} {ledger}")
    }

    pub(super) fn machine_key(&self) -> String {
        let cache = &self.cache;
        let now = cache.clock.now();
        let left = |moment: Moment| remaining(moment, now);
        let current = cache.tokens.current.as_ref().map(|current| current.key(left));
        let withdrawn = cache.tokens.withdrawn_token().map(|withdrawn| {
            let name = self.issued.as_ref().map(|issued| issued.name.as_str());
            (Some(withdrawn.token.expose_secret()) == name, withdrawn.key(left))
        });
        let flight = cache.flight.as_ref().map(|flight| {
            let left = flight.deadline.saturating_sub(now.monotonic());
            let multipart = flight.encoding == BodyEncoding::Multipart;
            (left, multipart, flight.superseded, flight.foreign, flight.uncounted)
        });
        let (rejections, pause) = (cache.tokens.rejections().min(3), cache.pause.map(left));
        let (budget, encoding) = (cache.budget.key(now.monotonic()), cache.encoding.key());
        let (failures, wanted) = (cache.failures.key(left), cache.waiters.request_wanted);
        format!(
            "{current:?} {withdrawn:?} {flight:?} {rejections} {pause:?} {budget:?} {encoding} \
             {failures} {wanted}"
        )
    }

    /// How long until a deadline, on each clock; what is over is over.
    fn left(&self, deadline: Moment) -> (Duration, Duration) {
        remaining(deadline, self.time.now)
    }
}

fn remaining(deadline: Moment, now: Moment) -> (Duration, Duration) {
    let monotonic = deadline.monotonic().saturating_sub(now.monotonic());
    (monotonic, deadline.wall().saturating_sub(now.wall()))
}
