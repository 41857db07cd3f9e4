//! The settings of an emulator. The [`Builder`](crate::Builder) sets them; some can change later.

use std::time::{Duration, SystemTime};

use crate::clients::{Clients, DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET};
use crate::{
    Denial, Encodings, JwtTimes, RateLimit, Reissue, ResponseShape, TokenFormat, UnreadBody,
};

#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) clients: Clients,
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
    /// In seconds.
    pub(crate) clock_offset: i64,
    /// In seconds, in addition to `clock_offset`.
    pub(crate) date_offset: i64,
    pub(crate) jwt_times: JwtTimes,
    /// Whether the control endpoint exists.
    pub(crate) control: bool,
}

impl Settings {
    /// The server's wall clock, including its offset.
    pub(crate) fn wall_clock(&self) -> SystemTime {
        shifted(SystemTime::now(), self.clock_offset)
    }

    /// The time that `Date` states.
    pub(crate) fn date(&self, wall: SystemTime) -> SystemTime {
        shifted(wall, self.date_offset)
    }
}

fn shifted(time: SystemTime, seconds: i64) -> SystemTime {
    let offset = Duration::from_secs(seconds.unsigned_abs());
    let shifted = if seconds < 0 { time.checked_sub(offset) } else { time.checked_add(offset) };
    shifted.unwrap_or(time)
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clients: Clients::new(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET),
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
            date_offset: 0,
            jwt_times: JwtTimes::Seconds,
            control: false,
        }
    }
}
