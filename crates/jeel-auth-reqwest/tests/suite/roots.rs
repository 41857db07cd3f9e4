//! Roots beside the system's, by each way to a transport.

use crate::common::{builder_with, impatient_with, trusting};
use jeel_auth_emulator::Emulator;
use jeel_auth_reqwest::{
    ErrorKind, JeelAuth, Reqwest, TransportKind, client_builder_with_extra_roots,
};
use reqwest::{Certificate, redirect};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

fn tls_config(emulator: &Emulator) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(emulator.ca_der().unwrap().to_vec())).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    Arc::new(config.with_no_client_auth())
}

/// A client whose TLS is reqwest's, which needs a provider for the whole process here.
fn merging(emulator: &Emulator) -> reqwest::Client {
    let _ = ring::default_provider().install_default();
    let root = Certificate::from_der(emulator.ca_der().unwrap()).unwrap();
    let client = reqwest::Client::builder().tls_certs_merge([root]);
    client.redirect(redirect::Policy::none()).build().unwrap()
}

fn client_with_extra_roots(emulator: &Emulator) -> reqwest::Client {
    let client = client_builder_with_extra_roots(emulator.ca_pem().unwrap()).unwrap();
    client.redirect(redirect::Policy::none()).build().unwrap()
}

#[tokio::test]
async fn the_api_of_a_private_authority_is_called_with_extra_roots() {
    let emulator = Emulator::builder().https().start().unwrap();
    let roots = emulator.ca_pem().unwrap();
    let transport = Reqwest::with_extra_roots(roots).unwrap();
    let tokens = builder_with(&emulator, transport).build().unwrap();
    let api = JeelAuth::client(&tokens, client_builder_with_extra_roots(roots).unwrap()).unwrap();
    assert_eq!(api.get(emulator.resource_url()).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn extra_roots_are_trusted_by_each_way_to_a_transport() {
    let emulator = Emulator::builder().https().start().unwrap();
    let transports = [
        Reqwest::with_extra_roots(emulator.ca_pem().unwrap()).unwrap(),
        Reqwest::with_extra_roots(emulator.ca_der().unwrap()).unwrap(),
        Reqwest::with_tls_config(tls_config(&emulator)),
        Reqwest::with_client(trusting(&emulator).build().unwrap()),
        Reqwest::with_client(merging(&emulator)),
        Reqwest::with_client(client_with_extra_roots(&emulator)),
    ];
    let count = transports.len();
    for transport in transports {
        builder_with(&emulator, transport).build().unwrap().token().await.unwrap();
    }
    assert_eq!(emulator.token_request_count(), u64::try_from(count).unwrap());
}

#[tokio::test]
async fn extra_roots_are_not_those_of_another_authority() {
    let emulator = Emulator::builder().https().start().unwrap();
    let other = Emulator::builder().https().start().unwrap();
    let transport = Reqwest::with_extra_roots(other.ca_pem().unwrap()).unwrap();
    let tokens = impatient_with(&emulator, crate::common::LONG, transport).build().unwrap();
    let error = tokens.token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Certificate), "{error}");
    assert_eq!(emulator.token_request_count(), 0);
}

#[test]
fn extra_roots_that_are_none_are_refused() {
    for bytes in ["", "roots.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
        assert!(Reqwest::with_extra_roots(bytes).is_err(), "{bytes}");
    }
}
