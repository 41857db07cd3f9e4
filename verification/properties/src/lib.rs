//! Properties of `jeel-auth-core` for arbitrary bytes.
//!
//! Each property takes raw bytes and panics if it is violated. The fuzz targets feed them the inputs
//! of libFuzzer; the tests of this crate feed them the committed corpora, on any toolchain.
//!
//! The crate does not search for inputs, and does not check a driver or an adapter.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a property fails by panicking"
)]

mod cache_inputs;
mod challenge;
mod differential;
mod request_body;
mod response_reader;
mod store_record;
mod token_json;
mod token_response;

pub use cache_inputs::cache_inputs;
pub use challenge::challenge;
pub use differential::differential;
pub use request_body::request_body;
pub use response_reader::response_reader;
pub use store_record::store_record;
pub use token_response::{retry_after, token_response};

/// A property, with the name of its fuzz target and corpus.
pub type Property = (&'static str, fn(&[u8]));

/// All properties.
pub const PROPERTIES: [Property; 8] = [
    ("cache_inputs", cache_inputs),
    ("challenge", challenge),
    ("request_body", request_body),
    ("response_reader", response_reader),
    ("retry_after", retry_after),
    ("store_record", store_record),
    ("differential", differential),
    ("token_response", token_response),
];
