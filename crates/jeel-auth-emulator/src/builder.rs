//! Configures an emulator before it starts.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use crate::options::{self, InvalidOption};
use crate::settings::Settings;
use crate::{
    Certificate, Denial, Emulator, Encodings, JwtTimes, RateLimit, Reissue, ResponseShape, Rule,
    TokenFormat, UnreadBody,
};

/// The configuration of an emulator, which [`start`](Self::start) starts.
#[derive(Debug, Clone, Default)]
#[must_use = "a builder does nothing until `start` is called"]
pub struct Builder {
    settings: Settings,
    rules: Vec<Rule>,
    port: u16,
    certificate: Option<Certificate>,
}

impl Builder {
    /// Sets the credentials of the first client. Both may be any text; the server compares
    /// them byte by byte. The defaults are [`DEFAULT_CLIENT_ID`](crate::DEFAULT_CLIENT_ID) and
    /// [`DEFAULT_CLIENT_SECRET`](crate::DEFAULT_CLIENT_SECRET).
    pub fn credentials(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.settings.clients.set_first(id.into(), secret.into());
        self
    }

    /// Adds a client. If a client with this id exists, its secret is replaced.
    pub fn client(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.settings.clients.set(id.into(), vec![secret.into()]);
        self
    }

    /// Sets the lifetime of tokens. The default is one hour. (D that tokens expire; S lifetimes of
    /// 1991 and 36000 seconds.)
    ///
    /// Responses and claims state it in whole seconds, rounded down. The API rejects a token
    /// exactly one lifetime after it was issued.
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

    /// Sets a delay before each token response. The token is issued before the delay, so part of
    /// its lifetime has passed when the response arrives.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.settings.delay = delay;
        self
    }

    /// Sets how many seconds the server's wall clock is ahead of the machine's. A negative number
    /// sets it behind. The offset shows in `Date`, `Retry-After` dates, `iat` and `exp`. It does
    /// not change how long tokens live. (G)
    pub fn clock_offset(mut self, seconds: i64) -> Self {
        self.settings.clock_offset = seconds;
        self
    }

    /// Sets how many seconds the `Date` of responses is ahead of the server's clock, as behind a
    /// gateway whose clock is wrong or that writes local time as GMT. A negative number sets it
    /// behind. It changes nothing but `Date`. (G)
    pub fn date_offset(mut self, seconds: i64) -> Self {
        self.settings.date_offset = seconds;
        self
    }

    /// Sets how the claims of JWTs state times.
    pub fn jwt_times(mut self, times: JwtTimes) -> Self {
        self.settings.jwt_times = times;
        self
    }

    /// Sets whether the control endpoint exists, under `/emulator/`. The default is no. The
    /// [program](crate::program) always has one.
    pub fn control(mut self, control: bool) -> Self {
        self.settings.control = control;
        self
    }

    /// Sets a setting by the name and the text of its command-line option, for example
    /// `("lifetime", "60")`. [`option_help`](crate::option_help) lists them.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such option, or if the value is not valid for it.
    pub fn option(mut self, name: &str, value: &str) -> Result<Self, InvalidOption> {
        options::apply(&mut self.settings, name, value)?;
        Ok(self)
    }

    /// Adds a rule, as [`Emulator::add_rule`] does.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
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
        Emulator::launch(listener, self.settings, self.rules, self.certificate)
    }
}
