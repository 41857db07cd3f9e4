//! The servers: how each is installed and started, and what only it can be put through.

mod authlib;

use crate::product::Product;

pub(crate) const PRODUCTS: [Product; 1] = [authlib::AUTHLIB];
