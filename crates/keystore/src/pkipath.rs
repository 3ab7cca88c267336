//! PkiPath, one chain as `java.security.cert.CertPath` encodes it: `SEQUENCE OF Certificate`, each the issuer of the next,
//! the end entity last (X.509; RFC 6066, section 10.1).

use zeroize::Zeroizing;

use crate::ber::{self, Tlv};
use crate::der::{Shape, note_lost_aliases, only_certificates};
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::{Alias, At, Contents, Entry, Error, Format, KeyStore, WriteOptions, Written, chain};

const FORMAT: Format = Format::PkiPath;

/// Reads the certificates in the order of the file, the root first.
pub(crate) fn read(bytes: &[u8]) -> Result<Contents, Error> {
    let damaged = |fault: ber::Fault| fault.of(FORMAT);
    let path = Tlv::first(bytes).map_err(damaged)?;
    let mut notes = Notes::default();
    let mut store = KeyStore::new();
    let mut list = path.inside();
    while let Some(item) = list.next().map_err(damaged)? {
        if store.len() >= MAX_ENTRIES {
            return Err(Error::OverLimit {
                format: FORMAT,
                what: "entry count".to_owned(),
                found: MAX_ENTRIES as u64 + 1,
                limit: MAX_ENTRIES as u64,
            });
        }
        if Shape::of(item.whole) != Some(Shape::Certificate) {
            notes.skipped(At::Byte(item.at), "something that is no certificate");
            continue;
        }
        let alias = Alias::positional(store.len() + 1);
        store.push_renamed(Entry::trusted(alias, item.whole.to_vec().into()));
    }
    if path.whole.len() < bytes.len() {
        let rest = bytes.len() - path.whole.len();
        let message = format!("{rest} byte(s) after the end ignored");
        notes.oddity(At::Byte(path.whole.len()), message);
    }
    Ok(Contents {
        store,
        notes: notes.into_list(),
        ..Contents::empty(FORMAT)
    })
}

/// Writes the one chain that the certificates are, in whatever order they come.
pub(crate) fn write(store: &KeyStore, _: &WriteOptions<'_>) -> Result<Written, Error> {
    let certificates = only_certificates(store, FORMAT)?;
    if certificates.is_empty() {
        return Err(Error::NothingToWrite { format: FORMAT });
    }
    let path = chain::only(&certificates).ok_or(Error::NotOneChain {
        format: FORMAT,
        found: certificates.len(),
    })?;
    let root_first: Vec<&[u8]> = path.iter().rev().map(|one| one.as_ref()).collect();
    let mut notes = Notes::default();
    note_lost_aliases(store, FORMAT, &mut notes);
    Ok(Written {
        bytes: Zeroizing::new(ber::encode(ber::SEQUENCE, &root_first)),
        notes: notes.into_list(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{certificate, open};

    fn store(names: &[(&str, &str)]) -> KeyStore {
        let mut store = KeyStore::new();
        for (place, (subject, issuer)) in names.iter().enumerate() {
            let alias = Alias::positional(place + 1);
            store.push_renamed(Entry::trusted(alias, certificate(subject, issuer)));
        }
        store
    }

    fn written(names: &[(&str, &str)]) -> Result<Written, Error> {
        crate::write(&store(names), FORMAT, &WriteOptions::default())
    }

    #[test]
    fn the_root_comes_first_whatever_the_order_was() {
        let expected = store(&[("root", "root"), ("a", "root"), ("leaf", "a")]);
        for names in [
            [("leaf", "a"), ("a", "root"), ("root", "root")],
            [("a", "root"), ("leaf", "a"), ("root", "root")],
        ] {
            let output = written(&names).unwrap();
            let contents = open(&output.bytes, None).unwrap();
            assert_eq!((contents.format, &contents.store), (FORMAT, &expected));
            assert_eq!((output.notes, contents.notes), (vec![], vec![]));
        }
    }

    #[test]
    fn what_is_no_chain_is_refused() {
        let found = 2;
        let error = written(&[("leaf", "a"), ("root", "root")]).unwrap_err();
        assert_eq!(
            error,
            Error::NotOneChain {
                format: FORMAT,
                found
            }
        );
        let error = written(&[]).unwrap_err();
        assert_eq!(error, Error::NothingToWrite { format: FORMAT });
    }

    #[test]
    fn cut_anywhere_is_an_error_and_what_follows_is_noted() {
        let bytes = written(&[("leaf", "a"), ("a", "a")]).unwrap().bytes;
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length]).is_err(), "{length}");
        }
        let longer = [&bytes[..], b"\r\n"].concat();
        let contents = open(&longer, None).unwrap();
        assert_eq!(contents.store.len(), 2);
        assert_eq!(contents.notes[0].message, "2 byte(s) after the end ignored");
    }
}
