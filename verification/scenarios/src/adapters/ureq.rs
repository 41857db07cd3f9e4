//! Threads, on ureq.

use crate::adapter::{Adapter, blocking};
use jeel_auth_ureq::Ureq;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

pub(super) const ADAPTER: Adapter = Adapter {
    name: "ureq",
    connect: |setup| blocking(setup, setup.authority.as_deref().map(trusting)),
};

fn trusting(authority: &[u8]) -> Ureq {
    let roots = RootCerts::new_with_certs(&[Certificate::from_der(authority).to_owned()]);
    let tls = TlsConfig::builder().root_certs(roots).build();
    Ureq::with_agent(Agent::config_builder().tls_config(tls).build().new_agent())
}
