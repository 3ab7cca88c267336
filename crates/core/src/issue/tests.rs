//! Everything that is issued, judged by the reader and the rules; other tools judge in `tests/interop`.

use proptest::prelude::*;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use trustpack_keystore::{CertificateDer, Error, RandomSource, Request, SealedKey};

use super::*;
use crate::Certificate;
use crate::cert::asn1;
use crate::cert::testing::{self, NOW};
use crate::crl::RevocationList;
use crate::extension::Extension;
use crate::key::{Belongs, belongs};
use crate::name::Name;
use crate::request::CertificateRequest;
use crate::signature::SignatureCheck;

/// The same octets every time.
struct Fixed(u8);

impl RandomSource for Fixed {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.fill(self.0);
        Ok(())
    }
}

struct Dry;

impl RandomSource for Dry {
    fn fill(&self, _: &mut [u8]) -> Result<(), Error> {
        Err(Error::NoRandomness)
    }
}

fn pkcs8(key: &SealedKey) -> Vec<u8> {
    key.unlock(None).unwrap().secret_pkcs8().to_vec()
}

fn new_key() -> SigningKey {
    SigningKey::from_pkcs8(&pkcs8(&KeyKind::P256.generate().unwrap())).unwrap()
}

fn days(days: u32) -> Dates {
    Dates::of_days(NOW, days).unwrap()
}

fn wanted(subject: &str, template: &Template, key: &SigningKey, dates: Dates) -> Wanted {
    let subject = Name::parse(subject).unwrap();
    let spki = key.subject_public_key_info();
    Wanted {
        extensions: template.extensions(spki, subject.is_empty()),
        subject,
        subject_public_key_info: spki.to_vec(),
        dates,
    }
}

struct Ca {
    key: SigningKey,
    chain: Vec<Certificate>,
}

impl Ca {
    fn root(subject: &str, template: &Template) -> Self {
        let key = new_key();
        let wanted = wanted(subject, template, &key, days(1000));
        let certificate = self_sign(&wanted, &key, &Fixed(1)).unwrap();
        Self {
            key,
            chain: vec![certificate],
        }
    }

    fn below(&self, subject: &str, template: &Template) -> Self {
        let key = new_key();
        let wanted = wanted(subject, template, &key, days(900));
        let certificate = issue(&wanted, &self.authority(), &Fixed(2)).unwrap();
        let mut chain = vec![certificate];
        chain.extend(self.chain.iter().cloned());
        Self { key, chain }
    }

    fn authority(&self) -> Authority<'_> {
        Authority::new(&self.key, &self.chain).unwrap()
    }

    fn server(&self, template: &Template) -> Certificate {
        // a common name that looks like a host is constrained as one where no other is (OpenSSL, Java)
        let wanted = wanted("CN=A Server", template, &new_key(), days(90));
        issue(&wanted, &self.authority(), &Fixed(3)).unwrap()
    }

    fn broken_by(&self, made: &Certificate) -> Vec<Rule> {
        broken(require(made, Some(&self.authority()), NOW, &[]))
    }
}

fn broken(result: Result<Vec<Violation>, IssueError>) -> Vec<Rule> {
    match result {
        Ok(_) => Vec::new(),
        Err(IssueError::Refused { violations }) => violations.iter().map(|one| one.rule).collect(),
        Err(other) => panic!("{other}"),
    }
}

fn authority(path_length: Option<u32>) -> Template {
    Template {
        authority: Some(path_length),
        ..Template::default()
    }
}

