//! The servers: how each is installed and started, and what only it can be put through.

mod authlib;
mod oidc_provider;

use crate::product::Product;

/// Each server that there is.
pub(crate) const PRODUCTS: [Product; 2] = [oidc_provider::OIDC_PROVIDER, authlib::AUTHLIB];
