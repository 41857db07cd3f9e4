//! The name that a certificate is checked for.

use jeel_auth::core::{Origin, SendFailure, TransportKind};
use rustls::pki_types::ServerName;

/// The name that the certificate must have. It is sent as SNI, unless it is an IP address.
pub(crate) fn server_name(origin: &Origin) -> Result<ServerName<'static>, SendFailure> {
    ServerName::try_from(origin.host().to_owned())
        .map_err(|error| SendFailure::new(TransportKind::Tls, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jeel_auth::core::LoopbackHttp;

    #[test]
    fn names_and_addresses_are_both_names_to_check() {
        let name = |url: &str| server_name(&Origin::parse(url, LoopbackHttp::Refused).unwrap());
        assert!(matches!(name("https://auth.jeel.co"), Ok(ServerName::DnsName(_))));
        for url in ["https://192.0.2.1:8443", "https://[2001:db8::1]"] {
            assert!(matches!(name(url), Ok(ServerName::IpAddress(_))), "{url}");
        }
        assert_eq!(name("https://-.-").unwrap_err().kind(), TransportKind::Tls);
    }
}
