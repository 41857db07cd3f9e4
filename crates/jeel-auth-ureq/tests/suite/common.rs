//! Sources of an emulator.

use jeel_auth_emulator::{DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, Emulator};
use jeel_auth_ureq::{
    Builder, Credentials, Endpoint, Environment, LoopbackHttp, TokenSource, Ureq,
};

pub(crate) fn builder(token_url: &str, transport: Ureq) -> Builder<TokenSource> {
    let credentials = Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET).unwrap();
    TokenSource::builder(Environment::Sandbox, credentials, transport)
        .endpoint(Endpoint::parse(token_url, LoopbackHttp::Allowed).unwrap())
}

pub(crate) fn source(emulator: &Emulator, transport: Ureq) -> TokenSource {
    builder(&emulator.token_url(), transport).build().unwrap()
}
