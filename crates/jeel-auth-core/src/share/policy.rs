//! The numbers of sharing.

use std::time::Duration;

/// Every number by which members share a record, each with its default and its reason.
///
/// | what | default |
/// |---|---|
/// | lease | [`TransportPolicy::request_timeout`](crate::TransportPolicy::request_timeout) + `lease_margin` |
/// | `lease_margin` | 5 s |
/// | `call_timeout` | 2 s |
/// | `patience` | 3 s |
/// | `poll_floor`, `poll_ceiling` | 25 ms, 500 ms |
/// | `elsewhere_ceiling` | 30 s |
/// | `keep` | 1 h |
/// | `wall_allowance` | 5 min |
/// | `epoch_allowance` | 60 s |
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StorePolicy {
    /// How much longer than a token request its lease is: two store calls before the request fit
    /// in it. Default 5 s.
    pub lease_margin: Duration,
    /// The time that one store call may take. Default 2 s.
    pub call_timeout: Duration,
    /// How long a member without a usable token waits for a store that fails, before it asks the
    /// authorization server without clearance. It should exceed `call_timeout`: otherwise one stall
    /// of the store sends the whole fleet. Default 3 s.
    pub patience: Duration,
    /// The first pause before a member without a usable token looks again; it doubles. Default 25 ms.
    pub poll_floor: Duration,
    /// The longest such pause. Default 500 ms.
    pub poll_ceiling: Duration,
    /// How long a member without a usable token watches others' leases, before it asks without
    /// clearance. Two leases, so that one dead leader is replaced in time. Default 30 s.
    pub elsewhere_ceiling: Duration,
    /// How long a store keeps a record beyond its last time. The record then still knows the
    /// budget and the rejections. Default 1 h.
    pub keep: Duration,
    /// How far the wall clocks of members may differ before a token or a hold-off ends by it.
    /// Default 5 min.
    pub wall_allowance: Duration,
    /// How much sooner a token ends that was stored before a reboot: only the wall clock says how
    /// old it is. Default 60 s.
    pub epoch_allowance: Duration,
}

impl Default for StorePolicy {
    fn default() -> Self {
        Self {
            lease_margin: Duration::from_secs(5),
            call_timeout: Duration::from_secs(2),
            patience: Duration::from_secs(3),
            poll_floor: Duration::from_millis(25),
            poll_ceiling: Duration::from_millis(500),
            elsewhere_ceiling: Duration::from_secs(30),
            keep: Duration::from_secs(3600),
            wall_allowance: Duration::from_secs(300),
            epoch_allowance: Duration::from_secs(60),
        }
    }
}
