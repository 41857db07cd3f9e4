//! Runs the properties on the committed corpora.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jeel_auth_properties::PROPERTIES;
use std::fs;
use std::path::Path;

#[test]
fn every_input_of_every_corpus_has_its_property() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, property) in PROPERTIES {
        let mut inputs = 0;
        for entry in fs::read_dir(corpora.join(name)).unwrap() {
            property(&fs::read(entry.unwrap().path()).unwrap());
            inputs += 1;
        }
        assert!(inputs > 0, "the corpus of {name} is empty");
    }
}

#[test]
fn every_property_accepts_empty_and_arbitrary_input() {
    let anything: Vec<u8> =
        (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (_, property) in PROPERTIES {
        property(&[]);
        for length in 0..64 {
            property(&anything[length * 7..length * 9]);
        }
        property(&anything);
    }
}
