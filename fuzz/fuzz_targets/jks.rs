//! Any entries behind a sound JKS header.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trustpack_keystore::{ReadOptions, read};

fuzz_target!(|bytes: &[u8]| {
    let file = [b"\xfe\xed\xfe\xed\0\0\0", bytes].concat();
    let _ = read(&file, &ReadOptions::default());
});
