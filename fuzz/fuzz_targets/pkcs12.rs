//! Any bags in the clear, so that what is tried gets past MAC and encryption; keys are looked at as well.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trustpack_keystore::{EntryKind, ReadOptions, read};

/// `SEQUENCE { 3, SEQUENCE { data, [0] { chunked OCTET STRING` up to the authenticated safe; every length is open.
const START: &[u8] =
    b"\x30\x80\x02\x01\x03\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80";

fuzz_target!(|bytes: &[u8]| {
    let length = u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes();
    let file = [START, b"\x04\x84", &length, bytes, &[0; 8]].concat();
    let Ok(contents) = read(&file, &ReadOptions::default()) else {
        return;
    };
    for entry in contents.store.entries() {
        if let EntryKind::PrivateKey { key, .. } = &entry.kind {
            let _ = (key.protection(), key.unlock(None));
        }
    }
});
