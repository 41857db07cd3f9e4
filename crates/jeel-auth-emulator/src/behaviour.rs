//! How one authorization server differs from another, except in its refusals.

/// Which body encodings the token endpoint reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Encodings {
    /// Multipart and urlencoded. (G: Spring Authorization Server reads both, and Jeel documents
    /// both.)
    #[default]
    Both,
    /// Only `multipart/form-data`. (D: Jeel's API documentation.)
    MultipartOnly,
    /// Only `application/x-www-form-urlencoded`. (D: Jeel's integration guide; V: Keycloak 26.)
    UrlEncodedOnly,
}

/// What an access token looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TokenFormat {
    /// An RS256-signed JWT. (D that it is a JWT, G that it is RS256.)
    #[default]
    Jwt,
    /// A random string without structure. (G)
    Opaque,
}

/// Which members a token response has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ResponseShape {
    /// `access_token`, `token_type`, `expires_in`, and `scope` if one is set. (D)
    #[default]
    Plain,
    /// Keycloak's members: also `refresh_expires_in: 0`, `not-before-policy` and always a `scope`
    /// (S, V). The response has no `Date` (V: 26.7.3).
    Keycloak,
}

/// Whether the server issues a token again while it is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Reissue {
    /// Each request gets a new token. (G)
    #[default]
    Never,
    /// The same token until it expires. `expires_in` is the number of whole seconds left, which is
    /// 0 in the last second. (G)
    SecondsLeft,
    /// The same token until it expires. `expires_in` is always the full lifetime, which is wrong.
    /// (G)
    FullLifetime,
    /// The same token for all requests of a client within one second of the server's clock, even if
    /// the token was revoked. This is what a server does whose JWTs have no random `jti`. (G)
    SameSecond,
}

/// How the claims of a JWT state times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum JwtTimes {
    /// `iat` and `exp` in seconds. (D: RFC 7519 §2)
    #[default]
    Seconds,
    /// `iat` in milliseconds, which is wrong, and `exp` in seconds. (G)
    MillisecondIat,
    /// `iat` in seconds and an `exp` of 0, which is wrong. (G)
    ZeroExp,
    /// Neither `iat` nor `exp`. (D: RFC 7519 §4.1 requires neither)
    Absent,
}
