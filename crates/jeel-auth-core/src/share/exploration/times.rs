//! The times of the explored members, in seconds.

use crate::policy::Policy;
use crate::share::StorePolicy;
use std::num::NonZeroU32;
use std::time::Duration;

pub(super) const RENEWAL: u64 = 6;
pub(super) const USABLE: u64 = 12;
pub(super) const LIFETIME: u64 = 13;
pub(super) const REQUEST: u64 = 2;
pub(super) const LEASE: u64 = 4;
pub(super) const CEILING: u64 = 8;

pub(super) fn policies() -> (Policy, StorePolicy) {
    let s = Duration::from_secs;
    let mut policy = Policy {
        fresh_for: s(3),
        denied_floor: s(5),
        burst: NonZeroU32::MIN.saturating_add(1),
        interval: s(20),
        ..Policy::default()
    };
    policy.transport.request_timeout = s(REQUEST);
    let store = StorePolicy {
        lease_margin: s(LEASE - REQUEST),
        call_timeout: s(1),
        patience: s(2),
        poll_floor: s(1),
        poll_ceiling: s(2),
        elsewhere_ceiling: s(CEILING),
        ..StorePolicy::default()
    };
    (policy, store)
}
