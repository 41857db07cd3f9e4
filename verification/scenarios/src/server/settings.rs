//! The server's settings and faults in the form of the files.

use super::Login;
use crate::scenario::Scheme;
use jeel_auth_emulator::{
    Builder, Certificate, DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, Denial, Emulator, Encodings,
    Fault, JwtTimes, RateLimit, Reissue, Response, ResponseShape, RetryAfter, TokenFormat,
    UnreadBody,
};
use serde::Deserialize;
use std::time::Duration;

/// Each setting has the name and the meaning of the emulator's. The defaults are the emulator's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServerSettings {
    client_id: Option<Text>,
    client_secret: Option<Text>,
    lifetime_ms: Option<u64>,
    delay_ms: u64,
    clock_offset_s: Option<i64>,
    date_offset_s: Option<i64>,
    accepts: Accepts,
    unread: Unread,
    denial: Deny,
    reissue: Again,
    token_format: Format,
    jwt_times: Times,
    response_shape: Shape,
    certificate: Shown,
    rate_limit: Option<Limit>,
}

/// A text, or a long one in the form `{"repeat": "x", "times": 65536}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    Long { repeat: String, times: usize },
}

impl Text {
    fn or(text: Option<&Self>, default: &str) -> String {
        match text {
            None => default.to_owned(),
            Some(Self::Plain(text)) => text.clone(),
            Some(Self::Long { repeat, times }) => repeat.repeat(*times),
        }
    }
}

/// Names the values of one of the emulator's types. The first one is the default.
macro_rules! named {
    ($name:ident for $type:ident: $first:ident $(, $other:ident)*) => {
        #[doc = concat!("[`", stringify!($type), "`] in the form of the files.")]
        #[derive(Clone, Copy, Debug, Default, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { #[default] $first $(, $other)* }

        impl From<$name> for $type {
            fn from(name: $name) -> Self {
                match name {
                    $name::$first => Self::$first,
                    $($name::$other => Self::$other,)*
                }
            }
        }
    };
}

named!(Accepts for Encodings: Both, MultipartOnly, UrlEncodedOnly);
named!(Unread for UnreadBody: KeycloakInvalidClient, Empty401, InvalidRequest400,
    UnsupportedGrantType400, Empty400, Unprocessable422, UnsupportedMediaType415, ServerError500);
named!(Deny for Denial: Keycloak, InvalidClient401, InvalidClient400, Forbidden403, ServerError500,
    RefusalIn200);
named!(Again for Reissue: Never, SecondsLeft, FullLifetime, SameSecond);
named!(Format for TokenFormat: Jwt, Opaque);
named!(Times for JwtTimes: Seconds, MillisecondIat, ZeroExp, Absent);
named!(Shape for ResponseShape: Plain, Keycloak);
named!(Shown for Certificate: Valid, WrongName, Expired);
named!(After for RetryAfter: Seconds, HttpDate, Rfc850Date, AsctimeDate, UtcDate, OffsetDate,
    OneDigitDay, Iso8601Date, Fraction, Unit, Quoted, Repeated, RateLimit, RateLimitReset,
    XRateLimitSeconds, XRateLimitEpoch, XRateLimitEpochMillis, Absent);

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    requests: usize,
    window_ms: u64,
    #[serde(default)]
    retry_after: After,
    /// Refuses with 503 instead of 429.
    #[serde(default)]
    unavailable: bool,
}

impl Limit {
    fn rate_limit(self) -> RateLimit {
        let limit = RateLimit::new(self.requests, Duration::from_millis(self.window_ms))
            .retry_after(self.retry_after.into());
        if self.unavailable { limit.unavailable() } else { limit }
    }
}

impl ServerSettings {
    pub(super) fn login(&self) -> Login {
        Login {
            id: Text::or(self.client_id.as_ref(), DEFAULT_CLIENT_ID),
            secret: Text::or(self.client_secret.as_ref(), DEFAULT_CLIENT_SECRET),
        }
    }

    pub(super) fn lifetime(&self) -> Duration {
        self.lifetime_ms.map_or(Duration::from_secs(3600), Duration::from_millis)
    }

    pub(super) fn builder(&self, scheme: Scheme) -> Builder {
        let builder = Emulator::builder()
            .lifetime(self.lifetime())
            .delay(Duration::from_millis(self.delay_ms))
            .clock_offset(self.clock_offset_s.unwrap_or_default())
            .date_offset(self.date_offset_s.unwrap_or_default())
            .accepts(self.accepts.into())
            .unread(self.unread.into())
            .denial(self.denial.into())
            .reissue(self.reissue.into())
            .token_format(self.token_format.into())
            .jwt_times(self.jwt_times.into())
            .response_shape(self.response_shape.into());
        let builder = match self.rate_limit {
            Some(limit) => builder.rate_limit(limit.rate_limit()),
            None => builder,
        };
        match scheme {
            Scheme::Http => builder,
            Scheme::Https => builder.certificate(self.certificate.into()),
        }
    }
}

/// A fault of one token request, with the name of the emulator's.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum ServerFault {
    Pass,
    Response {
        status: u16,
        #[serde(default)]
        fields: Vec<(String, String)>,
        #[serde(default)]
        body: String,
        #[serde(default)]
        pad_to: usize,
    },
    Page {
        status: u16,
        #[serde(default)]
        fields: Vec<(String, String)>,
        #[serde(default)]
        pad_to: usize,
    },
    Hang,
    Reset,
    Close,
    Gzip,
    ChunkExtension(usize),
    TruncateHead(usize),
    TruncateBody(usize),
    SlowDripMs(u64),
    Oversized(usize),
    EndlessBody,
    EndlessHeaders,
    EndlessInformational,
    HugeChunk,
    Raw(String),
    ZeroLifetime,
    NoLifetime,
}

fn with_fields(response: Response, fields: Vec<(String, String)>) -> Response {
    fields.into_iter().fold(response, |response, (name, value)| response.header(name, value))
}

impl ServerFault {
    pub(crate) fn fault(&self) -> Fault {
        match self.clone() {
            Self::Pass => Fault::Pass,
            Self::Response { status, fields, body, pad_to } => {
                with_fields(Response::new(status).body(body), fields).padded(pad_to).into()
            }
            Self::Page { status, fields, pad_to } => {
                with_fields(Response::page(status), fields).padded(pad_to).into()
            }
            Self::Gzip => Fault::Gzip,
            Self::ChunkExtension(bytes) => Fault::ChunkExtension(bytes),
            Self::Hang => Fault::Hang,
            Self::Reset => Fault::Reset,
            Self::Close => Fault::Close,
            Self::TruncateHead(bytes) => Fault::TruncateHead(bytes),
            Self::TruncateBody(bytes) => Fault::TruncateBody(bytes),
            Self::SlowDripMs(pause) => Fault::SlowDrip(Duration::from_millis(pause)),
            Self::Oversized(bytes) => Fault::Oversized(bytes),
            Self::EndlessBody => Fault::EndlessBody,
            Self::EndlessHeaders => Fault::EndlessHeaders,
            Self::EndlessInformational => Fault::EndlessInformational,
            Self::HugeChunk => Fault::HugeChunk,
            Self::Raw(text) => Fault::Raw(text.into_bytes()),
            Self::ZeroLifetime => Fault::ZeroLifetime,
            Self::NoLifetime => Fault::NoLifetime,
        }
    }
}