fn for_host(host: &str) -> Template {
    let mut template = Profile::named("server").unwrap().template;
    template.alt_names = vec![GeneralName::parse(host).unwrap()];
    template
}

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
fn rules_about_the_issuer_are_named() {
    let root = Ca::root("CN=Root", &authority(Some(0)));
    let server = for_host("h.example");
    assert_eq!(root.broken_by(&root.server(&server)), []);

    let no_ca = Ca::root("CN=Not", &Template::default());
    let found = no_ca.broken_by(&no_ca.server(&server));
    assert_eq!(found, [Rule::IssuerNotCa, Rule::IssuerKeyUsage]);

    let below = root.below("CN=Below", &authority(None));
    assert_eq!(root.broken_by(&below.chain[0]), [Rule::PathLength]);
    // two levels down it is the root's limit that is broken, by the CA between
    assert_eq!(below.broken_by(&below.server(&server)), [Rule::PathLength]);

    let mut lists_only = authority(None);
    lists_only.key_usage = Some(KeyUsage::named(["cRLSign"]).unwrap());
    let ca = Ca::root("CN=Lists", &lists_only);
    assert_eq!(ca.broken_by(&ca.server(&server)), [Rule::IssuerKeyUsage]);
    assert_eq!(
        broken(require(&ca.chain[0], None, NOW, &[])),
        [Rule::CaKeyUsage]
    );
}

#[test]
fn rules_about_dates_are_named() {
    let root = Ca::root("CN=Root", &authority(None));
    let at = |dates: Dates| {
        let wanted = wanted("CN=h.example", &for_host("h.example"), &new_key(), dates);
        issue(&wanted, &root.authority(), &Fixed(1)).unwrap()
    };
    assert_eq!(root.broken_by(&at(days(1000))), []);
    assert_eq!(
        root.broken_by(&at(days(1001))),
        [Rule::ValidityBeyondIssuer]
    );
    let early = Dates::new(NOW - Duration::SECOND, NOW).unwrap();
    assert_eq!(root.broken_by(&at(early)), [Rule::ValidityBeyondIssuer]);
    let later = NOW + Duration::days(1000);
    for (moment, expected) in [
        (later - Duration::SECOND, &[][..]),
        (later, &[Rule::IssuerDates]),
        (NOW - Duration::SECOND, &[Rule::IssuerDates]),
    ] {
        let result = require(&at(days(1)), Some(&root.authority()), moment, &[]);
        assert_eq!(broken(result), expected);
    }
}

#[test]
fn rules_about_names_are_named_and_can_be_waived() {
    let mut constrained = authority(None);
    constrained.constraints = Constraints {
        permitted: vec![
            GeneralName::parse_constraint("dns:example.com").unwrap(),
            GeneralName::parse_constraint("ip:10.0.0.0/8").unwrap(),
        ],
        excluded: vec![GeneralName::parse_constraint("dns:no.example.com").unwrap()],
    };
    let root = Ca::root("CN=Root", &constrained);
    let below = root.below("CN=Below", &authority(None));
    for (host, expected) in [
        ("a.example.com", &[][..]),
        ("10.1.2.3", &[]),
        ("a.no.example.com", &[Rule::NameConstraints]),
        ("h.example", &[Rule::NameConstraints]),
        ("192.0.2.1", &[Rule::NameConstraints]),
    ] {
        assert_eq!(
            below.broken_by(&below.server(&for_host(host))),
            expected,
            "{host}"
        );
    }

    let key = new_key();
    let sign = |subject: &str, template: &Template| {
        let wanted = wanted(subject, template, &key, days(1));
        let made = self_sign(&wanted, &key, &Fixed(1)).unwrap();
        (broken(require(&made, None, NOW, &[])), made)
    };
    let long = format!("CN={}", "a".repeat(65_536));
    let (found, made) = sign(&long, &Template::default());
    assert_eq!(found, [Rule::LongName]);
    let waived = require(&made, None, NOW, &[Rule::LongName]).unwrap();
    assert_eq!(
        waived[0].to_string(),
        "CN has 65536 characters, more than 64 (RFC 5280 appendix A.1)"
    );
    assert_eq!(
        sign("CN=a\u{202e}b", &Template::default()).0,
        [Rule::UnsafeName]
    );
    assert_eq!(
        sign("CN=a\u{7}b", &Template::default()).0,
        [Rule::UnsafeName]
    );
    assert_eq!(sign("", &Template::default()).0, [Rule::NoName]);
    assert_eq!(sign("", &authority(None)).0, [Rule::NoName]);
    let (found, made) = sign("", &for_host("h.example"));
    assert_eq!(found, []);
    assert!(made.extensions().critical.contains(&"2.5.29.17".to_owned()));
}

