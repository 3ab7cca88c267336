//! Certs-only PKCS#7: a `SignedData` that signs nothing and carries certificates (RFC 2315, section 9.1; RFC 5652, 5.1).
//!
//! ```text
//! ContentInfo ::= SEQUENCE { signedData OID, [0] SEQUENCE {
//!     version, digestAlgorithms SET, encapContentInfo SEQUENCE,
//!     certificates [0] IMPLICIT SET OPTIONAL, crls [1] IMPLICIT SET OPTIONAL, signerInfos SET } }
//! ```

use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use crate::ber::{self, Tlv};
use crate::der::{note_lost_aliases, only_certificates};
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::protect::Refusal;
use crate::{
    Alias, At, Contents, Entry, Error, Format, KeyStore, Others, WriteOptions, Written, oid, pem,
};

/// Reads DER or BER; certificates keep the order in which they stand.
pub(crate) fn read(bytes: &[u8]) -> Result<Contents, Error> {
    let bag = walk(bytes).map_err(|refusal| refusal.of(Format::Pkcs7, "file"))?;
    let mut store = KeyStore::new();
    for (place, certificate) in bag.certificates.into_iter().enumerate() {
        store.push_renamed(Entry::trusted(Alias::positional(place + 1), certificate));
    }
    Ok(Contents {
        store,
        others: Others {
            crls: bag.crls,
            ..Others::default()
        },
        notes: bag.notes.into_list(),
        ..Contents::empty(Format::Pkcs7)
    })
}

/// Writes certificates and CRLs, as a PEM block when asked.
pub(crate) fn write(store: &KeyStore, options: &WriteOptions<'_>) -> Result<Written, Error> {
    let format = Format::Pkcs7;
    let certificates = only_certificates(store, format)?;
    let crls = options.others.map_or(&[][..], |others| &others.crls);
    if certificates.is_empty() && crls.is_empty() {
        return Err(Error::NothingToWrite { format });
    }
    let certificates: Vec<&[u8]> = certificates.iter().map(|one| one.as_ref()).collect();
    let crls: Vec<&[u8]> = crls.iter().map(Vec::as_slice).collect();
    let der = signed_data(&certificates, &crls);
    let bytes = if options.armor {
        pem::block("PKCS7", &der).as_bytes().to_vec()
    } else {
        der
    };
    let mut notes = Notes::default();
    note_lost_aliases(store, format, &mut notes);
    Ok(Written {
        bytes: Zeroizing::new(bytes),
        notes: notes.into_list(),
    })
}

/// DER, but for the order of the certificates, which is kept: a DER SET would be sorted, and no reader asks for it.
fn signed_data(certificates: &[&[u8]], crls: &[&[u8]]) -> Vec<u8> {
    let empty_set = ber::encode(ber::SET, &[]);
    let no_content = ber::encode(ber::SEQUENCE, &[&oid::der(&oid::DATA)]);
    let set = |number, members: &[&[u8]]| match members {
        [] => Vec::new(),
        _ => ber::encode(ber::context(number), members),
    };
    let signed = ber::encode(
        ber::SEQUENCE,
        &[
            &ber::unsigned(1),
            &empty_set,
            &no_content,
            &set(0, certificates),
            &set(1, crls),
            &empty_set,
        ],
    );
    ber::encode(
        ber::SEQUENCE,
        &[
            &oid::der(&oid::SIGNED_DATA),
            &ber::encode(ber::context(0), &[&signed]),
        ],
    )
}

#[derive(Default)]
struct Bag {
    certificates: Vec<CertificateDer<'static>>,
    crls: Vec<Vec<u8>>,
    notes: Notes,
}

impl Bag {
    /// Makes room for one more certificate or CRL.
    fn count(&self) -> Result<(), Refusal> {
        match self.certificates.len() + self.crls.len() {
            MAX_ENTRIES.. => Err(Refusal::TooMany {
                what: "entry count",
                limit: MAX_ENTRIES,
            }),
            _ => Ok(()),
        }
    }
}

