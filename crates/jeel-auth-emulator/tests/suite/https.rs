//! TLS: certificates, and how connections end.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::Arc;

use jeel_auth_emulator::{Certificate, Emulator, Fault};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::client::{Client, dial, good};

fn connect(emulator: &Emulator, name: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(emulator.ca_der().unwrap())).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(connection, dial(emulator.api_url()))
}

/// The error of a handshake that must fail.
fn refusal(emulator: &Emulator) -> rustls::Error {
    let mut stream = connect(emulator, "127.0.0.1");
    let error = stream.conn.complete_io(&mut stream.sock).unwrap_err();
    error.downcast().unwrap()
}

#[test]
fn https_works_with_each_local_name() {
    let emulator = Emulator::builder().https().start().unwrap();
    assert!(emulator.token_url().starts_with("https://127.0.0.1:"));
    assert!(emulator.ca_pem().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    for name in ["127.0.0.1", "localhost", "::1"] {
        let mut client = Client::over(connect(&emulator, name));
        assert_eq!(client.exchange(good()).status, 200);
    }
}

#[test]
fn a_plain_emulator_has_no_authority() {
    let emulator = Emulator::start().unwrap();
    assert!(emulator.ca_pem().is_none() && emulator.ca_der().is_none());
}

#[test]
fn each_emulator_has_its_own_authority() {
    let [one, other] = [(); 2].map(|()| Emulator::builder().https().start().unwrap());
    assert_ne!(one.ca_der(), other.ca_der());
}

#[test]
fn a_client_refuses_each_bad_certificate_for_the_right_reason() {
    let start = |certificate| Emulator::builder().certificate(certificate).start().unwrap();
    let wrong_name = refusal(&start(Certificate::WrongName));
    assert!(
        matches!(
            wrong_name,
            rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext { .. })
        ),
        "{wrong_name:?}"
    );
    let expired = refusal(&start(Certificate::Expired));
    assert!(
        matches!(
            expired,
            rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { .. })
        ),
        "{expired:?}"
    );
}

#[test]
fn an_orderly_end_has_a_close_notify_and_a_truncated_response_has_none() {
    let emulator = Emulator::builder().https().start().unwrap();
    let mut client = Client::over(connect(&emulator, "localhost"));
    client.send(good().replace("Host: ", "Connection: close\r\nHost: "));
    assert!(client.rest().1.is_ok());

    for fault in [Fault::TruncateBody(3), Fault::TruncateHead(3), Fault::Close] {
        emulator.script(fault);
        let mut client = Client::over(connect(&emulator, "localhost"));
        client.send(good());
        assert_eq!(client.rest().1.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }
}

#[test]
fn a_reset_is_a_reset_over_tls_too() {
    let emulator = Emulator::builder().https().start().unwrap();
    emulator.script(Fault::Reset);
    let mut client = Client::over(connect(&emulator, "localhost"));
    client.send(good());
    assert_eq!(client.rest().1.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_client_that_never_starts_the_handshake_does_not_block_the_end() {
    let emulator = Emulator::builder().https().start().unwrap();
    let silent = dial(emulator.api_url());
    assert_eq!(Client::over(connect(&emulator, "localhost")).exchange(good()).status, 200);
    drop(emulator);
    assert!(Client::over(silent).rest().0.is_empty());
}
