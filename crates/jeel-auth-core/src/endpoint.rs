//! Where the token endpoint and the API are.

use http::Uri;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// Jeel's two environments, as its integration guide names them in `JEELPAY_ENV`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "Jeel documents exactly these two")]
pub enum Environment {
    /// `https://auth.sandbox.jeel.co` and `https://api.sandbox.jeel.co`: no real money.
    Sandbox,
    /// `https://auth.jeel.co` and `https://api.jeel.co`.
    Production,
}

impl Environment {
    /// The environment's token endpoint.
    pub fn token_endpoint(self) -> Endpoint {
        Endpoint { origin: self.origin("auth"), path: TOKEN_PATH.into() }
    }

    /// The origin of the environment's API: the only place a token may be sent to.
    pub fn api_origin(self) -> Origin {
        self.origin("api")
    }

    fn origin(self, service: &str) -> Origin {
        let host = match self {
            Self::Sandbox => format!("{service}.sandbox.jeel.co"),
            Self::Production => format!("{service}.jeel.co"),
        };
        Origin { https: true, host: host.into(), port: 443 }
    }
}

/// Whether plain http to this machine is allowed.
///
/// Secrets travel over https. Tests and the emulator may use http on loopback, if this allows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a yes or no, with a name")]
pub enum LoopbackHttp {
    /// https only.
    #[default]
    Refused,
    /// `http://` to `localhost`, `127.0.0.0/8` and `[::1]` is accepted; to anywhere else it is not.
    Allowed,
}

/// A token endpoint (RFC 6749 §3.2): an origin and a path, parsed once.
///
/// No query, no fragment, no user information: the token URL's query stays empty and credentials
/// go in the body.
///
/// ```
/// use jeel_auth_core::{Endpoint, EndpointError, LoopbackHttp};
///
/// let endpoint = Endpoint::parse("https://auth.jeel.co/oauth2/token", LoopbackHttp::Refused)?;
/// assert_eq!(endpoint.origin().host(), "auth.jeel.co");
/// assert_eq!(endpoint.path(), "/oauth2/token");
/// // The bare origin means its documented path.
/// assert_eq!(Endpoint::parse("https://auth.jeel.co", LoopbackHttp::Refused)?, endpoint);
///
/// let plain = Endpoint::parse("http://127.0.0.1:8080", LoopbackHttp::Refused);
/// assert_eq!(plain.unwrap_err(), EndpointError::LoopbackHttp);
/// # Ok::<(), EndpointError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    origin: Origin,
    path: Arc<str>,
}

/// The path of Jeel's token endpoint, used when only its origin is given.
const TOKEN_PATH: &str = "/oauth2/token";

impl Endpoint {
    /// Parses an absolute URL. A URL without a path gets Jeel's `/oauth2/token`.
    ///
    /// # Errors
    /// See [`EndpointError`]; its text never holds the URL.
    pub fn parse(url: &str, loopback: LoopbackHttp) -> Result<Self, EndpointError> {
        let (origin, path) = parse(url, loopback)?;
        let path = if path == "/" { TOKEN_PATH } else { &path };
        Ok(Self { origin, path: path.into() })
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The absolute path, beginning with a slash; what an HTTP/1.1 request line asks for.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

/// An origin (RFC 9110 §4.3.1): scheme, host and port, compared as a whole.
///
/// ```
/// use jeel_auth_core::{Environment, LoopbackHttp, Origin};
///
/// let api = Environment::Sandbox.api_origin();
/// assert_eq!(Origin::parse("https://API.sandbox.jeel.co:443/", LoopbackHttp::Refused), Ok(api));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    https: bool,
    host: Arc<str>,
    port: u16,
}

impl Origin {
    /// Parses an absolute URL without a path, query or fragment.
    ///
    /// # Errors
    /// See [`EndpointError`]; its text never holds the URL.
    pub fn parse(url: &str, loopback: LoopbackHttp) -> Result<Self, EndpointError> {
        match parse(url, loopback)? {
            (origin, path) if path == "/" => Ok(origin),
            _ => Err(EndpointError::PathNotAllowed),
        }
    }

    /// Whether it uses TLS: always, except on loopback where http was allowed.
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// The host in lower case; an IPv6 address without its brackets, ready for a resolver.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, the scheme's own when the URL named none.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The value of the `Host` field (RFC 9110 §7.2): the scheme's own port is left out.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            (*self.host).to_owned()
        };
        if self.port == default_port(self.https) { host } else { format!("{host}:{}", self.port) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority())
    }
}

