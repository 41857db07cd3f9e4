//! The servers: how each is installed and started, and what only it can be put through.

mod authlib;
mod keycloak;
mod oidc_provider;
mod spring;

use crate::product::Product;

/// Each server that there is.
pub(crate) const PRODUCTS: [Product; 5] = [
    keycloak::KEYCLOAK,
    spring::SPRING,
    spring::SPRING_MULTIPART_OFF,
    oidc_provider::OIDC_PROVIDER,
    authlib::AUTHLIB,
];
