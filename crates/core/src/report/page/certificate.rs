//! A page for a certificate: everything that stands in it.

use time::Duration;

use crate::record::CertificateRecord;
use crate::text::{escape, left, rfc3339};

use super::{fact, outline};

/// All facts of one certificate, then its extensions.
pub(super) fn sheet(page: &mut String, depth: usize, record: &CertificateRecord) {
    fact(page, depth, "subject", &escape(&record.subject));
    let same = if record.is_self_issued {
        " (the same name)"
    } else {
        ""
    };
    fact(
        page,
        depth,
        "issuer",
        &format!("{}{same}", escape(&record.issuer)),
    );
    fact(page, depth, "serial number", &record.serial_number);
    if let Some(details) = &record.details {
        fact(page, depth, "version", &details.version.to_string());
    }
    fact(page, depth, "valid from", &valid_from(record));
    let until = rfc3339(record.not_after);
    let rest = left(record.remaining_seconds);
    let word = if record.remaining_seconds < 0 {
        ""
    } else {
        " left"
    };
    fact(
        page,
        depth,
        "valid until",
        &format!("{until} ({rest}{word})"),
    );
    fact(page, depth, "public key", &escape(&record.public_key));
    fact(
        page,
        depth,
        "may issue",
        if record.is_ca { "yes, a CA" } else { "no" },
    );
    fact(page, depth, "sha256", &record.fingerprint);
    let Some(details) = &record.details else {
        return;
    };
    fact(page, depth, "sha1", &details.sha1);
    fact(page, depth, "md5", &details.md5);
    fact(page, depth, "spki sha256", &details.spki_sha256);
    let algorithm = escape(&details.signature_algorithm);
    fact(page, depth, "signature", &algorithm);
    for (what, id) in [
        ("issuer unique id", &details.issuer_unique_id),
        ("subject unique id", &details.subject_unique_id),
    ] {
        if let Some(id) = id {
            fact(page, depth, what, id);
        }
    }
    outline::extensions(page, depth, "extensions", &details.extensions);
}

fn valid_from(record: &CertificateRecord) -> String {
    let from = rfc3339(record.not_before);
    let now = record
        .not_after
        .checked_sub(Duration::seconds(record.remaining_seconds));
    match now {
        Some(now) if now < record.not_before => {
            let seconds = (record.not_before - now).whole_seconds();
            format!("{from} (not yet, in {})", left(seconds))
        }
        _ => from,
    }
}
