//! Files with files inside.

use trustpack_core::bundle::{open, open_zip, unzip};
use trustpack_core::keystore::{ReadOptions, read};
use trustpack_core::source::{self, Budget, Item};

use super::super::input::Input;

/// Any bytes as a file with something inside: archives, manifests, specifications. The first octet chooses the extension.
pub(super) fn source(bytes: &[u8]) {
    const NAMES: [&str; 8] = [
        "x", "x.zip", "x.jar", "x.tar", "x.tar.gz", "x.yaml", "x.json", "x.toml",
    ];
    let mut input = Input(bytes);
    let name = input.one_of(&NAMES);
    // what a small file may unpack to must not fill the memory of the fuzzer
    let budget = Budget {
        member_bytes: 4 << 20,
        total_bytes: 16 << 20,
        ..Budget::default()
    };
    let mut handed_out = 0;
    let opened = source::open(name, input.0, &budget, &mut |item| {
        if let Item::Member(member) = item {
            handed_out += member.bytes.len();
            let _ = read(&member.bytes, &ReadOptions::default());
        }
    });
    assert!(handed_out <= (16 << 20) + 8 * input.0.len(), "over budget");
    if let Err(error) = opened {
        let _ = error.to_string();
    }
}

/// Any bytes as the zip of a bundle, and any files as what is in one: what opens is what is there.
pub(super) fn zip(bytes: &[u8]) {
    if let Ok(files) = unzip(bytes) {
        let names: Vec<&String> = files.iter().map(|(name, _)| name).collect();
        let leads_out =
            |name: &&&String| name.starts_with('/') || name.split('/').any(|part| part == "..");
        assert_eq!(names.iter().find(leads_out), None);
        match open_zip(bytes) {
            Ok(opened) => assert!(opened.paths().eq(names), "other files"),
            Err(error) => drop(error.to_string()),
        }
    }
    // names and contents one after the other; the last, which is as long as it likes, is the manifest
    let mut input = Input(bytes);
    let mut files = Vec::new();
    for _ in 0..input.octet() % 4 {
        let name = input.text();
        let length = input.number();
        files.push((name, input.octets(length).to_vec()));
    }
    files.push(("MANIFEST.json".to_owned(), input.0.to_vec()));
    if let Err(error) = open(files) {
        let _ = error.to_string();
    }
}
