//! Certificates: their keys, serial numbers, names, dates and extensions.

use proptest::prelude::*;
use time::Duration;
use time::macros::datetime;
use trustpack_keystore::CertificateDer;

use super::*;
use crate::cert::asn1;
use crate::cert::testing;
use crate::extension::Extension;
use crate::key::{Belongs, belongs};

#[test]
fn every_kind_of_key_signs_itself_and_belongs_to_what_it_signed() {
    let other = testing::root("Other").certificate;
    for kind in KeyKind::ALL {
        // its generation takes seconds
        if kind == KeyKind::Rsa8192 {
            continue;
        }
        let key = pkcs8(&kind.generate().unwrap());
        let signing = SigningKey::from_pkcs8(&key).unwrap();
        let wanted = wanted("CN=k", &Template::default(), &signing, days(1));
        let made = self_sign(&wanted, &signing, &Fixed(0)).unwrap();
        assert_eq!(belongs(&key, &made), Belongs::Yes, "{kind:?}");
        assert_eq!(belongs(&key, &other), Belongs::No, "{kind:?}");
        assert_eq!(KeyKind::of(made.subject_public_key_info()), Some(kind));
        for length in [0, 1, key.len() / 2, key.len() - 1] {
            assert!(SigningKey::from_pkcs8(&key[..length]).is_err());
        }
    }
}

#[test]
fn a_serial_number_is_positive_and_has_16_octets_whatever_is_drawn() {
    let key = new_key();
    let wanted = wanted("CN=k", &Template::default(), &key, days(1));
    for octet in [0, 0x7f, 0x80, 0xff] {
        let made = self_sign(&wanted, &key, &Fixed(octet)).unwrap();
        let octets = made.serial().octets();
        assert_eq!((octets.len(), octets[0] & 0xc0), (16, 0x40));
    }
    let failed = self_sign(&wanted, &key, &Dry);
    assert_eq!(failed.unwrap_err(), IssueError::NoRandomness);
}

#[test]
fn the_name_of_an_issuer_is_kept_byte_for_byte() {
    // T61, BMP and Universal strings, repeated types, a set of two in no order
    let attribute = |oid: &[u8], tag, value: &[u8]| {
        let oid = asn1::element(asn1::OBJECT_IDENTIFIER, &[oid]);
        asn1::element(asn1::SEQUENCE, &[&oid, &asn1::element(tag, &[value])])
    };
    let set = |parts: &[Vec<u8>]| asn1::element(asn1::SET, &[&parts.concat()]);
    let dc = b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19";
    let name = [
        set(&[attribute(dc, 0x16, b"com")]),
        set(&[attribute(dc, 0x16, b"example")]),
        set(&[attribute(&[0x55, 4, 11], 0x14, b"Z\xfcrich")]),
        set(&[attribute(&[0x55, 4, 11], 0x1e, b"\x20\xac\0A")]),
        set(&[
            attribute(&[0x55, 4, 10], 0x1c, b"\0\0\0A"),
            attribute(&[0x55, 4, 3], 0x0c, "🦀".as_bytes()),
        ]),
    ];
    let name = Name::from_der(&asn1::element(asn1::SEQUENCE, &[&name.concat()]));
    let key = new_key();
    let mut root = wanted("CN=x", &authority(None), &key, days(1000));
    root.subject = name.clone();
    let certificate = self_sign(&root, &key, &Fixed(1)).unwrap();
    let ca = Ca {
        key,
        chain: vec![certificate],
    };
    let made = ca.server(&for_host("h.example"));
    assert_eq!(made.issuer().der(), name.der());
    assert_eq!(ca.broken_by(&made), []);
    let found = made.extensions();
    assert_eq!(
        found.authority_key_identifier,
        ca.chain[0].extensions().subject_key_identifier
    );
    assert!(found.subject_key_identifier.is_some());
}

#[test]
fn the_key_of_another_is_found_out() {
    let (one, two) = (
        Ca::root("CN=One", &authority(None)),
        Ca::root("CN=Two", &authority(None)),
    );
    let mixed = Authority::new(&one.key, &two.chain).unwrap();
    let wanted = wanted("CN=h", &Template::default(), &new_key(), days(1));
    let error = issue(&wanted, &mixed, &Fixed(1)).unwrap_err();
    assert!(matches!(error, IssueError::KeyOfAnother { .. }), "{error}");
    let error = self_sign(&wanted, &one.key, &Fixed(1)).unwrap_err();
    assert!(matches!(error, IssueError::KeyOfAnother { .. }), "{error}");
}

