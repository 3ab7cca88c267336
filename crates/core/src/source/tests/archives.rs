//! Zip and tar, and what is compressed as a whole.

use std::io::{Cursor, Write as _};

use trustpack_keystore::Format;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

const CLASS: &[u8] = &[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52];

#[test]
fn certificates_in_a_web_application_are_found_at_any_depth() {
    let jar = zip(&[
        ("META-INF/ca.crt", pem("inner").as_bytes()),
        ("A.class", CLASS),
    ]);
    let chart = gzip(&tar(&[("chart/values.yaml", yaml().as_bytes())]));
    let war = zip(&[
        ("WEB-INF/tls.pem", pem("a").as_bytes()),
        ("WEB-INF/lib/x.jar", &jar),
        ("WEB-INF/chart.tgz", &chart),
        ("index.html", b"<html>"),
        ("no.crt", b""),
    ]);
    let (opened, lines) = open_all("app.war", &war);
    let expected = [
        "app.war: WEB-INF/tls.pem (1)",
        "app.war: WEB-INF/lib/x.jar: META-INF/ca.crt (1)",
        "app.war: WEB-INF/chart.tgz: chart/values.yaml: ingress.crt (1)",
        "app.war: no.crt (0)",
    ];
    assert_eq!(lines, expected);
    assert_eq!(opened.kind, Kind::Archive);
    assert_eq!((opened.members, opened.passed_over), (4, 2));
}

fn yaml() -> String {
    format!("ingress:\n  crt: |\n{}", indented(&pem("y"), 4))
}

#[test]
fn tar_and_gzip_are_opened_whatever_their_names() {
    let long = format!("{}/ca.pem", "folder/".repeat(40));
    let members = [
        ("a.pem", pem("a")),
        (long.as_str(), pem("b")),
        ("x.txt", "x".to_owned()),
    ];
    let members: Vec<(&str, &[u8])> = members
        .iter()
        .map(|(name, text)| (*name, text.as_bytes()))
        .collect();
    let plain = tar(&members);
    for (name, bytes) in [
        ("a.tar", plain.clone()),
        ("a.tar.gz", gzip(&plain)),
        ("a.tgz", gzip(&plain)),
        ("a", gzip(&plain)),
    ] {
        let (opened, lines) = open_all(name, &bytes);
        assert_eq!(
            lines,
            [format!("{name}: a.pem (1)"), format!("{name}: {long} (1)")]
        );
        assert_eq!(opened.passed_over, 1);
    }
    let (_, lines) = open_all("ca.pem.gz", &gzip(pem("a").as_bytes()));
    assert_eq!(lines, ["ca.pem.gz: ca.pem (1)"]);
}

const ETC_XZ: &[u8] = include_bytes!("../../../../../fixtures/archives/etc.tar.xz");
const ETC_ZST: &[u8] = include_bytes!("../../../../../fixtures/archives/etc.tar.zst");

#[test]
fn xz_and_zstd_are_unpacked_whatever_their_names() {
    for (name, bytes) in [
        ("etc.tar.xz", ETC_XZ),
        ("etc.txz", ETC_XZ),
        ("etc", ETC_XZ),
        ("etc.tar.zst", ETC_ZST),
        ("etc.tzst", ETC_ZST),
        ("etc", ETC_ZST),
    ] {
        let (opened, lines) = open_all(name, bytes);
        assert_eq!(lines, [format!("{name}: etc/server.pem (1)")]);
        assert_eq!(opened.passed_over, 1);
    }
    let frames = include_bytes!("../../../../../fixtures/archives/two-frames.pem.zst");
    let (_, lines) = open_all("two.pem.zst", frames);
    assert_eq!(lines, ["two.pem.zst: two.pem (2)"]);
    let at = frames
        .windows(4)
        .position(|four| four == b"\x50\x2a\x4d\x18");
    let (_, lines) = open_all("two.pem.zst", &frames[at.unwrap()..]);
    assert_eq!(lines, ["two.pem.zst: two.pem (1)"], "skippable first");
    let streams = include_bytes!("../../../../../fixtures/archives/two-streams.pem.xz");
    let (_, lines) = open_all("two.pem.xz", streams);
    assert_eq!(lines, ["two.pem.xz: two.pem (2)"]);
}

