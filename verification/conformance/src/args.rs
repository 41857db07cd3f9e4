//! The command line.

use crate::install::Outcome;
use crate::product::Product;
use crate::servers::PRODUCTS;
use std::path::PathBuf;

/// The servers to run, and the cache folder.
#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) cache: PathBuf,
    pub(crate) products: Vec<Product>,
}

impl Args {
    /// Reads the arguments after the program's name.
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut cache = PathBuf::from("target/conformance");
        let mut named = Vec::new();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--cache" => cache = args.next().ok_or(USAGE)?.into(),
                name => {
                    let of_name = |product: &&Product| product.key.starts_with(name);
                    let of_name: Vec<_> = PRODUCTS.iter().filter(of_name).copied().collect();
                    if name.is_empty() || of_name.is_empty() {
                        let known = PRODUCTS.map(|product| product.key).join(", ");
                        return Err(format!("{USAGE}\nunknown server {name:?}; known are {known}"));
                    }
                    named.extend(of_name);
                }
            }
        }
        let products = if named.is_empty() { PRODUCTS.to_vec() } else { named };
        Ok(Self { cache, products })
    }
}

const USAGE: &str = "jeel-auth-conformance [--cache FOLDER] [SERVER]...";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Outcome<Args> {
        Args::parse(args.iter().map(|&arg| arg.to_owned()))
    }

    #[test]
    fn without_a_name_all_servers_are_run() {
        let args = parse(&["--cache", "/tmp/x"]).unwrap();
        assert_eq!(args.products.len(), PRODUCTS.len());
        assert_eq!(args.cache, PathBuf::from("/tmp/x"));
        assert_eq!(parse(&["authlib"]).unwrap().products.len(), 1);
    }

    #[test]
    fn an_unknown_name_is_an_error_that_lists_the_known_names() {
        for bad in [&["--cache"][..], &["nobody"], &[""]] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
        assert!(parse(&["nobody"]).unwrap_err().contains("authlib"));
    }
}
