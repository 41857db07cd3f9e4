//! Whom a transport trusts.

use crate::common::{assert_transport, builder, default, source, token, trusting};
use jeel_auth::core::TransportKind;
use jeel_auth_emulator::{Certificate, Emulator};
use jeel_auth_futures_io::FuturesIo;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

fn https(certificate: Certificate) -> Emulator {
    Emulator::builder().certificate(certificate).start().unwrap()
}

#[test]
fn a_private_authority_is_trusted_as_an_extra_root_in_pem_or_der() {
    let emulator = https(Certificate::Valid);
    let der = FuturesIo::with_extra_roots(emulator.ca_der().unwrap()).unwrap();
    for transport in [trusting(&emulator), der] {
        let by_address = builder(&emulator.token_url(), transport.clone());
        token(&by_address.build().unwrap()).unwrap();
        let url = emulator.token_url().replace("127.0.0.1", "localhost");
        token(&builder(&url, transport).build().unwrap()).unwrap();
    }
    assert_eq!(emulator.token_request_count(), 4);
}

#[test]
fn a_configuration_of_the_users_is_used_as_it_is_but_for_its_protocols() {
    let emulator = https(Certificate::Valid);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(emulator.ca_der().unwrap().to_vec())).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    // The emulator would refuse a client that speaks only this.
    config.alpn_protocols = vec![b"h2".to_vec()];
    let transport = FuturesIo::with_tls_config(Arc::new(config));
    token(&builder(&emulator.token_url(), transport).build().unwrap()).unwrap();
}

#[test]
fn an_unknown_authority_is_refused_before_anything_is_sent() {
    let (emulator, other) = (https(Certificate::Valid), https(Certificate::Valid));
    let tokens = builder(&emulator.token_url(), default()).build().unwrap();
    let error = assert_transport(&tokens, TransportKind::Certificate).to_string();
    assert!(error.contains("SSL_CERT_FILE") && error.contains("with_extra_roots"), "{error}");
    let tokens = builder(&emulator.token_url(), trusting(&other)).build().unwrap();
    assert_transport(&tokens, TransportKind::Certificate);
    assert_eq!(emulator.token_request_count(), 0);
}

#[test]
fn a_certificate_for_another_name_or_time_is_refused() {
    for certificate in [Certificate::WrongName, Certificate::Expired] {
        let emulator = https(certificate);
        assert_transport(&source(&emulator), TransportKind::Certificate);
        assert_eq!(emulator.token_request_count(), 0);
    }
}

/// `SSL_CERT_FILE` names the system's roots, so it is set for a separate process; and,
/// with it, a proxy that would refuse the connection if it were used.
#[test]
fn the_systems_roots_are_trusted_and_the_environments_proxies_are_not_used() {
    let emulator = https(Certificate::Valid);
    let roots = env::temp_dir().join(format!("jeel-auth-futures-io-{}.pem", std::process::id()));
    fs::write(&roots, emulator.ca_pem().unwrap()).unwrap();
    let mut suite = Command::new(env::current_exe().unwrap());
    suite.args(["--exact", "tls::fetches_a_token_by_the_systems_roots", "--ignored"]);
    suite.env("SSL_CERT_FILE", &roots).env("TOKEN_URL", emulator.token_url());
    suite.envs(["HTTPS_PROXY", "https_proxy", "ALL_PROXY"].map(|proxy| (proxy, "127.0.0.1:1")));
    let output = suite.output().unwrap();
    fs::remove_file(&roots).unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    // A name that no test has would be a success too.
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(emulator.token_request_count(), 1);
}

#[test]
#[ignore = "run by the test above, with its environment"]
fn fetches_a_token_by_the_systems_roots() {
    token(&builder(&env::var("TOKEN_URL").unwrap(), default()).build().unwrap()).unwrap();
}
