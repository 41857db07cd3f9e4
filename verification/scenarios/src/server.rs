//! The server of a scenario: a running emulator.

mod settings;

use crate::scenario::Scheme;
use jeel_auth_emulator::{Emulator, HeldResponses, TokenRequestRecord};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

pub(crate) use settings::{Accepts, ServerFault, ServerSettings};

/// A running emulator, and the credentials that it accepts.
pub(crate) struct Server {
    emulator: Emulator,
    scheme: Scheme,
    login: Login,
    lifetime: Duration,
    held: Option<HeldResponses>,
    /// The kernel accepts connections for it. The suite never reads from them.
    silent: TcpListener,
}

/// Client credentials in plain text.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Server {
    pub(crate) fn start(settings: &ServerSettings, scheme: Scheme) -> Result<Self, String> {
        let login = settings.login();
        let emulator = settings.builder(scheme).credentials(&login.id, &login.secret).start();
        let silent =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
        Ok(Self {
            emulator: emulator.map_err(|error| format!("the emulator did not start: {error}"))?,
            scheme,
            login,
            lifetime: settings.lifetime(),
            held: None,
            silent,
        })
    }

    pub(crate) fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// An address that accepts connections and sends nothing.
    pub(crate) fn silent_address(&self) -> Result<SocketAddr, String> {
        self.silent.local_addr().map_err(|error| error.to_string())
    }

    pub(crate) fn token_url(&self) -> String {
        self.emulator.token_url()
    }

    /// Its certificate authority in DER, if it serves https.
    pub(crate) fn authority(&self) -> Option<&[u8]> {
        self.emulator.ca_der()
    }

    /// The credentials that it accepts now.
    pub(crate) fn login(&self) -> &Login {
        &self.login
    }

    /// The lifetime of the tokens that it issues now.
    pub(crate) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    pub(crate) fn set_lifetime(&mut self, lifetime: Duration) {
        self.lifetime = lifetime;
        self.emulator.set_lifetime(lifetime);
    }

    pub(crate) fn rotate_secret(&mut self, secret: &str) {
        secret.clone_into(&mut self.login.secret);
        self.emulator.rotate_secret(secret);
    }

    pub(crate) fn hold(&mut self) {
        self.held = Some(self.emulator.hold_responses());
    }

    pub(crate) fn release(&mut self) {
        self.held = None;
    }

    /// The status of a call to the API with this token. The suite uses its own client, because
    /// adapters do not call the API.
    pub(crate) fn call_api(&self, token: &str) -> Result<u16, String> {
        let mut config = Agent::config_builder().http_status_as_error(false);
        if let Some(der) = self.authority() {
            let roots = RootCerts::new_with_certs(&[Certificate::from_der(der).to_owned()]);
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        let response = config
            .build()
            .new_agent()
            .get(self.emulator.resource_url())
            .header("Authorization", format!("Bearer {token}"))
            .call();
        response.map(|response| response.status().as_u16()).map_err(|error| error.to_string())
    }

    /// The token requests as text.
    pub(crate) fn journal(&self) -> String {
        let line = |record: &TokenRequestRecord| {
            let status = record.status.map_or("no status".to_owned(), |status| status.to_string());
            format!("  {} ms: {:?}, {status}", record.at.as_millis(), record.encoding)
        };
        let lines: Vec<_> = self.emulator.token_requests().iter().map(line).collect();
        format!("token requests: {}\n{}", lines.len(), lines.join("\n"))
    }
}
