//! Aliases that stand twice, bytes behind the end, and nothing at all, of every format.

use super::samples::samples;
use crate::java::DataOutput;
use crate::testing::pkcs12::{cert_bag, data, friendly_name, pfx};
use crate::testing::{self, PASSWORD, bcfks, bks, der, open};
use crate::{Error, Format, NoteKind};

/// A JKS or JCEKS file of trusted certificates with these aliases.
fn jks(magic: [u8; 4], aliases: &[&str]) -> Vec<u8> {
    let mut file = DataOutput::default();
    file.raw(&magic);
    file.u32(1);
    file.u32(u32::try_from(aliases.len()).unwrap());
    for alias in aliases {
        file.u32(2);
        file.utf(alias).unwrap();
        file.i64(0);
        file.blob(&der(testing::CERT_A)).unwrap();
    }
    file.raw(&[0; 20]);
    file.into_bytes()
}

#[test]
fn an_alias_that_stands_twice_is_kept_twice() {
    let aliases = ["a", "b", "a", "a-2", "a"];
    let stream = |stream: &mut DataOutput| {
        for alias in aliases {
            bks::trusted(stream, alias);
        }
    };
    let certificate = der(testing::CERT_A);
    let objects = aliases.map(|alias| bcfks::object(0, alias, &certificate));
    let bags = aliases.map(|alias| cert_bag(&certificate, &friendly_name(alias)));
    let named = |alias: &str| format!("friendlyName: {alias}\n{}", testing::CERT_A);
    let derivation = bcfks::pbkdf2(16, 64);
    let entries = bks::stream(stream);
    for (format, file, password) in [
        (Format::Jks, jks([0xfe, 0xed, 0xfe, 0xed], &aliases), None),
        (Format::Jceks, jks([0xce; 4], &aliases), None),
        (Format::Bks, bks::signed(2, stream), Some(PASSWORD)),
        (
            Format::Uber,
            bks::encrypted(&entries, &entries),
            Some(PASSWORD),
        ),
        (
            Format::Bcfks,
            bcfks::signed(&derivation, &bcfks::objects(&objects)),
            Some(PASSWORD),
        ),
        (Format::Pkcs12, pfx(&[&data(&[&bags.concat()])], &[]), None),
        (Format::Pem, aliases.map(named).concat().into_bytes(), None),
    ] {
        let contents = open(&file, password).unwrap();
        assert_eq!(contents.format, format);
        let entries = contents.store.entries().iter();
        let found: Vec<&str> = entries.map(|entry| entry.alias.as_str()).collect();
        assert_eq!(found, ["a", "b", "a-2", "a-2-2", "a-3"], "{format}");
        let notes = contents.notes.iter();
        let renamed = notes
            .filter(|note| note.message.contains("more than once"))
            .count();
        // PEM promises no names
        let expected = if format.has_aliases() { 3 } else { 0 };
        assert_eq!(renamed, expected, "{format}: {:?}", contents.notes);
    }
}

#[test]
fn bytes_behind_the_end_are_noted() {
    for sample in samples().iter().filter(|sample| !sample.is_text()) {
        let whole = open(&sample.bytes, Some(PASSWORD)).unwrap();
        for more in [&b"\n"[..], b"rubbish", &[0; 16]] {
            let longer = [&sample.bytes, more].concat();
            // UBER is encrypted to its last byte, and whole blocks may be more of it
            if whole.format == Format::Uber {
                let error = open(&longer, Some(PASSWORD)).unwrap_err();
                let is_cut = matches!(error, Error::Truncated { .. });
                assert_eq!(is_cut, more.len() < 16, "{error}");
                continue;
            }
            let contents = open(&longer, Some(PASSWORD)).unwrap();
            assert_eq!(contents.store, whole.store, "{}", sample.name);
            let notes = contents.notes.iter();
            let new: Vec<_> = notes.filter(|note| !whole.notes.contains(note)).collect();
            assert_eq!(new.len(), 1, "{}: {new:?}", sample.name);
            assert_ne!(new[0].kind, NoteKind::Warning);
        }
    }
}

#[test]
fn nothing_is_an_error_by_its_name() {
    for password in [None, Some(""), Some(PASSWORD)] {
        assert_eq!(open(b"", password), Err(Error::Empty));
    }
    // as if the detection had taken it for one of them
    for format in Format::ALL {
        let read = |bytes| match format {
            Format::Bcfks => crate::bcfks::read(bytes, &crate::ReadOptions::default()),
            Format::Bks | Format::Uber => {
                crate::bks::read(bytes, *format, &crate::ReadOptions::default())
            }
            Format::Der => crate::der::read(bytes),
            Format::Jks | Format::Jceks => crate::jks::read(bytes, &crate::ReadOptions::default()),
            Format::Pem => crate::pem::read(bytes),
            Format::Pkcs12 => crate::pkcs12::read(bytes, &crate::ReadOptions::default()),
            Format::Pkcs7 => crate::pkcs7::read(bytes),
            Format::PkiPath => crate::pkipath::read(bytes),
        };
        assert!(read(b"").is_err(), "{format}");
    }
}
