//! The numbers behind the decisions.

use crate::http1::Limits;
use std::num::NonZeroU32;
use std::time::Duration;

/// Every number the cache decides by, each with its default and its reason.
///
/// Any value is safe: a fraction of the token's own lifetime bounds the margins, and the request
/// budget bounds the rest.
///
/// ```
/// use jeel_auth_core::Policy;
/// use std::time::Duration;
///
/// let mut policy = Policy::default();
/// policy.renewal_margin = Duration::from_secs(60);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// How long before its expiry a token is renewed; at most a quarter of its lifetime.
    /// Default 30 s, which is Jeel's own advice.
    pub renewal_margin: Duration,
    /// Each token is renewed earlier by a random time up to this, at most a tenth of its lifetime,
    /// so that a fleet started together does not renew together. Default 300 s.
    pub fleet_spread: Duration,
    /// How long before its expiry a token is no longer handed out, at most a twentieth of its
    /// lifetime: it must outlive its trip to the API. Default 5 s.
    pub expiry_leeway: Duration,
    /// The total time one token request may take. Default 10 s.
    pub request_timeout: Duration,
    /// The part of it that connecting may take. Default 5 s.
    pub connect_timeout: Duration,
    /// How long a caller waits for a token unless it names its own time. Default 30 s.
    pub caller_wait: Duration,
    /// The first bound of the exponential back-off with full jitter. Default 0.5 s.
    pub backoff_floor: Duration,
    /// The last bound of the back-off. Default 60 s.
    pub backoff_ceiling: Duration,
    /// The longest `Retry-After` (RFC 9110 §10.2.3) that is honoured. Default 1 h.
    pub retry_after_ceiling: Duration,
    /// The hold-off after credentials were denied, doubling with each denial in a row.
    /// Default 60 s: a bad secret does not get better by asking.
    pub denied_floor: Duration,
    /// The longest hold-off after denials. Default 15 min.
    pub denied_ceiling: Duration,
    /// A hold-off that ends within this is waited out by callers, a longer one answers them at
    /// once. Default 2 s.
    pub patience: Duration,
    /// A token that replaced a rejected one and is rejected itself within this time of its receipt
    /// means that asking again does not help. Default 30 s.
    pub fresh_for: Duration,
    /// Most requests the budget ever holds in store. Default 5.
    pub burst: NonZeroU32,
    /// The budget grows by one request in this time. Default 12 s; zero switches the budget off.
    pub interval: Duration,
    /// The lifetime of a token whose response names none (RFC 6749 §5.1 leaves it to us).
    /// Default 300 s.
    pub default_lifetime: Duration,
    /// The longest lifetime believed. Default 30 days.
    pub lifetime_ceiling: Duration,
    /// The sizes a response may have.
    pub limits: Limits,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            renewal_margin: Duration::from_secs(30),
            fleet_spread: Duration::from_secs(300),
            expiry_leeway: Duration::from_secs(5),
            request_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            caller_wait: Duration::from_secs(30),
            backoff_floor: Duration::from_millis(500),
            backoff_ceiling: Duration::from_secs(60),
            retry_after_ceiling: Duration::from_secs(3600),
            denied_floor: Duration::from_secs(60),
            denied_ceiling: Duration::from_secs(15 * 60),
            patience: Duration::from_secs(2),
            fresh_for: Duration::from_secs(30),
            burst: NonZeroU32::MIN.saturating_add(4),
            interval: Duration::from_secs(12),
            default_lifetime: Duration::from_secs(300),
            lifetime_ceiling: Duration::from_secs(30 * 24 * 3600),
            limits: Limits::default(),
        }
    }
}