#[test]
fn dates_are_as_they_were_asked_for_on_both_sides_of_2050() {
    let key = new_key();
    for (from, to) in [
        (
            datetime!(1970-01-01 0:00 UTC),
            datetime!(2049-12-31 23:59:59 UTC),
        ),
        (
            datetime!(2050-01-01 0:00 UTC),
            datetime!(9999-12-31 23:59:59 UTC),
        ),
        (
            datetime!(2026-01-01 2:00 +2),
            datetime!(2026-01-01 0:00 UTC),
        ),
    ] {
        let dates = Dates::new(from, to).unwrap();
        let wanted = wanted("CN=k", &Template::default(), &key, dates);
        let made = self_sign(&wanted, &key, &Fixed(1)).unwrap();
        assert_eq!((made.not_before(), made.not_after()), (from, to));
    }
    let before = Dates::new(datetime!(1969-12-31 0:00 UTC), NOW).unwrap();
    let wanted = wanted("CN=k", &Template::default(), &key, before);
    let error = self_sign(&wanted, &key, &Fixed(1)).unwrap_err();
    assert!(matches!(error, IssueError::Date { .. }), "{error}");
    assert!(Dates::new(NOW, NOW - Duration::SECOND).is_err());
    assert!(Dates::of_days(NOW, 0).is_err());
    assert!(Dates::of_days(NOW, u32::MAX).is_err());
    assert_eq!(
        days(1).not_after(),
        NOW + Duration::days(1) - Duration::SECOND
    );
}

#[test]
fn a_renewal_says_the_same() {
    let root = Ca::root("CN=Root", &authority(None));
    let old = root.server(&for_host("h.example"));
    let again = renewal(&old, old.subject_public_key_info(), days(30));
    let new = issue(&again.wanted, &root.authority(), &Fixed(9)).unwrap();
    assert_eq!(Extension::of(&new), Extension::of(&old));
    assert_eq!(new.subject().der(), old.subject().der());
    assert_eq!(lifetime(&new), Duration::days(30));
    assert_ne!(new.serial().to_string(), old.serial().to_string());
    let key = new_key();
    let rekeyed = renewal(&old, key.subject_public_key_info(), days(30));
    let new = issue(&rekeyed.wanted, &root.authority(), &Fixed(9)).unwrap();
    assert_ne!(
        new.extensions().subject_key_identifier,
        old.extensions().subject_key_identifier
    );
    assert_eq!(root.broken_by(&new), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever subject and extensions are wanted, they are in the certificate, and reading it gives them back.
    #[test]
    fn names_and_extensions_survive(
        parts in prop::collection::vec((0..5_usize, "\\PC{1,30}"), 0..6),
        hosts in prop::collection::vec("[a-z][a-z0-9]{0,9}(\\.[a-z]{1,8}){1,3}", 0..4),
        extras in prop::collection::vec((1..40_u32, any::<bool>(), prop::collection::vec(any::<u8>(), 0..40)), 0..4),
        octet in any::<u8>(),
    ) {
        // a blank value may be in a name that is read, and is never typed
        prop_assume!(parts.iter().all(|(_, value)| !value.trim().is_empty()));
        let kinds = ["CN", "OU", "O", "ST", "1.2.3.4"];
        let text: Vec<String> = parts.iter().map(|(kind, value)| {
            let hex: String = value.bytes().map(|byte| format!("\\{byte:02x}")).collect();
            format!("{}={hex}", kinds[*kind])
        }).collect();
        let subject = Name::parse(&text.join(",")).unwrap();
        let mut template = Template {
            alt_names: hosts.iter().map(|host| GeneralName::parse(host).unwrap()).collect(),
            ..Template::default()
        };
        for (arc, critical, value) in &extras {
            template.extensions.push(Extension {
                oid: format!("1.3.6.1.4.1.{arc}"),
                critical: *critical,
                value: asn1::element(asn1::OCTET_STRING, &[value]),
            });
        }
        let key = new_key();
        let extensions = template.extensions(key.subject_public_key_info(), subject.is_empty());
        let wanted = Wanted {
            subject: subject.clone(),
            subject_public_key_info: key.subject_public_key_info().to_vec(),
            dates: days(1),
            extensions: extensions.clone(),
        };
        let made = self_sign(&wanted, &key, &Fixed(octet)).unwrap();
        let again = Certificate::from_der(CertificateDer::from(made.der().to_vec())).unwrap();
        prop_assert_eq!(again.subject().der(), subject.der());
        let shown: Vec<String> = again.subject().attributes().map(|one| one.unescaped_value()).collect();
        let given: Vec<String> = parts.iter().rev().map(|(_, value)| value.clone()).collect();
        prop_assert_eq!(shown, given);
        prop_assert_eq!(Extension::of(&again), Some(extensions));
        let names = again.extensions().subject_alt_names.clone().unwrap_or_default();
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        prop_assert_eq!(names, hosts);
    }
}
