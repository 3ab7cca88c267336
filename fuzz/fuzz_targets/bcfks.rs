//! Any entries of a BCFKS that is not encrypted, and any frame around them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trustpack_keystore::{EntryKind, ReadOptions, read};

/// `SEQUENCE { 1, SEQUENCE {}, a date, a date, SEQUENCE {` of open lengths: the start of `ObjectStoreData`.
const STORE: &[u8] = b"\x30\x80\x02\x01\x01\x30\x00\
    \x18\x0f19700101000000Z\x18\x0f19700101000000Z\x30\x80";

fuzz_target!(|bytes: &[u8]| {
    let store = [b"\x30\x80", STORE, bytes, &[0; 4], b"\x30\x00\0\0"].concat();
    let frame = [b"\x30\x80\x30\x80", bytes, &[0; 4]].concat();
    for file in [store, frame] {
        let Ok(contents) = read(&file, &ReadOptions::default()) else {
            continue;
        };
        for entry in contents.store.entries() {
            if let EntryKind::PrivateKey { key, .. } | EntryKind::SecretKey(key) = &entry.kind {
                let _ = (key.protection(), key.unlock(None));
            }
        }
    }
});
