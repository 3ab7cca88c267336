//! Any objects inside a SEQUENCE, and behind it; keys are looked at as well.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trustpack_keystore::{EntryKind, ReadOptions, read};

fuzz_target!(|bytes: &[u8]| {
    let length = u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes();
    let file = [b"\x30\x84", &length[..], bytes, bytes].concat();
    for file in [&file[..], bytes] {
        let Ok(contents) = read(file, &ReadOptions::default()) else {
            continue;
        };
        for entry in contents.store.entries() {
            if let EntryKind::PrivateKey { key, .. } = &entry.kind {
                let _ = (key.protection(), key.unlock(None));
            }
        }
    }
});
