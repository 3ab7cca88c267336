//! Bag attributes (RFC 7292, section 4.2; RFC 2985, section 5.5): the names and marks that tie bags together.

use crate::ber::{self, Fault, Tlv};
use crate::protect::utf16;
use crate::{Attribute, Timestamp, oid};

/// The attributes of one bag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) friendly_name: Option<String>,
    pub(super) local_key_id: Option<Vec<u8>>,
    /// Whether Java's trustedKeyUsage is there, with whatever usage.
    pub(super) trusted: bool,
    pub(super) other: Vec<Attribute>,
}

impl Attributes {
    /// From the SET of a bag; what is odd in one attribute leaves the others alone and is told.
    pub(super) fn parse(set: &Tlv<'_>) -> (Self, Option<Fault>) {
        let mut attributes = Self::default();
        let mut odd = None;
        let mut list = set.inside();
        loop {
            match list.next() {
                Ok(None) => break,
                Ok(Some(attribute)) => {
                    if let Err(fault) = attributes.take(&attribute) {
                        odd = Some(fault);
                    }
                }
                Err(fault) => {
                    odd = Some(fault);
                    break;
                }
            }
        }
        (attributes, odd)
    }

    /// The creation date that Java puts into localKeyID: `Time 1700000000000`
    /// (`PKCS12KeyStore.loadSafeContents`).
    pub(super) fn created(&self) -> Option<Timestamp> {
        let text = std::str::from_utf8(self.local_key_id.as_deref()?).ok()?;
        let millis = text.strip_prefix("Time ")?.trim().parse().ok()?;
        Some(Timestamp::from_millis(millis))
    }

    /// `Attribute ::= SEQUENCE { attrId OBJECT IDENTIFIER, attrValues SET OF ANY }`.
    fn take(&mut self, attribute: &Tlv<'_>) -> Result<(), Fault> {
        if attribute.tag != ber::SEQUENCE {
            return Err(attribute.expected("a bag attribute"));
        }
        let mut inside = attribute.inside();
        let identifier = inside.expect(ber::OBJECT_IDENTIFIER, "a bag attribute")?;
        let mut values = inside
            .expect(ber::SET, "values of a bag attribute")?
            .inside();
        if identifier.content == oid::FRIENDLY_NAME.as_bytes() {
            let name = text(&values.any("a friendly name")?)?;
            self.friendly_name = Some(name).filter(|name| !name.is_empty());
        } else if identifier.content == oid::LOCAL_KEY_ID.as_bytes() {
            let value = values.any("a local key identifier")?.octets()?.into_owned();
            self.local_key_id = Some(value).filter(|value| !value.is_empty());
        } else if identifier.content == oid::TRUSTED_KEY_USAGE.as_bytes() {
            self.trusted = true;
        } else {
            let mut other = Attribute {
                oid: oid::dotted(identifier.content),
                values: Vec::new(),
            };
            while let Some(value) = values.next()? {
                other.values.push(value.whole.to_vec());
            }
            self.other.push(other);
        }
        Ok(())
    }
}

/// The text of a friendly name: BMPString as the standard says, UTF-8 and ASCII as some writers do.
fn text(value: &Tlv<'_>) -> Result<String, Fault> {
    let text = if value.tag == ber::BMP_STRING {
        let pairs = value.content.chunks_exact(2);
        if !pairs.remainder().is_empty() {
            return Err(value.fault("a friendly name that ends within a character"));
        }
        let units: Vec<u16> = pairs
            .map(|pair| {
                pair.iter()
                    .fold(0, |unit, octet| unit << 8 | u16::from(*octet))
            })
            .collect();
        String::from_utf16_lossy(&units)
    } else {
        String::from_utf8_lossy(value.content).into_owned()
    };
    Ok(text.trim_end_matches('\0').to_owned())
}

/// A friendly name: BMPString with surrogates for what lies beyond, as Java writes it.
pub(super) fn friendly_name(name: &str) -> Vec<u8> {
    attribute(
        &oid::der(&oid::FRIENDLY_NAME),
        &[&ber::encode(ber::BMP_STRING, &[&utf16(name)])],
    )
}

/// The identifier that a key and its own certificate share.
pub(super) fn local_key_id(identifier: &[u8]) -> Vec<u8> {
    attribute(
        &oid::der(&oid::LOCAL_KEY_ID),
        &[&ber::encode(ber::OCTET_STRING, &[identifier])],
    )
}

/// Java's mark of a trusted certificate, for every usage: without it the certificate is no entry for Java.
pub(super) fn trusted_key_usage() -> Vec<u8> {
    attribute(
        &oid::der(&oid::TRUSTED_KEY_USAGE),
        &[&oid::der(&oid::ANY_EXTENDED_KEY_USAGE)],
    )
}

/// An attribute that is carried through; `None` when its type is no object identifier.
pub(super) fn carried(other: &Attribute) -> Option<Vec<u8>> {
    let values: Vec<&[u8]> = other.values.iter().map(Vec::as_slice).collect();
    Some(attribute(&oid::from_dotted(&other.oid)?, &values))
}

fn attribute(identifier: &[u8], values: &[&[u8]]) -> Vec<u8> {
    ber::encode(ber::SEQUENCE, &[identifier, &ber::encode(ber::SET, values)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_comes_back() {
        let other = Attribute {
            oid: "1.3.6.1.4.1.311.17.1".to_owned(),
            values: vec![ber::encode(ber::BMP_STRING, &[b"\0M\0S"])],
        };
        let name = "Größe 😀";
        let set = ber::encode(
            ber::SET,
            &[
                &friendly_name(name),
                &local_key_id(b"Time 1700000000123"),
                &trusted_key_usage(),
                &carried(&other).unwrap(),
            ],
        );
        let (attributes, odd) = Attributes::parse(&Tlv::first(&set).unwrap());
        assert_eq!(odd, None);
        assert_eq!(attributes.friendly_name.as_deref(), Some(name));
        assert_eq!(
            attributes.created(),
            Some(Timestamp::from_millis(1_700_000_000_123))
        );
        assert!(attributes.trusted);
        assert_eq!(attributes.other, [other]);
    }

    /// The bytes that keytool 17 writes.
    #[test]
    fn trusted_key_usage_is_java_s() {
        let expected = [
            0x30, 0x16, 0x06, 0x0c, 0x60, 0x86, 0x48, 0x01, 0x86, 0xf9, 0x66, 0xad, 0xca, 0x7b,
            0x01, 0x01, 0x31, 0x06, 0x06, 0x04, 0x55, 0x1d, 0x25, 0x00,
        ];
        assert_eq!(trusted_key_usage(), expected);
    }

    #[test]
    fn one_odd_attribute_leaves_the_others() {
        let odd_name = attribute(
            &oid::der(&oid::FRIENDLY_NAME),
            &[&ber::encode(ber::BMP_STRING, &[b"\0ab"])],
        );
        let set = ber::encode(ber::SET, &[&odd_name, &local_key_id(&[1])]);
        let (attributes, odd) = Attributes::parse(&Tlv::first(&set).unwrap());
        assert!(odd.is_some());
        assert_eq!(attributes.local_key_id, Some(vec![1]));
        assert_eq!(attributes.created(), None);
    }
}
