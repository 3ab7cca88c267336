//! Any signed data behind a sound content type.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trustpack_keystore::{ReadOptions, read};

/// `SEQUENCE { signedData, [0]` of open lengths.
const START: &[u8] = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80";

fuzz_target!(|bytes: &[u8]| {
    let file = [START, bytes, &[0; 4]].concat();
    let _ = read(&file, &ReadOptions::default());
});
