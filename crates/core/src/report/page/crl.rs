//! A page for a revocation list.

use crate::record::{CrlRecord, RevokedRecord};
use crate::text::{ago, count, escape, rfc3339, span};

use super::{fact, line, outline};

/// Lists of public CAs have some hundred thousand entries; nobody reads more than a page of them.
const ENTRIES_SHOWN: usize = 20;

/// All facts of one list, and its first entries.
pub(super) fn sheet(page: &mut String, depth: usize, record: &CrlRecord) {
    line(page, depth, "revocation list");
    let depth = depth + 1;
    fact(page, depth, "issuer", &escape(&record.issuer));
    if let Some(number) = &record.number {
        fact(page, depth, "number", number);
    }
    fact(page, depth, "version", &record.version.to_string());
    fact(page, depth, "this update", &rfc3339(record.this_update));
    let next = match (record.next_update, record.remaining_seconds) {
        (Some(next), Some(seconds)) if seconds < 0 => {
            format!("{} (due {})", rfc3339(next), ago(seconds))
        }
        (Some(next), seconds) => {
            format!(
                "{} (in {})",
                rfc3339(next),
                span(seconds.unwrap_or_default())
            )
        }
        (None, _) => "not said".to_owned(),
    };
    fact(page, depth, "next update", &next);
    let algorithm = escape(&record.signature_algorithm);
    fact(
        page,
        depth,
        "signature",
        &format!("{algorithm}, not checked"),
    );
    fact(page, depth, "sha256", &record.fingerprint);
    outline::extensions(page, depth, "extensions", &record.extensions);
    line(
        page,
        depth,
        &count(record.entries.len(), "revoked certificate"),
    );
    for entry in record.entries.iter().take(ENTRIES_SHOWN) {
        revoked(page, depth + 1, entry);
    }
    let more = record.entries.len().saturating_sub(ENTRIES_SHOWN);
    if more > 0 {
        line(
            page,
            depth + 1,
            &format!("{more} more; --json has all of them"),
        );
    }
}

fn revoked(page: &mut String, depth: usize, entry: &RevokedRecord) {
    let mut text = format!(
        "{} on {}",
        entry.serial_number,
        rfc3339(entry.revocation_date)
    );
    if let Some(reason) = &entry.reason {
        text.push_str(&format!(", {}", escape(reason)));
    }
    if let Some(date) = entry.invalidity_date {
        text.push_str(&format!(", invalid since {}", rfc3339(date)));
    }
    line(page, depth, &text);
    let told = |oid: &str| {
        oid == "2.5.29.21" && entry.reason.is_some()
            || oid == "2.5.29.24" && entry.invalidity_date.is_some()
    };
    for extension in entry.extensions.iter().filter(|one| !told(&one.oid)) {
        outline::extension(page, depth + 1, extension);
    }
}
