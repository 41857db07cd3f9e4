//! What must hold of `jeel-auth-core` for any bytes.
//!
//! Each property takes raw bytes and panics when it does not hold. The fuzz targets feed them what
//! libFuzzer invents; the tests of this crate feed them the committed corpora, on any toolchain.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a property fails by panicking"
)]

mod cache_inputs;
mod request_body;
mod response_reader;
mod second_opinion;
mod token_json;
mod token_reply;

pub use cache_inputs::cache_inputs;
pub use request_body::request_body;
pub use response_reader::response_reader;
pub use second_opinion::second_opinion;
pub use token_reply::{retry_after, token_reply};

/// A property, under the name of its fuzz target and corpus.
pub type Property = (&'static str, fn(&[u8]));

/// All of them.
pub const PROPERTIES: [Property; 6] = [
    ("cache_inputs", cache_inputs),
    ("request_body", request_body),
    ("response_reader", response_reader),
    ("retry_after", retry_after),
    ("second_opinion", second_opinion),
    ("token_reply", token_reply),
];
