use std::io::Write as _;

use time::OffsetDateTime;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;
use crate::bundle::archive::{Member, difference, zip};

fn member<'a>(path: &'a str, bytes: &'a [u8]) -> Member<'a> {
    Member {
        path,
        bytes,
        private: false,
    }
}

fn packed(members: &[Member<'_>]) -> Vec<u8> {
    zip(members, OffsetDateTime::UNIX_EPOCH).unwrap()
}

/// A zip of files without content, whatever their names are.
fn named(names: &[&str]) -> Vec<u8> {
    let members: Vec<_> = names.iter().map(|name| member(name, b"")).collect();
    packed(&members)
}

fn foreign(write: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    write(&mut writer);
    writer.finish().unwrap().into_inner()
}

#[test]
fn what_is_packed_is_unpacked() {
    let zip = packed(&[member("a/b", b"one"), member("c", b"two")]);
    let pair = |path: &str, bytes: &[u8]| (path.to_owned(), bytes.to_vec());
    assert_eq!(
        unzip(&zip).unwrap(),
        [pair("a/b", b"one"), pair("c", b"two")]
    );
    for length in 0..zip.len() {
        assert!(unzip(&zip[..length]).is_err());
    }
    assert_eq!(difference(&zip, &zip), None);
}

#[test]
fn the_bytes_of_a_zip_are_those_of_the_layout() {
    // A bundle of yesterday is compared with what is written today: other bytes are another layout.
    let secret = Member {
        private: true,
        ..member("x/key", b"secret")
    };
    let zip = packed(&[member("MANIFEST.json", b"{}"), secret]);
    insta::assert_snapshot!(crate::bundle::store::hex_sha256(&zip), @"5a9c968bb573f2574b10850834c1b196e90eef2a7f2c81b68dce9747d1ea8738");
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in [
        "/etc/passwd",
        "../up",
        "a/../../up",
        "a//b",
        "./a",
        "a/./b",
        "..",
        "C:/windows",
        "a\\b",
        "\\\\server\\share",
        "a\nb",
        "a\u{1b}[31m",
        "trailing./a",
        "trailing /a",
        "stream:ads",
    ] {
        let error = unzip(&named(&[name])).unwrap_err();
        assert!(
            matches!(error, UnzipError::Unsafe { .. }),
            "{name:?}: {error}"
        );
        assert!(!error.to_string().chars().any(char::is_control));
    }
    assert!(unsafe_name(&"a".repeat(1025)).is_some());
    assert!(unsafe_name("").is_some());
}

#[test]
fn names_that_are_one_elsewhere_are_refused() {
    for names in [
        &["a/trust.jks", "A/Trust.jks"][..],
        &["a", "a/b"],
        &["a/b", "A"],
        &["straße", "STRASSE"][..1],
    ] {
        let refused = unzip(&named(names)).is_err();
        assert_eq!(refused, names.len() > 1, "{names:?}");
    }
}

#[test]
fn one_name_twice_is_refused() {
    // The writer refuses that itself, so the second name is changed afterwards, where it stands twice.
    let mut zip = named(&["aa", "ab"]);
    let places: Vec<usize> = zip
        .windows(2)
        .enumerate()
        .filter(|(_, two)| *two == b"ab")
        .map(|(place, _)| place)
        .collect();
    assert_eq!(places.len(), 2);
    for place in places {
        zip[place + 1] = b'a';
    }
    assert!(unzip(&zip).is_err());
}

#[test]
fn links_are_refused_and_folders_passed_over() {
    let link = foreign(|writer| {
        let options = SimpleFileOptions::default();
        writer.add_symlink("a", "/etc/passwd", options).unwrap();
    });
    let error = unzip(&link).unwrap_err();
    assert!(error.to_string().contains("a link"), "{error}");
    let folder = foreign(|writer| {
        let options = SimpleFileOptions::default();
        writer.add_directory("a", options).unwrap();
        writer.start_file("a/b", options).unwrap();
    });
    assert_eq!(unzip(&folder).unwrap().len(), 1);
}

#[test]
fn a_bomb_is_refused() {
    let bomb = foreign(|writer| {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for name in ["a", "b"] {
            writer.start_file(name, options).unwrap();
            let half = vec![0; usize::try_from(MAX_BYTES / 2).unwrap() + 1];
            writer.write_all(&half).unwrap();
        }
    });
    assert!(bomb.len() < 1024 * 1024, "{}", bomb.len());
    assert_eq!(unzip(&bomb), Err(UnzipError::TooMuch));
    // So many headers, of whatever
    let headers = CENTRAL_HEADER.repeat(MAX_FILES + 1);
    assert_eq!(unzip(&headers), Err(UnzipError::TooMuch));
}

#[test]
fn a_damaged_file_is_named() {
    let mut zip = packed(&[member("a", b"content"), member("b", b"other")]);
    let place = zip.windows(7).position(|part| part == b"content").unwrap();
    zip[place] ^= 1;
    let error = unzip(&zip).unwrap_err();
    assert!(
        matches!(&error, UnzipError::Damaged { file, .. } if file == "a"),
        "{error}"
    );
}

#[test]
fn every_byte_belongs_to_a_file() {
    let zip = packed(&[member("a", b"content"), member("b", b"other")]);
    for place in 0..zip.len() {
        let mut other = zip.clone();
        other[place] ^= 0x20;
        let (found, file) = difference(&zip, &other).unwrap();
        assert_eq!(found, place);
        assert!(file.is_some());
    }
}