#[test]
fn what_is_not_unpacked_is_told() {
    let bzip2 = include_bytes!("../../../../../fixtures/archives/etc.tar.bz2");
    let told = SourceError::NotUnpacked { what: "bzip2" };
    let (opened, items) = open_with("etc.tar.bz2", bzip2, &Budget::default());
    let message = told.to_string();
    assert_eq!((opened, items.len()), (Err(told), 0));
    let (_, lines) = open_all(
        "a.zip",
        &zip(&[("x", bzip2), ("a.pem", pem("a").as_bytes())]),
    );
    assert_eq!(
        lines,
        [
            format!("a.zip: x ! {message}"),
            "a.zip: a.pem (1)".to_owned()
        ]
    );
    // a word that begins alike
    let (opened, _) = open_with("a.txt", b"BZh9 is how it begins", &Budget::default());
    assert_eq!(opened, Ok(None));
}

#[test]
fn a_window_that_asks_for_gigabytes_is_refused_before_it_is_made() {
    // a frame header (RFC 8878 section 3.1.1.1) with a window of 2^31 bytes, and an empty last block
    let zstd = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 1, 0, 0];
    let (_, lines) = open_all("a.pem.zst", &zstd);
    let refused = "a.pem.zst: a.pem ! more than 134217728 bytes that unpacking may hold";
    assert_eq!(lines, [refused]);
    // LZMA2 with a dictionary of 4 GiB - 1 (.xz file format 5.3.1); the header has a CRC32
    let mut xz = ETC_XZ.to_vec();
    assert_eq!(xz[14..17], [0x21, 1, 28], "64 MiB, as `xz -9` has it");
    xz[16] = 40;
    let mut crc = flate2::Crc::new();
    crc.update(&xz[12..20]);
    xz[20..24].copy_from_slice(&crc.sum().to_le_bytes());
    let (_, lines) = open_all("a.pem.xz", &xz);
    assert_eq!(lines, [refused.replace("zst", "xz")]);
}

#[test]
fn changed_anywhere_is_told() {
    for (name, whole) in [("a.tar.xz", ETC_XZ), ("a.tar.zst", ETC_ZST)] {
        for at in 6..whole.len() {
            let mut bytes = whole.to_vec();
            bytes[at] ^= 0x10;
            let (opened, items) = open_with(name, &bytes, &Budget::default());
            let found = lines(&items);
            let whole = format!("{name}: etc/server.pem (1)");
            let is_told = opened.is_err() || found.iter().any(|line| line.contains(" ! "));
            assert!(is_told || found == [whole], "{name} at {at}: {found:?}");
        }
    }
}

#[test]
fn a_pax_name_counts() {
    let mut builder = ::tar::Builder::new(Vec::new());
    let pax = [("path", "long/name.pem".as_bytes())];
    builder.append_pax_extensions(pax).unwrap();
    let text = pem("a");
    let mut header = ::tar::Header::new_ustar();
    header.set_path("short").unwrap();
    header.set_size(text.len() as u64);
    header.set_cksum();
    builder.append(&header, text.as_bytes()).unwrap();
    let (_, lines) = open_all("a.tar", &builder.into_inner().unwrap());
    assert_eq!(lines, ["a.tar: long/name.pem (1)"]);
}

#[test]
fn the_signature_of_a_jar_is_a_member() {
    // certs-only: what a signer adds to it is for the reader of PKCS#7
    let mut store = trustpack_keystore::KeyStore::new();
    let certificate = trustpack_keystore::CertificateDer::from(der("signer"));
    let alias = trustpack_keystore::Alias::positional(1);
    store.push_renamed(trustpack_keystore::Entry::trusted(alias, certificate));
    let options = trustpack_keystore::WriteOptions::default();
    let block = trustpack_keystore::write(&store, Format::Pkcs7, &options).unwrap();
    let jar = zip(&[
        ("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\n"),
        ("META-INF/SIGNER.RSA", &block.bytes),
    ]);
    let (_, lines) = open_all("a.jar", &jar);
    assert_eq!(lines, ["a.jar: META-INF/SIGNER.RSA (1)"]);
}

