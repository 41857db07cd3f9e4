//! The ways in which one authorization server differs from another, apart from its refusals.

/// Which body encodings the token endpoint reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Encodings {
    /// Multipart and urlencoded. (G: Spring Authorization Server reads both, and Jeel documents both.)
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
    /// A random string that says nothing. (G)
    Opaque,
}

/// Which members a token response has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ResponseShape {
    /// `access_token`, `token_type`, `expires_in`, and `scope` if one is set. (D)
    #[default]
    Plain,
    /// Keycloak's: also `refresh_expires_in: 0`, `not-before-policy` and always a `scope` (S, V), in a
    /// response without a `Date` (V: 26.7.3).
    Keycloak,
}

/// Whether a second request is answered with the token that is already out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Reissue {
    /// Each request gets a token of its own. (G)
    #[default]
    Never,
    /// The same token until it expires; `expires_in` is the whole seconds it has left, which is 0
    /// in its last second. (G)
    SecondsLeft,
    /// The same token until it expires, each time with its full lifetime as `expires_in`, which is
    /// wrong. (G)
    FullLifetime,
}
