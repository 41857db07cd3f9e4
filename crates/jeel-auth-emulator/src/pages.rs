//! Responses that do not come from the authorization server: pages of proxies, firewalls and
//! portals.

use crate::Response;

impl Response {
    /// A web page with status 200, as a proxy or a captive portal sends it instead of the server's
    /// response. (G)
    pub fn html() -> Self {
        Self::page(200)
    }

    /// A web page with this status, as a firewall, a proxy or a web server sends it. A 405 has an
    /// `Allow` field, a 407 a `Proxy-Authenticate` field, as RFC 9110 requires; a 511 contains a
    /// link to the login page, as RFC 6585 §6 requires. (G)
    pub fn page(status: u16) -> Self {
        let (title, text) = match status {
            200 => ("Sign in", "Sign in to continue."),
            403 => ("Forbidden", "Your request was blocked by the firewall."),
            407 => ("Proxy Authentication Required", "The proxy requires authentication."),
            511 => (
                "Network Authentication Required",
                "<a href=\"http://portal.invalid/login\">Sign in</a> to use this network.",
            ),
            _ => ("Error", "The request could not be completed."),
        };
        let page = Self::new(status)
            .header("Content-Type", "text/html; charset=utf-8")
            .body(format!("<!doctype html><title>{title}</title><p>{text}"));
        match status {
            405 => page.header("Allow", "GET, HEAD"),
            407 => page.header("Proxy-Authenticate", "Basic realm=\"proxy\""),
            _ => page,
        }
    }

    /// A 302 to `location`. (V: Spring redirects to its login page.)
    pub fn redirect(location: impl Into<String>) -> Self {
        Self::new(302).header("Location", location)
    }

    /// A 401 with this `WWW-Authenticate` challenge, as a resource server sends it. (D: RFC 6750
    /// §3)
    pub fn challenge(challenge: impl Into<String>) -> Self {
        Self::new(401).header("WWW-Authenticate", challenge)
    }

    /// Pads the body with spaces to `length` bytes.
    #[must_use]
    pub fn padded(self, length: usize) -> Self {
        let mut body = self.content().to_vec();
        body.resize(body.len().max(length), b' ');
        self.body(body)
    }
}
