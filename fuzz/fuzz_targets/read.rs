//! Any bytes, as whatever they are by content.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trustpack_keystore::{ReadOptions, read};

fuzz_target!(|bytes: &[u8]| {
    let _ = read(bytes, &ReadOptions::default());
});
