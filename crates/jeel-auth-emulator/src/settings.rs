//! The settings of an emulator. The [`Builder`](crate::Builder) sets them; some can change later.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::{Denial, Encodings, RateLimit, Reissue, ResponseShape, TokenFormat, UnreadBody};

#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    pub(crate) scope: Option<String>,
    pub(crate) lifetime: Duration,
    pub(crate) format: TokenFormat,
    pub(crate) shape: ResponseShape,
    pub(crate) reissue: Reissue,
    pub(crate) accepts: Encodings,
    pub(crate) unread: UnreadBody,
    pub(crate) denial: Denial,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) delay: Duration,
    pub(crate) clock_offset: i64,
}

impl Settings {
    /// The server's wall clock, including its offset.
    pub(crate) fn wall_clock(&self) -> SystemTime {
        let now = SystemTime::now();
        let offset = Duration::from_secs(self.clock_offset.unsigned_abs());
        let shifted =
            if self.clock_offset < 0 { now.checked_sub(offset) } else { now.checked_add(offset) };
        shifted.unwrap_or(now)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            client_id: DEFAULT_CLIENT_ID.to_owned(),
            client_secret: Secret::new(DEFAULT_CLIENT_SECRET),
            scope: None,
            lifetime: Duration::from_secs(3600),
            format: TokenFormat::Jwt,
            shape: ResponseShape::Plain,
            reissue: Reissue::Never,
            accepts: Encodings::Both,
            unread: UnreadBody::KeycloakInvalidClient,
            denial: Denial::Keycloak,
            rate_limit: None,
            delay: Duration::ZERO,
            clock_offset: 0,
        }
    }
}

/// A client secret. It can be compared but not displayed.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    pub(crate) fn matches(&self, presented: &[u8]) -> bool {
        self.0.as_bytes() == presented
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The default client id.
pub const DEFAULT_CLIENT_ID: &str = "emulator-client";

/// The default client secret. It is public and protects nothing.
pub const DEFAULT_CLIENT_SECRET: &str = "emulator-secret";
