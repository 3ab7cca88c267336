//! Which entries hold what: by certificate, fingerprint, name or date.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde::Serialize;
use time::OffsetDateTime;
use trustpack_keystore::KeyStore;

use crate::Certificate;
use crate::cert::asn1;
use crate::text::serialize_time;

/// What is looked for; all that is given must hold of one certificate.
#[derive(Clone, Debug, Default)]
pub struct Criteria {
    /// One of these certificates.
    pub certificates: Vec<Certificate>,
    /// SHA-256 or SHA-1 of the certificate, hex, with or without colons; its first eight digits or more do.
    pub fingerprint: Option<String>,
    /// A part of the subject as it is shown, without case.
    pub subject: Option<String>,
    /// A part of the issuer.
    pub issuer: Option<String>,
    /// The last second of validity is before this.
    pub expires_before: Option<OffsetDateTime>,
}

/// A certificate of an entry that fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Match {
    /// The entry.
    pub alias: String,
    /// Its place in the entry: 0 for a trusted certificate and for a key's own, then its issuers.
    pub place: usize,
    /// RFC 4514, control characters made visible.
    pub subject: String,
    /// RFC 4514, control characters made visible.
    pub issuer: String,
    /// Last second of validity.
    #[serde(serialize_with = "serialize_time")]
    pub not_after: OffsetDateTime,
    /// SHA-256 of the DER, hex.
    pub fingerprint: String,
}

/// Every certificate of the store that fits, chains included, in the order of the store. One that cannot be read fits
/// nothing.
pub fn find(store: &KeyStore, criteria: &Criteria) -> Vec<Match> {
    let mut found = Vec::new();
    for entry in store.entries() {
        for (place, der) in entry.certificates().iter().enumerate() {
            let Ok(certificate) = Certificate::from_der(der.clone()) else {
                continue;
            };
            if criteria.fit(&certificate) {
                found.push(Match {
                    alias: entry.alias.to_string(),
                    place,
                    subject: certificate.subject().to_string(),
                    issuer: certificate.issuer().to_string(),
                    not_after: certificate.not_after(),
                    fingerprint: certificate.fingerprint().to_string(),
                });
            }
        }
    }
    found
}

/// Whether a text can be a fingerprint, or the beginning of one that is long enough not to fit by chance.
pub fn is_fingerprint(text: &str) -> bool {
    let digits = digits(text);
    digits.len() >= MIN_DIGITS && digits.chars().all(|digit| digit.is_ascii_hexdigit())
}

impl Criteria {
    /// Whether anything is looked for at all.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
            && self.fingerprint.is_none()
            && self.subject.is_none()
            && self.issuer.is_none()
            && self.expires_before.is_none()
    }

    fn fit(&self, certificate: &Certificate) -> bool {
        let holds = |wanted: &Option<String>, found: String| {
            let wanted = wanted.as_ref().map(|wanted| wanted.to_lowercase());
            wanted.is_none_or(|wanted| found.to_lowercase().contains(&wanted))
        };
        (self.certificates.is_empty() || self.certificates.contains(certificate))
            && self
                .fingerprint
                .as_ref()
                .is_none_or(|wanted| has_fingerprint(certificate, wanted))
            && holds(&self.subject, certificate.subject().to_string())
            && holds(&self.issuer, certificate.issuer().to_string())
            && self
                .expires_before
                .is_none_or(|before| certificate.not_after() < before)
    }
}

fn has_fingerprint(certificate: &Certificate, wanted: &str) -> bool {
    let wanted = digits(wanted);
    let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate.der());
    let all = [
        certificate.fingerprint().to_string(),
        asn1::hex(sha1.as_ref()),
    ];
    wanted.len() >= MIN_DIGITS && all.iter().any(|found| found.starts_with(&wanted))
}

/// As other tools show them, in capitals, with colons or blanks between.
fn digits(text: &str) -> String {
    text.chars()
        .filter(|character| !matches!(character, ':' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Fewer would fit by chance: what a short fingerprint shows.
const MIN_DIGITS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing::{at, root, server};
    use crate::edit::testing::{key_store, with_trusted};

    #[test]
    fn by_each_criterion_and_by_all_of_them() {
        let root = root("Große Wurzel");
        let server = server("h.example", &root);
        let store = with_trusted(key_store("k", &server, &[&root]), "root", &root);
        let places = |criteria: Criteria| -> Vec<(String, usize)> {
            let found = find(&store, &criteria).into_iter();
            found.map(|one| (one.alias, one.place)).collect()
        };
        let of = |alias: &str, place| (alias.to_owned(), place);
        let subject = |text: &str| Some(text.to_owned());
        let roots = [of("k", 1), of("root", 0)];
        assert_eq!(
            places(Criteria {
                subject: subject("große w"),
                ..Criteria::default()
            }),
            roots
        );
        assert_eq!(
            places(Criteria {
                certificates: vec![root.certificate.clone()],
                ..Criteria::default()
            }),
            roots
        );
        let hex = root.certificate.fingerprint().to_string();
        for text in [
            hex.to_uppercase(),
            hex[..8].to_owned(),
            format!("{}:{}", &hex[..4], &hex[4..10]),
        ] {
            assert_eq!(
                places(Criteria {
                    fingerprint: Some(text),
                    ..Criteria::default()
                }),
                roots
            );
        }
        let short = Criteria {
            fingerprint: Some(hex[..7].to_owned()),
            ..Criteria::default()
        };
        assert_eq!(places(short), []);
        for wrong in ["", "abcdefg", "26:d0:75", "26d075cx"] {
            assert!(!is_fingerprint(wrong), "{wrong}");
        }
        assert!(is_fingerprint("26:D0:75:CC") && is_fingerprint(&hex));
        let both = Criteria {
            issuer: subject("wurzel"),
            subject: subject("h.example"),
            ..Criteria::default()
        };
        assert_eq!(places(both), [of("k", 0)]);
        let end = server.certificate.not_after();
        let before = |expires_before| Criteria {
            expires_before: Some(expires_before),
            ..Criteria::default()
        };
        assert_eq!(places(before(end)), []);
        assert_eq!(places(before(end + time::Duration::SECOND)).len(), 3);
        assert_eq!(places(before(at(0))), []);
        assert!(Criteria::default().is_empty());
    }
}
