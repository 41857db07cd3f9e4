//! The numbers behind the decisions.

use crate::http1::Limits;
use std::num::NonZeroU32;
use std::time::Duration;

/// Every number the cache decides by, each with its default and its reason.
///
/// Any value is safe. Margins are bounded by a fraction of the token's own lifetime, the request
/// budget bounds the rest, and a duration beyond a year counts as a year.
///
/// ```
/// use jeel_auth_core::Policy;
/// use std::time::Duration;
///
/// let mut policy = Policy::default();
/// policy.renewal_margin = Duration::from_secs(60);
/// policy.transport.request_timeout = Duration::from_secs(5);
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
    /// How long a caller waits for a token unless it names its own time. Default 30 s.
    pub caller_wait: Duration,
    /// A hold-off that ends within this is waited out by callers, a longer one answers them at
    /// once. Default 2 s.
    pub patience: Duration,
    /// The first bound of the exponential back-off with full jitter. Default 0.5 s.
    pub backoff_floor: Duration,
    /// The last bound of the back-off. Default 60 s.
    pub backoff_ceiling: Duration,
    /// The last bound of the back-off while no token is usable: an outage that ends should be
    /// noticed soon. Default 20 s.
    pub backoff_ceiling_without_token: Duration,
    /// The least hold-off after a rate limit that names no time, doubling with each in a row; up to
    /// as much again is added at random. Default 5 s.
    pub rate_limited_floor: Duration,
    /// The longest of these, before what is added. Default 60 s.
    pub rate_limited_ceiling: Duration,
    /// The longest `Retry-After` (RFC 9110 §10.2.3) that is honoured. Default 1 h.
    pub retry_after_ceiling: Duration,
    /// The longest `Retry-After` that is honoured while no token is usable. Default 15 min.
    pub retry_after_ceiling_without_token: Duration,
    /// The hold-off after a failure that time does not cure soon (an untrusted certificate, a proxy's
    /// refusal, a redirect, a page of a firewall), doubling with each in a row. Callers are answered
    /// at once. Default 10 s.
    pub not_soon_floor: Duration,
    /// The longest of these hold-offs. Default 60 s.
    pub not_soon_ceiling: Duration,
    /// The hold-off after credentials were denied, doubling with each denial in a row; replacements
    /// of rejected tokens are as far apart. Default 60 s: a bad secret does not get better by asking.
    pub denied_floor: Duration,
    /// The longest hold-off after denials. Default 15 min.
    pub denied_ceiling: Duration,
    /// A token that lives this long without a rejection ends a streak of rejections. Default 30 s.
    pub fresh_for: Duration,
    /// The most requests the budget ever holds. Default 5.
    pub burst: NonZeroU32,
    /// The budget grows by one request in this time. Default 12 s; zero switches the budget off.
    pub interval: Duration,
    /// The lifetime of a token whose response names none (RFC 6749 §5.1 leaves it to us).
    /// Default 300 s.
    pub default_lifetime: Duration,
    /// The longest lifetime believed. Default 30 days.
    pub lifetime_ceiling: Duration,
    /// What one request and its response may take.
    pub transport: TransportPolicy,
}

/// What one token request and its response may take: for the transport, which decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportPolicy {
    /// The total time of one request, from connecting to the last byte of the response.
    /// Default 10 s.
    pub request_timeout: Duration,
    /// The part of it that connecting may take, TLS included. Default 5 s.
    pub connect_timeout: Duration,
    /// The sizes a response may have.
    pub limits: Limits,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            renewal_margin: Duration::from_secs(30),
            fleet_spread: Duration::from_secs(300),
            expiry_leeway: Duration::from_secs(5),
            caller_wait: Duration::from_secs(30),
            patience: Duration::from_secs(2),
            backoff_floor: Duration::from_millis(500),
            backoff_ceiling: Duration::from_secs(60),
            backoff_ceiling_without_token: Duration::from_secs(20),
            rate_limited_floor: Duration::from_secs(5),
            rate_limited_ceiling: Duration::from_secs(60),
            retry_after_ceiling: Duration::from_secs(3600),
            retry_after_ceiling_without_token: Duration::from_secs(15 * 60),
            not_soon_floor: Duration::from_secs(10),
            not_soon_ceiling: Duration::from_secs(60),
            denied_floor: Duration::from_secs(60),
            denied_ceiling: Duration::from_secs(15 * 60),
            fresh_for: Duration::from_secs(30),
            burst: NonZeroU32::MIN.saturating_add(4),
            interval: Duration::from_secs(12),
            default_lifetime: Duration::from_secs(300),
            lifetime_ceiling: Duration::from_secs(30 * 24 * 3600),
            transport: TransportPolicy::default(),
        }
    }
}

impl Default for TransportPolicy {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            limits: Limits::default(),
        }
    }
}

/// Clocks and transports can add this to any time of theirs.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

impl Policy {
    /// The same policy with every duration at most a year.
    pub(crate) fn clamped(mut self) -> Self {
        for duration in [
            &mut self.renewal_margin,
            &mut self.fleet_spread,
            &mut self.expiry_leeway,
            &mut self.caller_wait,
            &mut self.patience,
            &mut self.backoff_floor,
            &mut self.backoff_ceiling,
            &mut self.backoff_ceiling_without_token,
            &mut self.rate_limited_floor,
            &mut self.rate_limited_ceiling,
            &mut self.retry_after_ceiling,
            &mut self.retry_after_ceiling_without_token,
            &mut self.not_soon_floor,
            &mut self.not_soon_ceiling,
            &mut self.denied_floor,
            &mut self.denied_ceiling,
            &mut self.fresh_for,
            &mut self.interval,
            &mut self.default_lifetime,
            &mut self.lifetime_ceiling,
            &mut self.transport.request_timeout,
            &mut self.transport.connect_timeout,
        ] {
            *duration = LONGEST.min(*duration);
        }
        self
    }
}
