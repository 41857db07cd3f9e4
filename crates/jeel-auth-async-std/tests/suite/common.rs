//! Sources for an emulator.

use jeel_auth_async_std::{
    AsyncStd, Builder, Credentials, Endpoint, Environment, FuturesIo, LoopbackHttp, TokenSource,
};
use jeel_auth_emulator::{DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, Emulator};

pub(crate) fn transport(emulator: &Emulator) -> FuturesIo<AsyncStd> {
    match emulator.ca_pem() {
        Some(pem) => FuturesIo::with_extra_roots(pem).unwrap(),
        None => FuturesIo::new().unwrap(),
    }
}

pub(crate) fn builder(emulator: &Emulator) -> Builder<TokenSource> {
    let credentials = Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET).unwrap();
    let endpoint = Endpoint::parse(&emulator.token_url(), LoopbackHttp::Allowed).unwrap();
    TokenSource::builder(Environment::Sandbox, credentials, transport(emulator)).endpoint(endpoint)
}

pub(crate) fn source(emulator: &Emulator) -> TokenSource {
    builder(emulator).build().unwrap()
}

/// One over http and one over https.
pub(crate) fn emulators() -> [Emulator; 2] {
    [Emulator::start().unwrap(), Emulator::builder().https().start().unwrap()]
}
