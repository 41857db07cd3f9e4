//! Whom the default client and one of the user's trust.

use crate::common::{
    LONG, builder_with, credentials, impatient, impatient_with, own_transport, rerun,
};
use jeel_auth_emulator::{Certificate, Emulator};
use jeel_auth_reqwest::{
    Endpoint, Environment, ErrorKind, LoopbackHttp, Reqwest, TokenSource, TransportKind,
};
use std::{env, fs};

const TLS: ErrorKind = ErrorKind::Transport(TransportKind::Tls);
const CERTIFICATE: ErrorKind = ErrorKind::Transport(TransportKind::Certificate);

#[tokio::test]
async fn a_private_authority_is_trusted_by_a_client_that_is_told_to() {
    let emulator = Emulator::builder().https().start().unwrap();
    let tokens = builder_with(&emulator, own_transport(&emulator)).build().unwrap();
    tokens.token().await.unwrap();
    assert_eq!(emulator.token_request_count(), 1);
}

#[tokio::test]
async fn the_default_client_refuses_a_private_authority_before_anything_is_sent() {
    let emulator = Emulator::builder().https().start().unwrap();
    let error = impatient(&emulator).build().unwrap().token().await.unwrap_err();
    assert_eq!(error.kind(), CERTIFICATE, "{error}");
    assert!(error.to_string().contains("with_extra_roots"), "{error}");
    assert_eq!(emulator.token_request_count(), 0);
}

#[tokio::test]
async fn a_certificate_for_another_name_or_time_is_refused() {
    for certificate in [Certificate::WrongName, Certificate::Expired] {
        let emulator = Emulator::builder().certificate(certificate).start().unwrap();
        let tokens = impatient_with(&emulator, LONG, own_transport(&emulator)).build().unwrap();
        let error = tokens.token().await.unwrap_err();
        assert_eq!(error.kind(), CERTIFICATE, "{error}");
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

/// `SSL_CERT_FILE` names the system's roots, so a separate process has it set.
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
    TokenSource::builder(Environment::Sandbox, credentials(), Reqwest::new().unwrap())
        .endpoint(endpoint)
        .build()
        .unwrap()
        .token()
        .await
        .unwrap();
}