/// Why a URL was refused. Never holds the URL, which may have a password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// Not an absolute URL with a host.
    NotAbsolute,
    /// Neither https nor http.
    SchemeNotAllowed,
    /// Plain http to another machine.
    PlainHttp,
    /// Plain http to loopback, which was not allowed by name.
    LoopbackHttp,
    /// A user name or password in the URL.
    UserInfo,
    /// A query or a fragment.
    QueryOrFragment,
    /// A path where only an origin belongs.
    PathNotAllowed,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAbsolute => "not an absolute URL such as https://auth.jeel.co/oauth2/token",
            Self::SchemeNotAllowed => "the URL must begin with https://",
            Self::PlainHttp => "plain http to another machine would show the secret: use https",
            Self::LoopbackHttp => "plain http to loopback must be allowed by name",
            Self::UserInfo => "the URL must hold no user name or password",
            Self::QueryOrFragment => "the URL must have no query and no fragment",
            Self::PathNotAllowed => "the URL must end after its host and port",
        })
    }
}

impl std::error::Error for EndpointError {}

fn parse(url: &str, loopback: LoopbackHttp) -> Result<(Origin, String), EndpointError> {
    // `Uri` drops a fragment in silence.
    if url.contains('#') {
        return Err(EndpointError::QueryOrFragment);
    }
    let uri: Uri = url.parse().map_err(|_| EndpointError::NotAbsolute)?;
    let authority = uri.authority().ok_or(EndpointError::NotAbsolute)?;
    if authority.as_str().contains('@') {
        return Err(EndpointError::UserInfo);
    }
    if uri.query().is_some() {
        return Err(EndpointError::QueryOrFragment);
    }
    let https = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        None => return Err(EndpointError::NotAbsolute),
        Some(_) => return Err(EndpointError::SchemeNotAllowed),
    };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let port = match authority.as_str().rsplit_once(':') {
        Some((_, port)) if !port.ends_with(']') => {
            port.parse().ok().filter(|port| *port != 0).ok_or(EndpointError::NotAbsolute)?
        }
        _ => default_port(https),
    };
    if host.is_empty() {
        return Err(EndpointError::NotAbsolute);
    }
    let origin = Origin { https, host: host.to_ascii_lowercase().into(), port };
    if !https {
        check_loopback(&origin.host, loopback)?;
    }
    Ok((origin, uri.path().to_owned()))
}

fn check_loopback(host: &str, loopback: LoopbackHttp) -> Result<(), EndpointError> {
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match (local, loopback) {
        (false, _) => Err(EndpointError::PlainHttp),
        (true, LoopbackHttp::Refused) => Err(EndpointError::LoopbackHttp),
        (true, LoopbackHttp::Allowed) => Ok(()),
    }
}

const fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> EndpointError {
        Endpoint::parse(url, LoopbackHttp::Allowed).unwrap_err()
    }

    #[test]
    fn jeels_documented_hosts() {
        let text = |environment: Environment| {
            (environment.token_endpoint().to_string(), environment.api_origin().to_string())
        };
        assert_eq!(
            text(Environment::Sandbox),
            (
                "https://auth.sandbox.jeel.co/oauth2/token".to_owned(),
                "https://api.sandbox.jeel.co".to_owned()
            )
        );
        assert_eq!(
            text(Environment::Production),
            ("https://auth.jeel.co/oauth2/token".to_owned(), "https://api.jeel.co".to_owned())
        );
    }

    #[test]
    fn plain_http_reaches_loopback_only_and_only_when_allowed() {
        for url in ["http://localhost:1", "http://127.9.9.9", "http://[::1]:8/t"] {
            assert!(Endpoint::parse(url, LoopbackHttp::Allowed).is_ok(), "{url}");
            assert_eq!(
                Endpoint::parse(url, LoopbackHttp::Refused).unwrap_err(),
                EndpointError::LoopbackHttp,
                "{url}"
            );
        }
        for url in ["HTTP://LOCALHOST/", "http://LocalHost:1/t"] {
            let endpoint = Endpoint::parse(url, LoopbackHttp::Allowed).unwrap();
            assert_eq!(endpoint.origin().host(), "localhost", "{url}");
        }
        for url in [
            "http://auth.jeel.co",
            "http://10.0.0.1",
            "http://localhost.evil.example",
            "http://evil.localhost",
            "http://localhost.",
            "http://127.evil.example",
            "http://127.0.0.1.evil.example",
            "http://127.1",
            "http://2130706433",
            "http://0x7f000001",
            "http://0.0.0.0",
            "http://[::ffff:127.0.0.1]",
            "http://[::]",
        ] {
            assert_eq!(refused(url), EndpointError::PlainHttp, "{url}");
        }
        for url in ["http://127.0.0.1@evil.example", "http://127.0.0.1:80@evil.example"] {
            assert_eq!(refused(url), EndpointError::UserInfo, "{url}");
        }
    }

    #[test]
    fn what_is_not_an_https_url_is_refused_for_its_own_reason() {
        for url in ["", "/oauth2/token", "auth.jeel.co", "https://", "https://h:0/", "https://h:x/"]
        {
            assert_eq!(refused(url), EndpointError::NotAbsolute, "{url}");
        }
        for url in ["https://h:99999/", "https://h:/", "https://:443/", "https://exämple.co/"] {
            assert_eq!(refused(url), EndpointError::NotAbsolute, "{url}");
        }
        assert_eq!(refused("ftp://auth.jeel.co/"), EndpointError::SchemeNotAllowed);
        assert_eq!(refused("https://me:pw@auth.jeel.co/"), EndpointError::UserInfo);
        assert_eq!(refused("https://auth.jeel.co/?a=b"), EndpointError::QueryOrFragment);
        assert_eq!(refused("https://auth.jeel.co/#a"), EndpointError::QueryOrFragment);
        assert_eq!(
            Origin::parse("https://api.jeel.co/v1", LoopbackHttp::Refused).unwrap_err(),
            EndpointError::PathNotAllowed
        );
    }

    #[test]
    fn an_ipv6_host_is_bare_for_the_resolver_and_bracketed_for_the_host_field() {
        let endpoint = Endpoint::parse("https://[2001:DB8::1]:8443/t", LoopbackHttp::Refused);
        let origin = endpoint.unwrap().origin().clone();
        assert_eq!(origin.host(), "2001:db8::1");
        assert_eq!(origin.authority(), "[2001:db8::1]:8443");
        let standard = Origin::parse("https://[::1]", LoopbackHttp::Refused).unwrap();
        assert_eq!(standard.authority(), "[::1]");
    }

    #[test]
    fn the_parts_of_an_origin() {
        for (url, https, port, authority) in [
            ("https://API.jeel.co", true, 443, "api.jeel.co"),
            ("https://api.jeel.co:80", true, 80, "api.jeel.co:80"),
            ("http://localhost", false, 80, "localhost"),
            ("http://localhost:8080", false, 8080, "localhost:8080"),
        ] {
            let origin = Origin::parse(url, LoopbackHttp::Allowed).unwrap();
            assert_eq!((origin.is_https(), origin.port()), (https, port), "{url}");
            assert_eq!(origin.authority(), authority, "{url}");
        }
    }

    /// RFC 9110 §4.2.3: scheme and host have no case, a path has.
    #[test]
    fn scheme_and_host_have_no_case_and_the_path_has() {
        let parse = |url| Endpoint::parse(url, LoopbackHttp::Refused).unwrap();
        let lower = parse("https://auth.jeel.co/oauth2/token");
        assert_eq!(parse("HTTPS://AUTH.Jeel.CO:443/oauth2/token"), lower);
        assert_ne!(parse("https://auth.jeel.co/OAuth2/token"), lower);
        assert_eq!(parse("https://auth.jeel.co/OAuth2/token").path(), "/OAuth2/token");
    }

    #[test]
    fn a_refusal_says_what_to_do_instead() {
        for (url, words) in [
            ("auth.jeel.co", "not an absolute URL such as https://auth.jeel.co/oauth2/token"),
            ("ftp://auth.jeel.co/", "the URL must begin with https://"),
            (
                "http://auth.jeel.co/",
                "plain http to another machine would show the secret: use https",
            ),
            ("https://me:pw@auth.jeel.co/", "the URL must hold no user name or password"),
            ("https://auth.jeel.co/?a=b", "the URL must have no query and no fragment"),
        ] {
            assert_eq!(refused(url).to_string(), words);
        }
        let loopback = Endpoint::parse("http://localhost/", LoopbackHttp::Refused).unwrap_err();
        assert_eq!(loopback.to_string(), "plain http to loopback must be allowed by name");
        let path = Origin::parse("https://api.jeel.co/v1", LoopbackHttp::Refused).unwrap_err();
        assert_eq!(path.to_string(), "the URL must end after its host and port");
    }
}
