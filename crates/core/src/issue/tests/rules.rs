//! Which rules are broken, named one by one.

use time::Duration;

use super::*;
use crate::cert::asn1;
use crate::extension::Extension;

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

const WEAK: &str = concat!(
    "30820153020100300d06092a864886f70d01010105000482013d30820139020100024100cc60f629750fa98b91788d0f8298d2409ca4c01c7318121c",
    "e78dddbb5326ab5e8b8b19d465c53891b3c21a6a2bd5a6399edaaacfbd0a044950fa0e2a25f22093020301000102403e5ba73fe6f3ac6b652b3efee8",
    "7df048be82960b1822d403f5b29760bc7223fedc6e55ce490d431909a87f2c4651ce7a4d4ff5ec0c62b6e0fb626216fdc57721022100ff64f9ff366b",
    "66d6fa72561b78c1794dd1642e4bf0bbc4a48490163e5a6927d5022100ccdd04c92a496e1895233409cd7a05be6ed93ac2c1d2ca4614ef8e9d7f1282",
    "c7022063af1a150f3ca48b4c7dcc3634cfef74fc41ca00421a480a9ee34e8b4fe6b371022010e1453bae184ed207b7d6d9d7ec6dfcbaf57b3a00ee75",
    "6c40dd5c4aede58091022035603111e1207d248da724da02b335eef6eb5f8f8391bb7d324703f71b67afaf",
);
