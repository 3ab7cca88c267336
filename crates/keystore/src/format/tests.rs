//! What bytes are, by content: one table of all formats.

use proptest::prelude::*;

use super::*;
use crate::ber;
use crate::testing::{self, der, unhex};

#[test]
fn every_format_by_content() {
    let pfx = b"\x30\x80\x02\x01\x03\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0";
    for (bytes, format) in [
        (&b"\xfe\xed\xfe\xed"[..], Format::Jks),
        (b"\xce\xce\xce\xce\0\0\0\x02", Format::Jceks),
        // base64 of it
        (b"zs7OzgAAAAIAAAAA", Format::Jceks),
        (pfx, Format::Pkcs12),
        (&der(testing::PKCS7), Format::Pkcs7),
        (
            &unhex("3017 3012 300d 06092a864886f70d01050d 3000 0401 00 3000"),
            Format::Bcfks,
        ),
        (b"\0\0\0\x02\0\0\0\x14", Format::Bks),
        (b"\0\0\0\x01\0\0\0\x14", Format::Uber),
        (&der(testing::CERT_A), Format::Der),
        (&der(testing::CERT_A)[..200], Format::Der),
        (testing::SPKAC.as_bytes(), Format::Der),
        (
            &[b"CN=x\r\nSPKAC=", testing::SPKAC.as_bytes(), b"\r\n"].concat(),
            Format::Der,
        ),
        (
            &ber::encode(
                ber::SEQUENCE,
                &[&der(testing::CERT_A), &der(testing::CERT_B)],
            ),
            Format::PkiPath,
        ),
        (testing::CERT_A.as_bytes(), Format::Pem),
        (testing::PKCS7.as_bytes(), Format::Pem),
        (b"0 s:CN = x\n-----BEGIN X-----", Format::Pem),
    ] {
        assert_eq!(Format::detect(bytes), Some(format), "{bytes:02x?}");
    }
    // single objects, bare and in armour
    for block in [
        testing::KEY,
        testing::ENCRYPTED_KEY,
        testing::SEC1_KEY,
        testing::RSA_KEY,
        testing::DSA_KEY,
        testing::REQUEST,
        testing::CRL,
        testing::PUBLIC_KEY,
        testing::RSA_PUBLIC_KEY,
    ] {
        assert_eq!(Format::detect(&der(block)), Some(Format::Der), "{block}");
        assert_eq!(Format::detect(block.as_bytes()), Some(Format::Pem));
        let bare: String = block.lines().filter(|line| !line.contains('-')).collect();
        assert_eq!(Format::detect(bare.as_bytes()), Some(Format::Der), "{bare}");
    }
}

#[test]
fn words_and_extensions_name_their_format() {
    for format in Format::ALL {
        assert_eq!(format.word().parse(), Ok(*format));
        assert_eq!(Format::for_extension(format.extension()), Some(*format));
        assert!(Format::words().contains(format.word()));
    }
    assert!(Format::names().ends_with("UBER or BCFKS"));
}

#[test]
fn empty_and_blank_input() {
    for bytes in [
        &b""[..],
        b" \r\n\t\n",
        b"\xef\xbb\xbf\n",
        b"\xff\xfe \0\n\0",
    ] {
        assert_eq!(identify(bytes).unwrap_err(), Error::Empty, "{bytes:02x?}");
        assert_eq!(Format::detect(bytes), None);
    }
}

#[test]
fn what_is_recognised_is_named() {
    for (bytes, what) in [
        (&b"\x37\x48\x04X509KEY"[..], "an IBM KDB key database"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\n <!DOCTYPE html>\n<html>", "an HTML page"),
        (b"{\"error\": \"not found\"}", "JSON without PEM blocks"),
        (b"ssh-ed25519 AAAA x@y", "an OpenSSH public key"),
        // base64 of KDB
        (b"N0gEWDUwOUtFWTAw", "an IBM KDB key database"),
    ] {
        let error = identify(bytes).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("this is {what}, which cannot be read")
        );
    }
    let error = identify(b"\x7fELF\x02\x01\x01\0\0\0").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no certificate, key or key store found (starts with 7f 45 4c 46 02 01 01 00)"
    );
    assert!(matches!(
        identify(b"hello world"),
        Err(Error::Unknown { .. })
    ));
}

#[test]
fn base64_of_base64_of_base64_ends() {
    use base64::Engine;
    let mut text = testing::CERT_A.as_bytes().to_vec();
    let mut found = Vec::new();
    for _ in 0..5 {
        found.push(Format::detect(&text).is_some());
        text = base64::engine::general_purpose::STANDARD
            .encode(&text)
            .into_bytes();
    }
    assert_eq!(found, [true, true, true, false, false]);
}

proptest! {
    #[test]
    fn any_bytes_are_something_or_nothing(bytes in any::<Vec<u8>>(), text in any::<String>()) {
        let _ = identify(&bytes);
        let _ = identify(text.as_bytes());
    }
}
