//! The record that members share, as bytes.

use jeel_auth_core::share::{MOST_BYTES, Record};

/// Bytes from anywhere are no record, or exactly one: what decodes encodes to the same bytes.
pub fn store_record(bytes: &[u8]) {
    let Some(record) = Record::decode(bytes) else { return };
    assert!(bytes.len() <= MOST_BYTES);
    let encoded = record.encode().expect("a record that was read can be written");
    assert_eq!(&*encoded, bytes);
    let cleared = record.clone().without_hold_off();
    let again = cleared.encode().expect("a smaller record can be written");
    assert_eq!(Record::decode(&again), Some(cleared));
    if let Some((_, shorter)) = bytes.split_last() {
        assert_eq!(Record::decode(shorter), None);
    }
    assert_eq!(Record::decode(&[bytes, &[0]].concat()), None);
}
