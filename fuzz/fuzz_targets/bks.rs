//! Any entries behind a sound BKS head, with and without a password: its MAC does not fit, so the sealed keys are tried.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trustpack_keystore::{Password, ReadOptions, read};

/// Version 2, a salt of 20 octets, one iteration.
const HEAD: &[u8] = b"\0\0\0\x02\0\0\0\x14saltsaltsaltsaltsalt\0\0\0\x01";

fuzz_target!(|bytes: &[u8]| {
    // a last entry tag of zero and any MAC, so that what is tried gets to the end
    let file = [HEAD, bytes, &[0; 21]].concat();
    let password = Password::new("changeit");
    for password in [None, Some(&password)] {
        let Ok(contents) = read(&file, &ReadOptions { password }) else {
            continue;
        };
        for entry in contents.store.entries() {
            assert!(entry.alias.as_str().len() <= 3 * bytes.len() + 20);
        }
    }
});
