//! Whom the transport trusts, and what reaches a log.

use crate::common::source;
use jeel_auth_emulator::{DEFAULT_CLIENT_SECRET, Emulator};
use jeel_auth_ureq::{ErrorKind, TransportKind, Ureq};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::fmt::Write;
use std::sync::{Arc, Mutex};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

fn https() -> Emulator {
    Emulator::builder().https().start().unwrap()
}

#[test]
fn a_certificate_that_is_not_trusted_is_told_at_once_with_what_to_do() {
    let emulator = https();
    let source = source(&emulator, Ureq::new().unwrap());
    let error = source.token().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Certificate), "{error}");
    for words in ["SSL_CERT_FILE", "with_extra_roots"] {
        assert!(error.to_string().contains(words), "{error}");
    }
    let status = source.status();
    assert_eq!((status.counters.requests, status.permits), (1, 5));
    assert_eq!(emulator.token_request_count(), 0);
}

#[test]
fn each_way_to_trust_a_root_is_heeded() {
    let emulator = https();
    let der = emulator.ca_der().unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(der.to_vec())).unwrap();
    let ours = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let certificate = Certificate::from_der(der).to_owned();
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[certificate])).build();
    for transport in [
        Ureq::with_extra_roots(emulator.ca_pem().unwrap()).unwrap(),
        Ureq::with_extra_roots(der).unwrap(),
        Ureq::with_tls_config(Arc::new(ours)),
        Ureq::with_config(Agent::config_builder().tls_config(tls).build()),
    ] {
        source(&emulator, transport).token().unwrap();
    }
    assert_eq!(emulator.token_request_count(), 4);
}

/// All that any crate logs, at any level.
struct Log;

static LOGGED: Mutex<String> = Mutex::new(String::new());

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(LOGGED.lock().unwrap(), "{} {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

#[test]
fn no_library_logs_the_secret_or_the_token() {
    log::set_logger(&Log).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let emulator = https();
    let pem = emulator.ca_pem().unwrap();
    let config = Agent::config_builder()
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        .build();
    let _ = source(&emulator, Ureq::with_config(config)).token();
    let plain = Emulator::start().unwrap();
    let mut tokens = Vec::new();
    for (emulator, transport) in [
        (&emulator, Ureq::with_extra_roots(pem).unwrap()),
        (&plain, Ureq::new().unwrap()),
        (&plain, Ureq::with_config(Agent::config_builder().build())),
    ] {
        tokens.push(source(emulator, transport).token().unwrap().expose_secret().to_owned());
    }
    // Rows of octets would be split anywhere: joined, they show any eight characters in a row.
    let logged = LOGGED.lock().unwrap().to_ascii_lowercase();
    let joined: String = logged.chars().filter(|c| c.is_ascii_graphic()).collect();
    assert!(logged.contains("ureq"), "nothing was captured");
    for secret in tokens.iter().map(String::as_str).chain([DEFAULT_CLIENT_SECRET]) {
        let secret = secret.to_ascii_lowercase();
        for part in secret.as_bytes().windows(8).map(|part| str::from_utf8(part).unwrap()) {
            // Every JWT begins alike, as may any word.
            let is_header = secret.find('.').is_some_and(|end| secret[..end].contains(part));
            assert!(is_header || !joined.contains(part), "{part} is in the log");
        }
    }
}
