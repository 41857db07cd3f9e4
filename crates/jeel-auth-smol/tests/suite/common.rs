//! Sources for an emulator.

use jeel_auth_emulator::{DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, Emulator};
use jeel_auth_smol::{
    Builder, Credentials, Endpoint, Environment, FuturesIo, LoopbackHttp, Smol, TokenSource,
};
use std::time::Duration;

/// Long enough that only a hang can take it.
pub(crate) const LONG: Duration = Duration::from_secs(60);

pub(crate) fn transport(emulator: &Emulator) -> FuturesIo<Smol> {
    match emulator.ca_pem() {
        Some(pem) => FuturesIo::with_extra_roots(pem).unwrap(),
        None => FuturesIo::new().unwrap(),
    }
}

pub(crate) fn builder(emulator: &Emulator) -> Builder<TokenSource> {
    builder_with(emulator, transport(emulator))
}

pub(crate) fn builder_with(
    emulator: &Emulator,
    transport: FuturesIo<Smol>,
) -> Builder<TokenSource> {
    let credentials = Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET).unwrap();
    let endpoint = Endpoint::parse(&emulator.token_url(), LoopbackHttp::Allowed).unwrap();
    TokenSource::builder(Environment::Sandbox, credentials, transport).endpoint(endpoint)
}

pub(crate) fn source(emulator: &Emulator) -> TokenSource {
    builder(emulator).build().unwrap()
}

/// One over http and one over https.
pub(crate) fn emulators() -> [Emulator; 2] {
    [Emulator::start().unwrap(), Emulator::builder().https().start().unwrap()]
}
