//! Whom the default client and one of the user's trust.

use crate::common::{builder_on, impatient, impatient_on, own_transport, rerun};
use jeel_auth_emulator::{Certificate, Emulator};
use jeel_auth_reqwest::{
    Endpoint, Environment, ErrorKind, LoopbackHttp, Reqwest, TokenSource, TransportKind,
    client_builder_with_extra_roots,
};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::{env, fs};

const TLS: ErrorKind = ErrorKind::Transport(TransportKind::Tls);

#[tokio::test]
async fn a_private_authority_is_trusted_by_a_client_that_is_told_to() {
    let emulator = Emulator::builder().https().start().unwrap();
    let tokens = builder_on(&emulator, own_transport(&emulator)).build().unwrap();
    tokens.token().await.unwrap();
    assert_eq!(emulator.token_request_count(), 1);
}

#[tokio::test]
async fn the_default_client_refuses_a_private_authority_before_anything_is_sent() {
    let emulator = Emulator::builder().https().start().unwrap();
    let error = impatient(&emulator).build().unwrap().token().await.unwrap_err();
    assert_eq!(error.kind(), TLS, "{error}");
    assert_eq!(emulator.token_request_count(), 0);
}

#[tokio::test]
async fn a_certificate_for_another_name_or_time_is_refused() {
    for certificate in [Certificate::WrongName, Certificate::Expired] {
        let emulator = Emulator::builder().certificate(certificate).start().unwrap();
        let tokens = impatient_on(&emulator, own_transport(&emulator)).build().unwrap();
        let error = tokens.token().await.unwrap_err();
        assert_eq!(error.kind(), TLS, "{error}");
        assert_eq!(emulator.token_request_count(), 0);
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_a_failure_of_tls() {
    let emulator = Emulator::start().unwrap();
    let url = emulator.token_url().replace("http://", "https://");
    let endpoint = Endpoint::parse(&url, LoopbackHttp::Refused).unwrap();
    let error = impatient(&emulator).endpoint(endpoint).build().unwrap().token().await.unwrap_err();
    assert_eq!(error.kind(), TLS, "{error}");
}

/// The system's roots are whatever `SSL_CERT_FILE` names, so a run of its own has that set.
#[test]
fn the_default_client_trusts_the_systems_roots() {
    let emulator = Emulator::builder().https().start().unwrap();
    let roots = env::temp_dir().join(format!("jeel-auth-reqwest-{}.pem", std::process::id()));
    fs::write(&roots, emulator.ca_pem().unwrap()).unwrap();
    rerun(
        "tls::fetches_a_token_by_the_systems_roots",
        &[("SSL_CERT_FILE", roots.to_str().unwrap()), ("TOKEN_URL", &emulator.token_url())],
    );
    fs::remove_file(&roots).unwrap();
    assert_eq!(emulator.token_request_count(), 1);
}

#[tokio::test]
#[ignore = "run by the test above, with its roots"]
async fn fetches_a_token_by_the_systems_roots() {
    let endpoint = env::var("TOKEN_URL").unwrap();
    let endpoint = Endpoint::parse(&endpoint, LoopbackHttp::Refused).unwrap();
    TokenSource::builder(
        Environment::Sandbox,
        crate::common::credentials(),
        Reqwest::new().unwrap(),
    )
    .endpoint(endpoint)
    .build()
    .unwrap()
    .token()
    .await
    .unwrap();
}

#[tokio::test]
async fn extra_roots_are_trusted_by_the_transport_and_by_a_client_for_the_api() {
    let emulator = Emulator::builder().https().start().unwrap();
    let pem = emulator.ca_pem().unwrap();
    let transport = Reqwest::with_extra_roots(pem).unwrap();
    builder_on(&emulator, transport).build().unwrap().token().await.unwrap();
    let client = client_builder_with_extra_roots(pem).unwrap().build().unwrap();
    assert_eq!(client.get(emulator.resource_url()).send().await.unwrap().status(), 401);
    assert!(Reqwest::with_extra_roots("no certificate").is_err());
}

#[tokio::test]
async fn a_configuration_of_the_users_is_used_as_it_is_but_for_its_protocols() {
    let emulator = Emulator::builder().https().start().unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(emulator.ca_der().unwrap().to_vec())).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    // The emulator would refuse a client that speaks only this.
    config.alpn_protocols = vec![b"h2".to_vec()];
    let transport = Reqwest::with_tls_config(Arc::new(config));
    builder_on(&emulator, transport).build().unwrap().token().await.unwrap();
}
