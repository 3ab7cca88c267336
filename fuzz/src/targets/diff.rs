//! Any bytes as the two sides of a comparison: a lock, a bundle, or whatever else they are by content.

use time::OffsetDateTime;
use trustpack_core::bundle::unzip;
use trustpack_core::diff::{self, Side, page};
use trustpack_core::keystore::{ReadOptions, read};
use trustpack_core::lock::Lock;
use trustpack_core::report::Style;

pub(super) fn diff(bytes: &[u8]) {
    // the first octet says where the second side begins
    let Some((&cut, bytes)) = bytes.split_first() else {
        return;
    };
    let (first, second) = bytes.split_at(bytes.len() * usize::from(cut) / 255);
    let (before, after) = (side("a", first), side("b", second));
    for (one, other) in [(&before, &after), (&after, &before), (&before, &before)] {
        let record = diff::diff(one, other, OffsetDateTime::UNIX_EPOCH);
        assert!(
            !std::ptr::eq(one, other) || !record.differs,
            "differs from itself"
        );
        let _ = page(&record, &Style::default());
        let _ = serde_json::to_string(&record);
    }
}

fn side(name: &str, bytes: &[u8]) -> Side {
    let mut side = Side::new(name);
    if let Ok(files) = unzip(bytes) {
        for (path, content) in files {
            if let Ok(contents) = read(&content, &ReadOptions::default()) {
                side.add_contents(Some(&path), &contents);
            }
        }
    } else if let Some(lock) = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| Lock::from_toml(text).ok())
    {
        side.add_lock(&lock);
    } else if let Ok(contents) = read(bytes, &ReadOptions::default()) {
        side.add_contents(None, &contents);
    }
    side
}
