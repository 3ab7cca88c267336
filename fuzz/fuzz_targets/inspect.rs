//! Any bytes, shown: records, pages and JSON of whatever is read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trustpack_core::decode;
use trustpack_core::keystore::{ReadOptions, read};
use trustpack_core::record::ContentsRecord;
use trustpack_core::report::page::{Form, contents};

/// Extensions of every family, so that bytes that are no certificate are of use too.
const EXTENSIONS: [&str; 8] = [
    "2.5.29.17",
    "2.5.29.30",
    "2.5.29.31",
    "2.5.29.32",
    "1.3.6.1.5.5.7.1.3",
    "1.3.6.1.5.5.7.1.7",
    "1.3.6.1.4.1.11129.2.4.2",
    "1.2.3",
];

fuzz_target!(|bytes: &[u8]| {
    for oid in EXTENSIONS {
        let _ = decode::extension(oid, bytes);
    }
    if let Ok(read) = read(bytes, &ReadOptions::default()) {
        let record = ContentsRecord::new("x", &read, time::OffsetDateTime::UNIX_EPOCH);
        for pages in [false, true] {
            let form = Form {
                pages,
                ..Form::default()
            };
            let _ = contents(&record, &form);
        }
        let _ = serde_json::to_string(&record);
    }
});