#[test]
fn a_launcher_before_a_jar_is_passed() {
    let mut jar = b"#!/bin/sh\nexec java -jar \"$0\"\n".to_vec();
    jar.extend(zip(&[("ca.pem", pem("a").as_bytes())]));
    let (_, lines) = open_all("a.jar", &jar);
    assert_eq!(lines, ["a.jar: ca.pem (1)"]);
}

#[test]
fn a_broken_member_does_not_hide_its_neighbours() {
    let mut bytes = zip(&[
        ("a.pem", pem("a").as_bytes()),
        ("b.pem", pem("b").as_bytes()),
        ("c.pem", pem("c").as_bytes()),
    ]);
    // the middle of the second member's data
    let at = bytes.windows(5).position(|name| name == b"b.pem").unwrap() + 100;
    bytes[at] ^= 0xff;
    let (_, lines) = open_all("a.zip", &bytes);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[0], "a.zip: a.pem (1)");
    assert!(
        lines[1].starts_with("a.zip: b.pem ! zip: damaged or cut off: "),
        "{lines:?}"
    );
    assert_eq!(lines[2], "a.zip: c.pem (1)");
}

#[test]
fn an_encrypted_member_is_told() {
    let mut bytes = zip(&[
        ("a.pem", pem("a").as_bytes()),
        ("b.pem", pem("b").as_bytes()),
    ]);
    // bit 0 of the flags of both headers (APPNOTE.TXT 4.4.4)
    let local = bytes
        .windows(4)
        .position(|four| four == b"PK\x03\x04")
        .unwrap();
    let central = bytes
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap();
    bytes[local + 6] |= 1;
    bytes[central + 8] |= 1;
    let (_, lines) = open_all("a.zip", &bytes);
    assert_eq!(
        lines,
        [
            "a.zip: a.pem ! encrypted (zip), which is not opened here",
            "a.zip: b.pem (1)"
        ]
    );
}

#[test]
fn a_path_is_only_a_name() {
    let bytes = zip(&[("../../etc/ca\u{1b}.pem", pem("a").as_bytes())]);
    let (_, lines) = open_all("a.zip", &bytes);
    assert_eq!(lines, ["a.zip: ../../etc/ca\u{1b}.pem (1)"]);
}

#[test]
fn a_bomb_is_one_error_and_what_was_before_it_stays() {
    let zeros = vec![0; 1 << 20];
    let mut members: Vec<(String, &[u8])> = vec![("a.pem".to_owned(), &[])];
    let text = pem("a");
    members[0].1 = text.as_bytes();
    for number in 0..80 {
        members.push((format!("{number}"), &zeros));
    }
    let members: Vec<(&str, &[u8])> = members
        .iter()
        .map(|(name, bytes)| (name.as_str(), *bytes))
        .collect();
    for bytes in [zip(&members), gzip(&tar(&members))] {
        let (opened, items) = open_with("bomb", &bytes, &Budget::default());
        // 64 MiB are free, and 80 are far above 100 times the size
        assert!(bytes.len() * 100 < 64 << 20);
        assert_eq!(
            opened,
            Err(SourceError::OverBudget {
                what: "bytes when unpacked",
                limit: 64 << 20
            })
        );
        assert_eq!(lines(&items), ["bomb: a.pem (1)"]);
    }
}

#[test]
fn a_member_that_is_too_large_is_told_and_passed() {
    let budget = Budget {
        member_bytes: 10_000,
        ..Budget::default()
    };
    let large = vec![b' '; 10_001];
    let text = pem("a");
    let members = [("large", large.as_slice()), ("a.pem", text.as_bytes())];
    for bytes in [zip(&members), tar(&members), gzip(&tar(&members))] {
        let (opened, items) = open_with("a", &bytes, &budget);
        assert!(opened.is_ok());
        assert_eq!(
            lines(&items),
            [
                "a: large ! more than 10000 bytes in one member",
                "a: a.pem (1)"
            ]
        );
    }
}

