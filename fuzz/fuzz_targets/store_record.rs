#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jeel_auth_properties::store_record(bytes));
