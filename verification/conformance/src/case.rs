//! The cases of a scenario: every combination of scheme, encoding and adapter.

use jeel_auth::core::{BodyEncoding, EncodingChoice};
use jeel_auth_scenarios::{ADAPTERS, Adapter};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Http { "http" } else { "https" })
    }
}

/// The encoding setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Auto,
    Multipart,
    UrlEncoded,
}

impl Encoding {
    pub(crate) fn choice(self) -> EncodingChoice {
        match self {
            Self::Auto => EncodingChoice::Auto,
            Self::Multipart => EncodingChoice::Always(BodyEncoding::Multipart),
            Self::UrlEncoded => EncodingChoice::Always(BodyEncoding::UrlEncoded),
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "Auto",
            Self::Multipart => "Multipart",
            Self::UrlEncoded => "UrlEncoded",
        })
    }
}

/// One combination.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) scheme: Scheme,
    pub(crate) encoding: Encoding,
    pub(crate) adapter: Adapter,
}

/// All combinations.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for scheme in [Scheme::Http, Scheme::Https] {
        for encoding in [Encoding::Auto, Encoding::Multipart, Encoding::UrlEncoded] {
            cases.extend(ADAPTERS.map(|adapter| Case { scheme, encoding, adapter }));
        }
    }
    cases
}
