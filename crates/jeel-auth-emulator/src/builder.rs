//! Configures an emulator before it starts.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use crate::settings::{Secret, Settings};
use crate::{
    Certificate, Denial, Emulator, Encodings, RateLimit, Reissue, ResponseShape, TokenFormat,
    UnreadBody,
};

/// The configuration of an emulator, which [`start`](Self::start) starts.
#[derive(Debug, Clone, Default)]
#[must_use = "a builder does nothing until `start` is called"]
pub struct Builder {
    settings: Settings,
    port: u16,
    certificate: Option<Certificate>,
}

impl Builder {
    /// Sets the credentials of the server's one client. Both may be any text; the server compares
    /// them byte by byte. The defaults are [`DEFAULT_CLIENT_ID`](crate::DEFAULT_CLIENT_ID) and
    /// [`DEFAULT_CLIENT_SECRET`](crate::DEFAULT_CLIENT_SECRET).
    pub fn credentials(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.settings.client_id = id.into();
        self.settings.client_secret = Secret::new(secret);
        self
    }

    /// Sets the lifetime of tokens. The default is one hour. (D that tokens expire; S lifetimes of
    /// 1991 and 36000 seconds.)
    ///
    /// Responses and claims state it in whole seconds, rounded down. The API rejects a token exactly
    /// one lifetime after it was issued.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.lifetime = lifetime;
        self
    }

    /// Sets the scope of tokens. The default is none. (S)
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.settings.scope = Some(scope.into());
        self
    }

    /// Sets the format of tokens.
    pub fn token_format(mut self, format: TokenFormat) -> Self {
        self.settings.format = format;
        self
    }

    /// Sets the members of token responses.
    pub fn response_shape(mut self, shape: ResponseShape) -> Self {
        self.settings.shape = shape;
        self
    }

    /// Sets whether the server issues a token again while it is valid.
    pub fn reissue(mut self, reissue: Reissue) -> Self {
        self.settings.reissue = reissue;
        self
    }

    /// Sets the body encodings that the token endpoint reads.
    pub fn accepts(mut self, encodings: Encodings) -> Self {
        self.settings.accepts = encodings;
        self
    }

    /// Sets the response of the token endpoint to a body that it did not read.
    pub fn unread(mut self, unread: UnreadBody) -> Self {
        self.settings.unread = unread;
        self
    }

    /// Sets the response of the token endpoint to wrong credentials.
    pub fn denial(mut self, denial: Denial) -> Self {
        self.settings.denial = denial;
        self
    }

    /// Sets the rate limit of the token endpoint. The default is none.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.settings.rate_limit = Some(limit);
        self
    }

    /// Sets a delay before each token response. The token is issued before the delay, so part of its
    /// lifetime has passed when the response arrives.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.settings.delay = delay;
        self
    }

    /// Sets how many seconds the server's wall clock is ahead of the machine's. A negative number sets
    /// it behind. The offset shows in `Date`, `Retry-After` dates, `iat` and `exp`. It does not change
    /// how long tokens live. (G)
    pub fn clock_offset(mut self, seconds: i64) -> Self {
        self.settings.clock_offset = seconds;
        self
    }

    /// Sets the port on 127.0.0.1. The default is any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Serves https, with a certificate from the emulator's own authority. (D: Jeel is https only.)
    pub fn https(self) -> Self {
        self.certificate(Certificate::Valid)
    }

    /// Serves https with this certificate, which may be one that clients must refuse.
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Starts the emulator. It listens when this method returns.
    ///
    /// The first start in a process generates an RSA key, which takes up to a second.
    ///
    /// # Errors
    ///
    /// Returns an error if the port is in use, or if the system cannot start a thread or supply
    /// randomness.
    pub fn start(self) -> io::Result<Emulator> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))?;
        Emulator::launch(listener, self.settings, self.certificate)
    }
}
