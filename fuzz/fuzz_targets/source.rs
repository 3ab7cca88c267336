//! Any bytes as a file with something inside: archives, manifests, specifications. The first octet chooses the extension.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trustpack_core::keystore::{ReadOptions, read};
use trustpack_core::source::{Budget, Item, open};

fuzz_target!(|bytes: &[u8]| {
    const NAMES: [&str; 8] = [
        "x", "x.zip", "x.jar", "x.tar", "x.tar.gz", "x.yaml", "x.json", "x.toml",
    ];
    let Some((&chosen, bytes)) = bytes.split_first() else {
        return;
    };
    let name = NAMES[usize::from(chosen) % NAMES.len()];
    // What a small file may unpack to must not fill the memory of the fuzzer.
    let budget = Budget {
        member_bytes: 4 << 20,
        total_bytes: 16 << 20,
        ..Budget::default()
    };
    let mut handed_out = 0;
    let opened = open(name, bytes, &budget, &mut |item| {
        if let Item::Member(member) = item {
            handed_out += member.bytes.len();
            let _ = read(&member.bytes, &ReadOptions::default());
        }
    });
    assert!(handed_out <= (16 << 20) + 8 * bytes.len(), "over budget");
    if let Err(error) = opened {
        let _ = error.to_string();
    }
});
