//! What happens on the day.

use std::ops::Range;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// A fleet, a server and a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// How many caches, all started together.
    pub(crate) caches: usize,
    pub(crate) length: Duration,
    /// Most token requests the server takes in any second.
    pub(crate) rate: usize,
    /// What it tells the others.
    pub(crate) retry_after: Duration,
    /// When the server is down.
    pub(crate) outage: Option<Range<Duration>>,
    /// When the key that signs tokens is replaced, and all earlier tokens are refused.
    pub(crate) rotation: Option<Duration>,
    /// Whether calls are skipped that a lease answers, as the driver's readers do.
    pub(crate) leases: bool,
}

impl Scenario {
    /// A day on which nothing happens.
    pub(crate) const fn ordinary(caches: usize, hours: u32) -> Self {
        Self {
            name: "ordinary",
            caches,
            length: HOUR.saturating_mul(hours),
            rate: caches / 20,
            retry_after: Duration::from_secs(1),
            outage: None,
            rotation: None,
            leases: true,
        }
    }

    /// The server is down for a while.
    pub(crate) fn outage(caches: usize, hours: u32, outage: Range<Duration>) -> Self {
        let scenario = Self { name: "outage", ..Self::ordinary(caches, hours) };
        Self { outage: Some(outage), ..scenario }
    }

    /// In the middle of the day every token is refused at once.
    pub(crate) fn rotation(caches: usize, hours: u32) -> Self {
        let scenario = Self { name: "key rotation", ..Self::ordinary(caches, hours) };
        Self { rotation: Some(scenario.length / 2), ..scenario }
    }

    pub(crate) fn is_down(&self, now: Duration) -> bool {
        self.outage.as_ref().is_some_and(|outage| outage.contains(&now))
    }

    /// Since when the key is in use that the API goes by.
    pub(crate) fn signed_since(&self, now: Duration) -> Duration {
        self.rotation.filter(|at| *at <= now).unwrap_or_default()
    }

    /// Until when, from `now`, no token in use is refused for its key.
    pub(crate) fn keys_hold_until(&self, now: Duration) -> Duration {
        self.rotation.filter(|at| *at > now).unwrap_or(Duration::MAX)
    }

    /// When the trouble of the day begins, and when recovery can.
    pub(crate) fn trouble(&self) -> Option<Range<Duration>> {
        self.outage.clone().or(self.rotation.map(|at| at..at))
    }
}
