//! The servers: how to install and start each, and the scenarios for one server only.

mod authlib;
mod keycloak;
mod oidc_provider;
mod spring;

use crate::product::Product;

/// All servers.
pub(crate) const PRODUCTS: [Product; 5] = [
    keycloak::KEYCLOAK,
    spring::SPRING,
    spring::SPRING_MULTIPART_OFF,
    oidc_provider::OIDC_PROVIDER,
    authlib::AUTHLIB,
];