#[test]
fn rules_about_extensions_are_named() {
    let key = new_key();
    let with = |extensions: &[(&str, bool, &[u8])]| {
        let mut wanted = wanted("CN=k", &Template::default(), &key, days(1));
        let extensions = extensions.iter().map(|(oid, critical, value)| Extension {
            oid: (*oid).to_owned(),
            critical: *critical,
            value: value.to_vec(),
        });
        wanted.extensions.extend(extensions);
        let made = self_sign(&wanted, &key, &Fixed(1)).unwrap();
        broken(require(&made, None, NOW, &[]))
    };
    assert_eq!(with(&[("1.2.3.4", false, &[5, 0])]), []);
    assert_eq!(with(&[("1.2.3.4", true, &[5, 0])]), [Rule::UnknownCritical]);
    assert_eq!(
        with(&[("1.2.3.4", false, b"text")]),
        [Rule::BrokenExtension]
    );
    assert_eq!(
        with(&[("2.5.29.37", false, &[5, 0])]),
        [Rule::BrokenExtension]
    );
    assert_eq!(
        with(&[("2.5.29.15", true, &[3, 2, 7, 0x80])]),
        [Rule::RepeatedExtension]
    );
    let signs = Template {
        key_usage: Some(KeyUsage::named(["keyCertSign"]).unwrap()),
        ..Template::default()
    };
    let wanted = wanted("CN=k", &signs, &key, days(1));
    let made = self_sign(&wanted, &key, &Fixed(1)).unwrap();
    assert_eq!(broken(require(&made, None, NOW, &[])), [Rule::CaKeyUsage]);
}

#[test]
fn a_weak_key_is_named_and_signs_nothing() {
    // RSA with 512 bits, made with openssl
    let der = asn1::from_hex(WEAK).unwrap();
    let error = SigningKey::from_pkcs8(&der).unwrap_err();
    assert_eq!(
        error.to_string(),
        "an RSA key of 512 bits, where 2048 to 8192 are safe (NIST SP 800-131A), cannot sign"
    );
}

