//! The scenarios: an ordinary day, an outage, a key rotation.

use std::ops::Range;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// A fleet, a server and a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// The number of caches. All start together.
    pub(crate) caches: usize,
    pub(crate) length: Duration,
    /// The number of token requests that the server accepts in any second.
    pub(crate) rate: usize,
    /// The `Retry-After` of a refused request.
    pub(crate) retry_after: Duration,
    /// The time during which the server is down.
    pub(crate) outage: Option<Range<Duration>>,
    /// The time at which the signing key is replaced. The API rejects all earlier tokens from then
    /// on.
    pub(crate) rotation: Option<Duration>,
    /// Whether a lease answers calls without the cache, as it does for readers of the driver.
    pub(crate) leases: bool,
}

impl Scenario {
    /// A day without faults.
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

    /// A day on which the server is down for some time.
    pub(crate) fn outage(caches: usize, hours: u32, outage: Range<Duration>) -> Self {
        let scenario = Self { name: "outage", ..Self::ordinary(caches, hours) };
        Self { outage: Some(outage), ..scenario }
    }

    /// A day in whose middle the API rejects every token.
    pub(crate) fn rotation(caches: usize, hours: u32) -> Self {
        let scenario = Self { name: "key rotation", ..Self::ordinary(caches, hours) };
        Self { rotation: Some(scenario.length / 2), ..scenario }
    }

    pub(crate) fn is_down(&self, now: Duration) -> bool {
        self.outage.as_ref().is_some_and(|outage| outage.contains(&now))
    }

    /// The time since which the API uses its current key.
    pub(crate) fn signed_since(&self, now: Duration) -> Duration {
        self.rotation.filter(|at| *at <= now).unwrap_or_default()
    }

    /// The time until which the API keeps its current key.
    pub(crate) fn keys_valid_until(&self, now: Duration) -> Duration {
        self.rotation.filter(|at| *at > now).unwrap_or(Duration::MAX)
    }

    /// The time of the day's fault. Recovery starts at its end.
    pub(crate) fn trouble(&self) -> Option<Range<Duration>> {
        self.outage.clone().or(self.rotation.map(|at| at..at))
    }
}
