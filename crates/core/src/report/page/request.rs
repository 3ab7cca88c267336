//! A page for a certificate request.

use crate::record::RequestRecord;
use crate::text::escape;

use super::{fact, line, outline};

/// All facts of one request.
pub(super) fn sheet(page: &mut String, depth: usize, record: &RequestRecord) {
    let kind = match record.kind {
        "spkac" => "SPKAC",
        _ => "PKCS#10",
    };
    line(page, depth, &format!("certificate request ({kind})"));
    let depth = depth + 1;
    if let Some(subject) = &record.subject {
        fact(page, depth, "subject", &escape(subject));
    }
    if let Some(challenge) = &record.challenge {
        fact(page, depth, "challenge", &escape(challenge));
    }
    fact(page, depth, "public key", &escape(&record.public_key));
    let holds = match (record.signature, &record.signature_remark) {
        ("good", _) => "holds".to_owned(),
        ("bad", _) => "does not hold: it was not made with this key over this request".to_owned(),
        (_, Some(why)) => format!("cannot be checked: {}", escape(why)),
        (_, None) => "cannot be checked".to_owned(),
    };
    let algorithm = escape(&record.signature_algorithm);
    fact(page, depth, "signature", &format!("{algorithm}, {holds}"));
    fact(page, depth, "sha256", &record.fingerprint);
    fact(page, depth, "spki sha256", &record.spki_sha256);
    outline::extensions(page, depth, "requested extensions", &record.extensions);
    if !record.attributes.is_empty() {
        line(page, depth, "attributes");
    }
    for attribute in &record.attributes {
        outline::attribute(page, depth + 1, attribute);
    }
}
