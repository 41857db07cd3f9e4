//! The token request as owned bytes.

mod multipart;
mod scope;
mod urlencoded;

use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::http1::Limits;
use crate::rng::Rng;
use crate::secret_buffer::SecretBuffer;
use std::fmt;
use std::time::Duration;

pub use scope::{Scope, ScopeError};

/// How the body of a token request is written.
///
/// RFC 6749 §4.4.2 asks for `application/x-www-form-urlencoded`; Jeel's API documentation asks for
/// `multipart/form-data`. Both are official there, so both are supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyEncoding {
    /// `multipart/form-data` (RFC 7578).
    Multipart,
    /// `application/x-www-form-urlencoded` (RFC 6749 appendix B).
    UrlEncoded,
}

impl BodyEncoding {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Multipart => Self::UrlEncoded,
            Self::UrlEncoded => Self::Multipart,
        }
    }

    /// Its media type without parameters.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Multipart => mime::MULTIPART_FORM_DATA.essence_str(),
            Self::UrlEncoded => mime::APPLICATION_WWW_FORM_URLENCODED.essence_str(),
        }
    }
}

impl fmt::Display for BodyEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.media_type())
    }
}

/// Identifies one token request of one cache. Its outcome is reported with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlightId(pub(crate) u64);

/// A token request (RFC 6749 §4.4.2): everything there is to send, and nothing borrowed.
///
/// For an HTTP client: [`endpoint`](Self::endpoint), [`fields`](Self::fields) and
/// [`body`](Self::body), with `Content-Length` and never chunked, following no redirect. For a
/// socket: [`write_http1`](Self::write_http1). Either way the response, or that there was none, goes
/// back to the cache with [`flight`](Self::flight).
///
/// The body holds the client secret: it is written once into memory of its final size, wiped on
/// drop, and never shown by `Debug`.
#[must_use = "a request that is not sent must be reported by `handle_send_failed`"]
pub struct TokenRequest {
    flight: FlightId,
    endpoint: Endpoint,
    encoding: BodyEncoding,
    content_type: String,
    body: SecretBuffer,
    bounds: Bounds,
}

/// What a request and its response may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) response: Limits,
}

/// Room for a head, in bytes. It grows only if the path is long.
const USUAL_HEAD: usize = 512;

/// The product that the requests name (RFC 9110 §10.1.5).
const USER_AGENT: &str = concat!("jeel-auth/", env!("CARGO_PKG_VERSION"));

impl TokenRequest {
    pub(crate) fn new(
        flight: FlightId,
        endpoint: Endpoint,
        (credentials, scope): (&Credentials, Option<&Scope>),
        encoding: BodyEncoding,
        bounds: Bounds,
        rng: &mut Rng,
    ) -> Self {
        let form = Form::new(credentials, scope);
        let (content_type, body) = match encoding {
            BodyEncoding::Multipart => multipart::encode(form.fields(), rng),
            BodyEncoding::UrlEncoded => urlencoded::encode(form.fields()),
        };
        Self { flight, endpoint, encoding, content_type, body, bounds }
    }

    /// Which flight this is. Its outcome is reported with it.
    pub const fn flight(&self) -> FlightId {
        self.flight
    }

    /// Where it goes, by `POST`.
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// How its body is encoded.
    pub const fn encoding(&self) -> BodyEncoding {
        self.encoding
    }

    /// The header fields in order, without `Host`, `Content-Length` and `Connection`, which the
    /// transport writes.
    pub fn fields(&self) -> [(&'static str, &str); 4] {
        [
            // Response bytes are read as they come: no content coding is understood here.
            ("Accept-Encoding", "identity"),
            ("Accept", mime::APPLICATION_JSON.essence_str()),
            ("Content-Type", &self.content_type),
            ("User-Agent", USER_AGENT),
        ]
    }

    /// The body, which holds the client secret.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The total time the request may take, from connecting to the last byte of the response.
    pub const fn timeout(&self) -> Duration {
        self.bounds.timeout
    }

    /// The part of it that connecting, TLS included, may take.
    pub const fn connect_timeout(&self) -> Duration {
        self.bounds.connect_timeout
    }

    /// Leaves the request at most `left` of its time, because it was not sent at once.
    pub fn shorten(&mut self, left: Duration) {
        self.bounds.timeout = self.bounds.timeout.min(left);
        self.bounds.connect_timeout = self.bounds.connect_timeout.min(left);
    }

    /// The sizes its response may have; a larger one is [`TransportKind::BadResponse`].
    ///
    /// [`TransportKind::BadResponse`]: crate::TransportKind::BadResponse
    pub const fn response_limits(&self) -> Limits {
        self.bounds.response
    }

    /// Appends the whole request as HTTP/1.1 bytes (RFC 9112 §3), for one connection that serves
    /// this request only.
    ///
    /// Room is reserved first, so that an empty `out` is never moved while the secret is in it.
    /// Wiping `out` is the caller's part.
    pub fn write_http1(&self, out: &mut Vec<u8>) {
        let head = self.http1_head();
        out.reserve_exact(head.len() + self.body.len());
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&self.body);
    }

    fn http1_head(&self) -> String {
        let authority = self.endpoint.origin().authority();
        let mut head = String::with_capacity(USUAL_HEAD);
        for part in ["POST ", self.endpoint.path(), " HTTP/1.1\r\nHost: ", &authority, "\r\n"] {
            head.push_str(part);
        }
        for (name, value) in self.fields() {
            for part in [name, ": ", value, "\r\n"] {
                head.push_str(part);
            }
        }
        head.push_str("Content-Length: ");
        head.push_str(&self.body.len().to_string());
        head.push_str("\r\nConnection: close\r\n\r\n");
        head
    }
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest")
            .field("flight", &self.flight)
            .field("endpoint", &self.endpoint)
            .field("encoding", &self.encoding)
            .field("body", &format_args!("[redacted, {} bytes]", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// The names and values of the form (RFC 6749 §4.4.2, §2.3.1), in the order Jeel documents.
struct Form<'a> {
    fields: [(&'static str, &'a str); 4],
    has_scope: bool,
}

impl<'a> Form<'a> {
    fn new(credentials: &'a Credentials, scope: Option<&'a Scope>) -> Self {
        let fields = [
            ("client_id", credentials.client_id()),
            ("client_secret", credentials.expose_client_secret()),
            ("grant_type", "client_credentials"),
            ("scope", scope.map_or("", Scope::as_str)),
        ];
        Self { fields, has_scope: scope.is_some() }
    }

    fn fields(&self) -> &[(&'static str, &'a str)] {
        match &self.fields {
            fields if self.has_scope => fields,
            [required @ .., _] => required,
        }
    }
}

#[cfg(test)]
mod tests;
