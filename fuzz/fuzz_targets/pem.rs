//! Any text inside a PEM block, and around it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trustpack_keystore::{ReadOptions, read};

fuzz_target!(|bytes: &[u8]| {
    let text = [
        b"-----BEGIN CERTIFICATE-----\n",
        bytes,
        b"\n-----END CERTIFICATE-----\n",
    ]
    .concat();
    let _ = read(&text, &ReadOptions::default());
});
