//! Chooses what an emulator is before it starts.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use crate::settings::{Secret, Settings};
use crate::{
    Certificate, Denial, Emulator, Encodings, RateLimit, Reissue, ResponseShape, TokenFormat,
    UnreadBody,
};

/// A description of an emulator to [`start`](Self::start).
#[derive(Debug, Clone, Default)]
#[must_use = "an emulator runs only once it is started"]
pub struct Builder {
    settings: Settings,
    port: u16,
    certificate: Option<Certificate>,
}

impl Builder {
    /// The one client that this server knows. Both are any text; they are compared byte by byte.
    /// [`DEFAULT_CLIENT_ID`](crate::DEFAULT_CLIENT_ID) and
    /// [`DEFAULT_CLIENT_SECRET`](crate::DEFAULT_CLIENT_SECRET) unless set.
    pub fn credentials(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.settings.client_id = id.into();
        self.settings.client_secret = Secret::new(secret);
        self
    }

    /// How long tokens live, an hour unless set. (D that they expire; S lifetimes of 1991 and 36000
    /// seconds.)
    ///
    /// Responses and claims say it in whole seconds, rounded down. The API rejects a token at the
    /// exact moment, issuance plus lifetime.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.lifetime = lifetime;
        self
    }

    /// The scope of tokens, none unless set. (S)
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.settings.scope = Some(scope.into());
        self
    }

    /// What tokens look like.
    pub fn token_format(mut self, format: TokenFormat) -> Self {
        self.settings.format = format;
        self
    }

    /// Which members token responses have.
    pub fn response_shape(mut self, shape: ResponseShape) -> Self {
        self.settings.shape = shape;
        self
    }

    /// Whether a token that is still good is issued again.
    pub fn reissue(mut self, reissue: Reissue) -> Self {
        self.settings.reissue = reissue;
        self
    }

    /// Which body encodings the token endpoint reads.
    pub fn accepts(mut self, encodings: Encodings) -> Self {
        self.settings.accepts = encodings;
        self
    }

    /// How the token endpoint answers a body that it did not read.
    pub fn unread(mut self, unread: UnreadBody) -> Self {
        self.settings.unread = unread;
        self
    }

    /// How the token endpoint answers wrong credentials.
    pub fn denial(mut self, denial: Denial) -> Self {
        self.settings.denial = denial;
        self
    }

    /// The token endpoint's rate limit, none unless set.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.settings.rate_limit = Some(limit);
        self
    }

    /// How long token responses take. Tokens are issued before the wait, so their lives are already
    /// running when they arrive.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.settings.delay = delay;
        self
    }

    /// How many seconds the server's wall clock is ahead of the machine's; behind, if negative. It
    /// shows in `Date`, `Retry-After` dates, `iat` and `exp`, not in how long tokens live. (G)
    pub fn clock_offset(mut self, seconds: i64) -> Self {
        self.settings.clock_offset = seconds;
        self
    }

    /// The port on 127.0.0.1, any free one unless set.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Speaks https, with a certificate of the emulator's own authority. (D: Jeel is https only.)
    pub fn https(self) -> Self {
        self.certificate(Certificate::Valid)
    }

    /// Speaks https with this certificate, which may be one that clients must refuse.
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Starts it: on return, it listens.
    ///
    /// The first start in a process takes a good part of a second longer, for an RSA key.
    ///
    /// # Errors
    ///
    /// If the port is taken, or the system has no thread or no randomness to give.
    pub fn start(self) -> io::Result<Emulator> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))?;
        Emulator::launch(listener, self.settings, self.certificate)
    }
}
