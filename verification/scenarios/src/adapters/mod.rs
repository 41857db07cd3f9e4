//! The adapters under test.

mod async_std;
mod reqwest;
mod smol;
mod ureq;

pub use reqwest::reqwest_trusting;

use crate::Adapter;

/// Each adapter that there is.
pub const ADAPTERS: [Adapter; 4] =
    [ureq::ADAPTER, reqwest::ADAPTER, async_std::ADAPTER, smol::ADAPTER];