#[test]
fn a_request_asks_for_what_was_wanted() {
    let key = new_key();
    let mut template = for_host("h.example");
    template.must_staple = true;
    let subject = Name::parse("/DC=com/DC=example/CN=h").unwrap();
    let der = request(&subject, &template, &key, &[]).unwrap().0;
    let read = CertificateRequest::new(&Request::Pkcs10(der)).unwrap();
    assert_eq!(read.check_signature(), SignatureCheck::Good);
    assert_eq!(read.subject.unwrap().der(), subject.der());
    let oids: Vec<&str> = read.extensions.iter().map(|one| one.oid.as_str()).collect();
    assert_eq!(
        oids,
        [
            "2.5.29.17",
            "2.5.29.19",
            "2.5.29.15",
            "2.5.29.37",
            "1.3.6.1.5.5.7.1.24"
        ]
    );
    // what a CA may take of it
    let taken = |policy: Requested, copy: &[&str], decided: &[&str]| {
        let own = |words: &[&str]| {
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        policy
            .taken(&read.extensions, &own(copy), &own(decided))
            .len()
    };
    assert_eq!(taken(Requested::Names, &[], &[]), 1);
    assert_eq!(taken(Requested::Names, &["2.5.29.37"], &[]), 2);
    assert_eq!(taken(Requested::Names, &["2.5.29.19"], &[]), 1, "never");
    assert_eq!(taken(Requested::Names, &[], &["2.5.29.17"]), 0);
    assert_eq!(taken(Requested::Copy, &[], &[]), 4);
    assert_eq!(taken(Requested::Ignore, &[], &[]), 0);
}

/// Whatever a flipped bit makes of a request: it is issued as it is, or refused, and nothing panics.
#[test]
fn what_a_broken_request_asks_for_is_issued_or_refused() {
    let root = Ca::root("CN=Root", &authority(None));
    let key = new_key();
    let mut template = for_host("h.example");
    template.must_staple = true;
    let subject = Name::parse("CN=h,OU=a+OU=b").unwrap();
    let der = request(&subject, &template, &key, &[]).unwrap().0;
    let mut issued = 0;
    for place in 0..der.len() {
        let mut bad = der.clone();
        bad[place] ^= 0x15;
        let Ok(read) = CertificateRequest::new(&Request::Pkcs10(bad)) else {
            continue;
        };
        let wanted = Wanted {
            subject: read.subject.clone().unwrap(),
            subject_public_key_info: read.subject_public_key_info.clone(),
            dates: days(1),
            extensions: Requested::Copy.taken(&read.extensions, &[], &[]),
        };
        if let Ok(made) = issue(&wanted, &root.authority(), &Fixed(1)) {
            issued += 1;
            let _ = require(&made, Some(&root.authority()), NOW, &[]);
        }
    }
    assert!(issued > der.len() / 8, "{issued} of {}", der.len());
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

#[test]
fn a_revocation_list_says_what_was_revoked() {
    let root = Ca::root("CN=Root", &authority(None));
    let list = |revoked: Vec<(Vec<u8>, OffsetDateTime, Reason)>| {
        let wanted = ListWanted {
            dates: days(7),
            number: 300,
            revoked,
        };
        let (der, _) = revocation_list(&wanted, &root.authority(), NOW, &[]).unwrap();
        RevocationList::from_der(&der).unwrap()
    };
    assert_eq!(list(Vec::new()).revoked.len(), 0);
    let made = list(vec![
        (vec![0x41; 16], NOW, Reason::KeyCompromise),
        (vec![0x42; 16], NOW, Reason::Unspecified),
    ]);
    assert_eq!(made.number(), Some(&[1, 0x2c][..]));
    assert_eq!(made.revoked.len(), 2);
    let no_ca = Ca::root("CN=Server", &for_host("h.example"));
    let wanted = ListWanted {
        dates: days(7),
        number: 1,
        revoked: Vec::new(),
    };
    let result = revocation_list(&wanted, &no_ca.authority(), NOW, &[]);
    assert_eq!(broken(result.map(|(_, waived)| waived)), [Rule::CrlSign]);
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

const WEAK: &str = concat!(
    "30820153020100300d06092a864886f70d01010105000482013d30820139020100024100cc60f629750fa98b91788d0f8298d2409ca4c01c7318121c",
    "e78dddbb5326ab5e8b8b19d465c53891b3c21a6a2bd5a6399edaaacfbd0a044950fa0e2a25f22093020301000102403e5ba73fe6f3ac6b652b3efee8",
    "7df048be82960b1822d403f5b29760bc7223fedc6e55ce490d431909a87f2c4651ce7a4d4ff5ec0c62b6e0fb626216fdc57721022100ff64f9ff366b",
    "66d6fa72561b78c1794dd1642e4bf0bbc4a48490163e5a6927d5022100ccdd04c92a496e1895233409cd7a05be6ed93ac2c1d2ca4614ef8e9d7f1282",
    "c7022063af1a150f3ca48b4c7dcc3634cfef74fc41ca00421a480a9ee34e8b4fe6b371022010e1453bae184ed207b7d6d9d7ec6dfcbaf57b3a00ee75",
    "6c40dd5c4aede58091022035603111e1207d248da724da02b335eef6eb5f8f8391bb7d324703f71b67afaf",
);
