//! The adapters under test.

mod async_std;
mod reqwest;
mod smol;
mod ureq;

pub use reqwest::reqwest_trusting;

use crate::Adapter;

/// All adapters.
pub const ADAPTERS: [Adapter; 4] =
    [ureq::ADAPTER, reqwest::ADAPTER, async_std::ADAPTER, smol::ADAPTER];
