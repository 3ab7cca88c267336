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
mod tests;
