//! Threads, on ureq.

use crate::Setup;
use crate::adapter::{Adapter, Connected, threads};
use jeel_auth_ureq::Ureq;

pub(super) const ADAPTER: Adapter = Adapter { name: "ureq", connect };

fn connect(setup: &Setup) -> Connected {
    let transport = match &setup.authority {
        Some(authority) => Ureq::with_extra_roots(authority)?,
        None => Ureq::new()?,
    };
    threads(setup, transport)
}