#[test]
fn a_member_that_is_too_large_ends_no_archive_however_it_is_packed() {
    let large = vec![0; (64 << 20) + 1];
    let text = pem("a");
    let members = [("large.img", large.as_slice()), ("a.pem", text.as_bytes())];
    // a thousandth of its size
    for bytes in [zip(&members), gzip(&tar(&members))] {
        let (_, lines) = open_all("a", &bytes);
        let told = "a: large.img ! more than 67108864 bytes in one member";
        assert_eq!(lines, [told, "a: a.pem (1)"]);
    }
    // what is only passed ends too
    let budget = Budget {
        passed_bytes: 32 << 20,
        ..Budget::default()
    };
    let (opened, items) = open_with("a", &gzip(&tar(&members)), &budget);
    assert!(matches!(opened, Err(SourceError::OverBudget { .. })));
    assert_eq!(items.len(), 1);
}

#[test]
fn members_are_counted_before_they_are_read() {
    let budget = Budget {
        members: 3,
        ..Budget::default()
    };
    let members: [(&str, &[u8]); 4] = [("1", b""), ("2", b""), ("3", b""), ("4", b"")];
    for bytes in [zip(&members), tar(&members)] {
        let (opened, _) = open_with("a.tar", &bytes, &budget);
        assert_eq!(
            opened,
            Err(SourceError::OverBudget {
                what: "members",
                limit: 3
            })
        );
    }
}

#[test]
fn archives_in_archives_end() {
    let mut bytes = zip(&[("a.pem", pem("a").as_bytes())]);
    for _ in 0..8 {
        bytes = zip(&[("in.zip", &bytes), ("b.pem", pem("b").as_bytes())]);
    }
    let (_, lines) = open_all("a.zip", &bytes);
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert_eq!(
        lines[0],
        "a.zip: in.zip: in.zip: in.zip: in.zip: in.zip ! nested deeper than 4"
    );
    assert_eq!(lines[1], "a.zip: in.zip: in.zip: in.zip: in.zip: b.pem (1)");
    assert_eq!(lines[5], "a.zip: b.pem (1)");
}

#[test]
fn a_long_name_of_a_bomb_is_not_held() {
    let mut header = ::tar::Header::new_gnu();
    header.set_entry_type(::tar::EntryType::GNULongName);
    header.set_size(32 << 20);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.resize(512 + (32 << 20), b'a');
    bytes.extend(tar(&[("a.pem", pem("a").as_bytes())]));
    let (_, lines) = open_all("a.tgz", &gzip(&bytes));
    assert_eq!(lines, ["a.tgz: a.pem (1)"]);
}

#[test]
fn cut_off_anywhere_is_an_error_or_less_and_never_more() {
    let text = [pem("a"), pem("b")];
    let members = [("a.pem", text[0].as_bytes()), ("b.pem", text[1].as_bytes())];
    for (name, whole) in [
        ("a.zip", zip(&members)),
        ("a.tgz", gzip(&tar(&members))),
        ("a.tar", tar(&members)),
        ("a.tar.xz", ETC_XZ.to_vec()),
        ("a.tar.zst", ETC_ZST.to_vec()),
    ] {
        let (_, all) = open_all(name, &whole);
        assert!(!all.is_empty());
        for length in 0..whole.len() {
            let (opened, items) = open_with(name, &whole[..length], &Budget::default());
            let found = lines(&items);
            let members: Vec<&String> = found.iter().filter(|line| !line.contains(" ! ")).collect();
            assert!(
                members.iter().all(|line| all.contains(line)),
                "{name} at {length}: {found:?}"
            );
            let is_told =
                opened.is_err() || found.len() > members.len() || matches!(opened, Ok(None));
            // The end of a tar is two blocks of zeros, which nobody misses.
            assert!(
                is_told || members.len() == all.len() || name == "a.tar",
                "{name} at {length}: {found:?}"
            );
        }
    }
}

#[test]
fn a_bundle_is_known_by_its_manifest() {
    let bundle = zip(&[("MANIFEST.json", b"{}"), ("shop/trust.cer", &der("a"))]);
    let (opened, lines) = open_all("bundle.zip", &bundle);
    assert_eq!(opened.kind, Kind::Bundle);
    assert_eq!(lines, ["bundle.zip: shop/trust.cer (1)"]);
}