fn walk(bytes: &[u8]) -> Result<Bag, Refusal> {
    let mut bag = Bag::default();
    let outer = Tlv::first(bytes)?;
    if outer.tag != ber::SEQUENCE {
        return Err(outer.expected("PKCS#7 content").into());
    }
    if outer.whole.len() < bytes.len() {
        let message = format!(
            "{} byte(s) after the end ignored",
            bytes.len() - outer.whole.len()
        );
        bag.notes.oddity(At::Byte(outer.whole.len()), message);
    }
    let mut content_info = outer.inside();
    let content_type = content_info.expect(ber::OBJECT_IDENTIFIER, "a content type")?;
    if content_type.content != oid::SIGNED_DATA.as_bytes() {
        return Err(Refusal::Unsupported(format!(
            "content of type {}",
            oid::dotted(content_type.content)
        )));
    }
    let explicit = content_info.expect(ber::context(0), "signed data")?;
    let mut signed = explicit
        .inside()
        .expect(ber::SEQUENCE, "signed data")?
        .inside();
    signed.expect(ber::INTEGER, "a version")?;
    signed.expect(ber::SET, "digest algorithms")?;
    signed.expect(ber::SEQUENCE, "encapsulated content")?;
    if let Some(certificates) = signed.optional(ber::context(0))? {
        let mut list = certificates.inside();
        while let Some(item) = list.next()? {
            if item.tag == ber::SEQUENCE {
                bag.count()?;
                bag.certificates.push(item.whole.to_vec().into());
            } else {
                // attribute certificates and other formats (RFC 5652, section 10.2.2)
                bag.notes
                    .skipped(At::Byte(item.at), "a certificate that is not X.509");
            }
        }
    }
    if let Some(crls) = signed.optional(ber::context(1))? {
        let mut list = crls.inside();
        while let Some(item) = list.next()? {
            if item.tag == ber::SEQUENCE {
                bag.count()?;
                bag.crls.push(item.whole.to_vec());
            } else {
                bag.notes.skipped(
                    At::Byte(item.at),
                    "revocation information that is not a CRL",
                );
            }
        }
    }
    Ok(bag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn toys() -> Vec<CertificateDer<'static>> {
        [300, 5, 40]
            .map(|length| ber::encode(ber::SEQUENCE, &[&vec![7; length]]).into())
            .to_vec()
    }

    fn encoded(certificates: &[CertificateDer<'static>]) -> Vec<u8> {
        let certificates: Vec<&[u8]> = certificates.iter().map(AsRef::as_ref).collect();
        signed_data(&certificates, &[])
    }

    fn certificates(bytes: &[u8]) -> Vec<CertificateDer<'static>> {
        let entries = read(bytes).unwrap().store.into_entries();
        entries
            .iter()
            .flat_map(Entry::certificates)
            .cloned()
            .collect()
    }

    #[test]
    fn order_is_kept_both_ways() {
        let der = encoded(&toys());
        assert_eq!(certificates(&der), toys());
        let contents = read(&der).unwrap();
        let aliases: Vec<&str> = contents
            .store
            .entries()
            .iter()
            .map(|entry| entry.alias.as_str())
            .collect();
        assert_eq!(aliases, ["1", "2", "3"]);
        assert!(contents.notes.is_empty());
        assert_eq!(read(&encoded(&[])).unwrap().store.len(), 0);
    }

    #[test]
    fn revocation_lists_stand_beside_and_armour_goes_around() {
        let crl = testing::der(testing::CRL);
        let others = Others {
            crls: vec![crl.clone()],
            public_keys: vec![testing::der(testing::PUBLIC_KEY)],
            ..Others::default()
        };
        for (armor, begin) in [(false, &[0x30][..]), (true, b"-----BEGIN PKCS7-----\n")] {
            let options = WriteOptions {
                others: Some(&others),
                armor,
                ..WriteOptions::default()
            };
            let output = crate::write(&KeyStore::new(), Format::Pkcs7, &options).unwrap();
            assert!(output.bytes.starts_with(begin));
            assert_eq!(
                output.notes[0].to_string(),
                "1 public key(s) left out: PKCS#7 has no place for them"
            );
            let contents = testing::open(&output.bytes, None).unwrap();
            assert_eq!(
                (contents.format, contents.others.crls),
                (Format::Pkcs7, vec![crl.clone()])
            );
        }
        let nothing = crate::write(&KeyStore::new(), Format::Pkcs7, &WriteOptions::default());
        assert!(matches!(nothing, Err(Error::NothingToWrite { .. })));
    }

    #[test]
    fn cut_anywhere_is_an_error() {
        let der = encoded(&toys());
        for length in 0..der.len() {
            assert!(read(&der[..length]).is_err(), "{length}");
        }
        let mut longer = der;
        longer.push(0);
        assert_eq!(read(&longer).unwrap().notes.len(), 1);
    }

    #[test]
    fn indefinite_lengths_are_read() {
        let toys = toys();
        let mut bytes = vec![0x30, 0x80];
        bytes.extend(oid::der(&oid::SIGNED_DATA));
        bytes.extend([0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0x31, 0, 0x30, 0x80]);
        bytes.extend(oid::der(&oid::DATA));
        bytes.extend([0, 0, 0xa0, 0x80]);
        for toy in &toys {
            bytes.extend_from_slice(toy);
        }
        bytes.extend([0, 0, 0x31, 0x80, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(certificates(&bytes), toys);
    }

    #[test]
    fn other_content_is_refused() {
        let data = ber::encode(ber::SEQUENCE, &[&oid::der(&oid::DATA)]);
        let error = read(&data).unwrap_err().to_string();
        assert!(error.contains("1.2.840.113549.1.7.1"), "{error}");
    }
}
