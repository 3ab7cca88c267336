//! The names and key identifiers of a certificate, as raw bytes, because PKCS#12 says nowhere in which order a key's
//! chain stands: every reader finds the issuer of each certificate by these.

use crate::ber::{self, Fault, Tlv};
use crate::oid;

/// What links one certificate to the next (RFC 5280, sections 4.1.2.4, 4.1.2.6, 4.2.1.1 and 4.2.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Links<'a> {
    /// The issuer's `Name`, encoded.
    pub(crate) issuer: &'a [u8],
    /// The subject's `Name`, encoded.
    pub(crate) subject: &'a [u8],
    /// `keyIdentifier` of the authority key identifier.
    pub(crate) authority_key: Option<&'a [u8]>,
    /// The subject key identifier.
    pub(crate) subject_key: Option<&'a [u8]>,
}

impl<'a> Links<'a> {
    /// From a certificate's DER; `None` when it is no certificate.
    pub(crate) fn of(certificate: &'a [u8]) -> Option<Self> {
        walk(certificate).ok()
    }

    /// Whether the certificate names itself as its issuer.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether both key identifiers are there and say that `issuer` did not issue this certificate, though names agree.
    pub(crate) fn contradicts(&self, issuer: &Self) -> bool {
        matches!((self.authority_key, issuer.subject_key), (Some(wanted), Some(found)) if wanted != found)
    }
}

fn walk(certificate: &[u8]) -> Result<Links<'_>, Fault> {
    let mut outer = Tlv::first(certificate)?.inside();
    let mut inside = outer.expect(ber::SEQUENCE, "a certificate")?.inside();
    inside.optional(ber::context(0))?;
    inside.expect(ber::INTEGER, "a serial number")?;
    inside.expect(ber::SEQUENCE, "a signature algorithm")?;
    let issuer = inside.expect(ber::SEQUENCE, "an issuer")?;
    inside.expect(ber::SEQUENCE, "a validity")?;
    let subject = inside.expect(ber::SEQUENCE, "a subject")?;
    inside.expect(ber::SEQUENCE, "a public key")?;
    let mut links = Links {
        issuer: issuer.whole,
        subject: subject.whole,
        authority_key: None,
        subject_key: None,
    };
    while let Some(field) = inside.next()? {
        if field.tag == ber::context(3) {
            // odd extensions leave the names as they are
            let _ = extensions(&field, &mut links);
        }
    }
    Ok(links)
}

fn extensions<'a>(field: &Tlv<'a>, links: &mut Links<'a>) -> Result<(), Fault> {
    let mut list = field.inside().expect(ber::SEQUENCE, "extensions")?.inside();
    while let Some(extension) = list.next()? {
        let mut parts = extension.inside();
        let identifier = parts.expect(ber::OBJECT_IDENTIFIER, "an extension")?;
        let mut value = parts.any("an extension")?;
        if value.tag != ber::OCTET_STRING {
            value = parts.expect(ber::OCTET_STRING, "an extension")?;
        }
        if identifier.content == oid::SUBJECT_KEY_IDENTIFIER.as_bytes() {
            let key = value.inside().expect(ber::OCTET_STRING, "an identifier")?;
            links.subject_key = Some(key.content);
        } else if identifier.content == oid::AUTHORITY_KEY_IDENTIFIER.as_bytes() {
            let mut fields = value
                .inside()
                .expect(ber::SEQUENCE, "an identifier")?
                .inside();
            links.authority_key = fields.optional(0x80)?.map(|key| key.content);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sequence;

    fn toy(subject: &[u8], issuer: &[u8], rest: &[u8]) -> Vec<u8> {
        let some = sequence(&[]);
        let tbs = sequence(&[
            &ber::encode(ber::context(0), &[&ber::unsigned(2)]),
            &ber::unsigned(1),
            &some,
            &sequence(&[issuer]),
            &some,
            &sequence(&[subject]),
            &some,
            rest,
        ]);
        sequence(&[&tbs, &some, &[3, 1, 0]])
    }

    #[test]
    fn names_and_key_identifiers() {
        let octets = |bytes: &[u8]| ber::encode(ber::OCTET_STRING, &[bytes]);
        let subject_key = sequence(&[
            &oid::der(&oid::SUBJECT_KEY_IDENTIFIER),
            &octets(&octets(b"own")),
        ]);
        let authority_key = sequence(&[
            &oid::der(&oid::AUTHORITY_KEY_IDENTIFIER),
            &[1, 1, 0],
            &octets(&sequence(&[&ber::encode(0x80, &[b"above"])])),
        ]);
        let list = sequence(&[&subject_key, &authority_key]);
        let der = toy(b"\x05\0", b"", &ber::encode(ber::context(3), &[&list]));
        let links = Links::of(&der).unwrap();
        assert_eq!(links.subject, [0x30, 2, 5, 0]);
        assert_eq!(links.issuer, [0x30, 0]);
        assert_eq!(links.subject_key, Some(b"own".as_slice()));
        assert_eq!(links.authority_key, Some(b"above".as_slice()));
        assert!(!links.is_self_issued());
        assert!(links.contradicts(&links));
    }

    #[test]
    fn odd_extensions_leave_the_names_and_cut_ones_are_none() {
        let der = toy(b"", b"", &ber::encode(ber::context(3), &[b"odd"]));
        assert!(Links::of(&der).unwrap().is_self_issued());
        let der = toy(b"", b"", &[]);
        for length in 0..der.len() {
            assert_eq!(Links::of(&der[..length]), None);
        }
    }
}
