//! Key usages, purposes and extensions by name.

use super::error::IssueError;
use crate::cert::asn1;
use crate::decode;
use crate::text::cut;
use der::asn1::ObjectIdentifier;

/// RFC 5280 section 4.2.1.3; bit 0 is digitalSignature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyUsage(pub u16);

impl KeyUsage {
    pub(super) const DIGITAL_SIGNATURE: Self = Self(1);
    pub(super) const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    pub(super) const KEY_CERT_SIGN: Self = Self(1 << 5);
    pub(super) const CRL_SIGN: Self = Self(1 << 6);

    /// From the names of RFC 5280, in any case.
    ///
    /// # Errors
    /// [`IssueError::Unknown`].
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, IssueError> {
        names.into_iter().try_fold(Self(0), |usage, name| {
            let bit = NAMES
                .iter()
                .position(|known| known.eq_ignore_ascii_case(name));
            let bit = bit.ok_or_else(|| IssueError::Unknown {
                kind: "the key usage",
                word: cut(name, SHOWN).into_owned(),
            })?;
            Ok(Self(usage.0 | 1 << bit))
        })
    }

    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// DER of the BIT STRING: no zeros at the end (X.690 section 11.2.2).
    pub(super) fn to_der(self) -> Vec<u8> {
        let reversed = self.0.reverse_bits().to_be_bytes();
        let octets: &[u8] = match reversed {
            [0, 0] => &[],
            [_, 0] => &reversed[..1],
            _ => &reversed,
        };
        let unused = octets.last().map_or(0, |last| last.trailing_zeros());
        let unused = u8::try_from(unused).unwrap_or_default();
        asn1::element(asn1::BIT_STRING, &[&[unused], octets])
    }
}

/// A purpose (extended key usage) by its name or in dotted form; returns the latter.
///
/// # Errors
/// [`IssueError::Unknown`].
pub fn purpose_oid(word: &str) -> Result<String, IssueError> {
    identifier(word, "the purpose")
}

/// An extension by its name, one of a few short ones (`san`, `must-staple`), or in dotted form; returns the latter.
///
/// # Errors
/// [`IssueError::Unknown`].
pub fn extension_oid(word: &str) -> Result<String, IssueError> {
    let mut short = SHORT.iter();
    let known = short.find_map(|(name, oid)| name.eq_ignore_ascii_case(word).then_some(*oid));
    match known {
        Some(oid) => Ok(oid.to_owned()),
        None => identifier(word, "the extension"),
    }
}

fn identifier(word: &str, kind: &'static str) -> Result<String, IssueError> {
    if let Some(oid) = decode::oid_named(word) {
        return Ok(oid.to_owned());
    }
    match ObjectIdentifier::new(word) {
        Ok(oid) => Ok(oid.to_string()),
        Err(_) => Err(IssueError::Unknown {
            kind,
            word: cut(word, SHOWN).into_owned(),
        }),
    }
}

pub(super) const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
pub(super) const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
pub(super) const KEY_USAGE: &str = "2.5.29.15";
pub(super) const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
pub(super) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub(super) const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub(super) const NAME_CONSTRAINTS: &str = "2.5.29.30";
pub(super) const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
pub(super) const AUTHORITY_INFORMATION_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
pub(super) const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";
/// RFC 6962 section 3.3: of one certificate only.
pub(super) const TIMESTAMPS: &str = "1.3.6.1.4.1.11129.2.4.2";
/// RFC 6962 section 3.1: what carries it is no certificate.
pub(super) const POISON: &str = "1.3.6.1.4.1.11129.2.4.3";

pub(super) const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";

/// Of an unknown word so many characters are repeated.
const SHOWN: usize = 100;

const SHORT: [(&str, &str); 6] = [
    ("san", SUBJECT_ALT_NAME),
    ("eku", EXTENDED_KEY_USAGE),
    ("ku", KEY_USAGE),
    ("key-usage", KEY_USAGE),
    ("must-staple", TLS_FEATURE),
    ("basic-constraints", BASIC_CONSTRAINTS),
];

const NAMES: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usages_have_no_zeros_at_the_end() {
        let der = |names: &[&str]| KeyUsage::named(names.iter().copied()).unwrap().to_der();
        assert_eq!(der(&["digitalsignature"]), [3, 2, 7, 0x80]);
        assert_eq!(
            der(&["digitalSignature", "keyEncipherment"]),
            [3, 2, 5, 0xa0]
        );
        assert_eq!(der(&["keyCertSign", "cRLSign"]), [3, 2, 1, 0x06]);
        assert_eq!(der(&["decipherOnly"]), [3, 3, 7, 0, 0x80]);
        assert_eq!(der(&["encipherOnly"]), [3, 2, 0, 0x01]);
        assert_eq!(der(&[]), [3, 1, 0]);
        assert!(KeyUsage::named(["signing"]).is_err());
    }

    #[test]
    fn names_and_numbers_are_found() {
        assert_eq!(purpose_oid("serverAuth").unwrap(), "1.3.6.1.5.5.7.3.1");
        assert_eq!(purpose_oid("SERVERAUTH").unwrap(), "1.3.6.1.5.5.7.3.1");
        assert_eq!(purpose_oid("1.2.3").unwrap(), "1.2.3");
        assert_eq!(extension_oid("must-staple").unwrap(), TLS_FEATURE);
        assert_eq!(extension_oid("subjectAltName").unwrap(), SUBJECT_ALT_NAME);
        assert!(purpose_oid("nothing").is_err() && extension_oid("1.").is_err());
    }
}
