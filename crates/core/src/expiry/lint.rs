//! What there is to say of a certificate beside its dates: whatever of its own will stop it from being accepted.

use time::OffsetDateTime;

use crate::Certificate;
use crate::cert::without_null;
use crate::facts::Facts;
use crate::key::KeyFacts;
use crate::report::{Role, Severity, lifetime};
use crate::signature::is_pss_with_sha1;

use super::Item;

mod departing;
mod public;
mod renewal;

pub(super) use departing::is_departing;
pub(crate) use public::is_public_server;

/// Something to say of one certificate; its place is added by whoever asked.
pub(super) struct Remark {
    pub(super) id: &'static str,
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) hint: String,
}

/// | id | severity | of | when |
/// |---|---|---|---|
/// | `CERT-WEAK` | warning | all | its key is short, or it is signed with MD5 or SHA-1 and no root |
/// | `CERT-LIFETIME` | warning | public end entities | it lives longer than was allowed when it was issued |
/// | `CERT-CLIENT-AUTH` | note | public end entities with their key | the next one will be for servers only |
/// | `CERT-DEPARTING-ROOT` | warning, note | anchors | a root program or a Java has dropped it, or will |
/// | `CERT-RENEW` | warning | those whose issuer was asked | the window in which it is to be renewed has begun |
///
/// A departing root is a warning when `is_needed`: a server stands or falls with it.
pub(super) fn remarks(
    item: &Item,
    is_needed: bool,
    facts: &Facts,
    at: OffsetDateTime,
) -> Vec<Remark> {
    let Some(certificate) = item.certificate() else {
        return Vec::new();
    };
    let mut remarks = Vec::new();
    remarks.extend(weak_key(certificate));
    remarks.extend(weak_digest(certificate));
    if item.role == Role::EndEntity && is_public_server(certificate) {
        remarks.extend(long_lived(certificate, facts));
        remarks.extend(client_auth(certificate, item.has_key, facts));
    }
    if let Some(window) = &item.renewal {
        remarks.extend(renewal::remark(certificate, window, at));
    }
    if item.role == Role::Anchor {
        remarks.extend(departing::remark(certificate, is_needed, facts, at));
    }
    remarks
}

/// NIST SP 800-57 part 1, table 2: below 112 bits of security. JDK and OpenSSL refuse these by default.
fn weak_key(certificate: &Certificate) -> Option<Remark> {
    // Curves are told from their names only where the key is no RSA key of the usual size.
    let KeyFacts {
        algorithm,
        bits,
        curve,
    } = certificate.key();
    let bits = bits?;
    let least = match algorithm.as_str() {
        "RSA" | "RSASSA-PSS" | "DSA" => 2048,
        "EC" => 224,
        _ => return None,
    };
    if bits >= least {
        return None;
    }
    let name = curve.unwrap_or(algorithm);
    Some(Remark {
        id: "CERT-WEAK",
        severity: Severity::Warning,
        message: format!("its {name} key has {bits} bits; clients refuse less than {least}"),
        hint: "let it be issued again for a new key: EC P-256, or RSA of 3072 bits".to_owned(),
    })
}

/// The signature of a root is checked by nobody: it is trusted by being in a store (RFC 5280 section 6.1.1 (d)).
fn weak_digest(certificate: &Certificate) -> Option<Remark> {
    if certificate.is_self_issued() {
        return None;
    }
    let algorithm = certificate.signature_algorithm();
    let (oid, _) = without_null(algorithm)?;
    let listed = WEAK.iter().find(|(weak, _)| *weak == oid);
    let digest = match listed {
        Some((_, digest)) => digest,
        None if oid == RSASSA_PSS && is_pss_with_sha1(algorithm) => "SHA-1",
        None => return None,
    };
    Some(Remark {
        id: "CERT-WEAK",
        severity: Severity::Warning,
        message: format!("it is signed with {digest}, which can be forged and clients refuse"),
        hint: "let it be issued again; every CA signs with SHA-256 or better today".to_owned(),
    })
}

/// Baseline Requirements of the CA/Browser Forum, section 6.3.2: by the day of issue.
fn long_lived(certificate: &Certificate, facts: &Facts) -> Option<Remark> {
    let issued = certificate.not_before().date();
    let most = facts.longest_leaf_lifetime(issued)?;
    let lives = lifetime(certificate);
    if lives <= time::Duration::days(most) {
        return None;
    }
    // a fraction of a day is one more day
    let days = (lives.whole_seconds() + DAY - 1) / DAY;
    Some(Remark {
        id: "CERT-LIFETIME",
        severity: Severity::Warning,
        message: format!(
            "it is made for {days} days, and a public server certificate of {issued} may live {most}; browsers refuse it"
        ),
        hint: "let it be issued again; a CA of your own may issue for longer, and then is no public one".to_owned(),
    })
}

/// Chrome Root Program Policy 1.8: from a day on, public server certificates are for servers only.
fn client_auth(certificate: &Certificate, has_key: bool, facts: &Facts) -> Option<Remark> {
    let (end, _) = facts.end_of_client_auth()?;
    let usages = certificate.extensions().extended_key_usage.as_ref()?;
    let is_for_clients = usages.iter().any(|usage| usage == CLIENT_AUTH);
    if !has_key || !is_for_clients || certificate.not_before().date() >= end {
        return None;
    }
    Some(Remark {
        id: "CERT-CLIENT-AUTH",
        severity: Severity::Note,
        message: format!(
            "it may be shown as a client certificate, and its successor may not: public CAs stop issuing for clients, at \
             the latest on {end}"
        ),
        hint: "where it is a client certificate, take one of a private CA before the next renewal"
            .to_owned(),
    })
}

const DAY: i64 = 86_400;
const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";

/// 1.2.840.113549.1.1.10
const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];

/// Signature algorithms by the octets of their identifiers (RFC 3279 section 2.2, RFC 5758).
const WEAK: [(&[u8], &str); 5] = [
    // 1.2.840.113549.1.1.2, .4, .5
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 2], "MD2"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4], "MD5"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5], "SHA-1"),
    // 1.2.840.10045.4.1
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1], "SHA-1"),
    // 1.2.840.10040.4.3
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 4, 3], "SHA-1"),
];
