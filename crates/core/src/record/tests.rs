//! Records from made certificates.

use trustpack_keystore::{Alias, Entry, EntryKind, KeyStore, ReadOptions, SealedKey};

use super::certificate::key_in_words;
use super::*;
use crate::cert::testing::{DAY, at, ca, root, server};
use crate::chain::PresentedChain;
use crate::key::KeyFacts;
use crate::trust::TrustAnchors;
use crate::verify::{Client, ServerName, verify};

#[test]
fn a_certificate_in_json_has_every_documented_field() {
    let root = root("Root");
    let record = CertificateRecord::new(&server("h.example", &root).certificate, at(DAY));
    let mut json = serde_json::to_value(&record).unwrap();
    // New in every run; a serial number may start with a zero octet, which DER leaves out.
    for (field, longest) in [("fingerprint", 64), ("serial_number", 40)] {
        let hex = json[field].take();
        let hex = hex.as_str().unwrap();
        assert!(hex.len() <= longest && hex.chars().all(|c| c.is_ascii_hexdigit()));
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap(), @r#"
    {
      "fingerprint": null,
      "is_ca": false,
      "is_self_issued": false,
      "issuer": "CN=Root",
      "not_after": "2026-12-31T23:59:59Z",
      "not_before": "2026-01-01T00:00:00Z",
      "public_key": "EC P-256",
      "remaining_seconds": 31449599,
      "serial_number": null,
      "subject": "CN=h.example",
      "subject_alt_names": [
        "h.example"
      ]
    }
    "#);
}

#[test]
fn an_expired_certificate_has_negative_time_left() {
    let record = CertificateRecord::new(&root("Root").certificate, at(366 * DAY));
    assert_eq!(record.remaining_seconds, -DAY - 1);
    assert!(record.is_ca && record.is_self_issued);
}

#[test]
fn keys_are_named_by_curve_or_length() {
    let facts = |algorithm: &str, bits, curve: Option<&str>| {
        key_in_words(&KeyFacts {
            algorithm: algorithm.to_owned(),
            bits,
            curve: curve.map(str::to_owned),
        })
    };
    assert_eq!(facts("RSA", Some(2048), None), "RSA 2048");
    assert_eq!(facts("RSASSA-PSS", Some(3072), None), "RSASSA-PSS 3072");
    assert_eq!(facts("EC", Some(256), Some("P-256")), "EC P-256");
    assert_eq!(facts("Ed25519", Some(256), None), "Ed25519");
    assert_eq!(facts("1.2.3", None, None), "1.2.3");
}

#[test]
fn a_verdict_is_a_path_or_a_refusal() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    let chain = PresentedChain {
        certificates: vec![server.certificate, ca.certificate],
        ..PresentedChain::default()
    };
    let name = ServerName::try_from("h.example").unwrap();
    let ask = |anchors| {
        let anchors = TrustAnchors::new("s.jks", anchors);
        let verdict = verify(&chain, &anchors, &name, at(DAY), Client::Java, "h:443");
        VerifyRecord::new("h:443", "h.example", "s.jks", &chain, &verdict, at(DAY))
    };
    let accepted = ask(vec![root.certificate]);
    assert!(accepted.accepted && accepted.refusal.is_none());
    let subjects: Vec<&str> = accepted
        .path
        .iter()
        .map(|one| one.subject.as_str())
        .collect();
    assert_eq!(subjects, ["CN=h.example", "CN=CA", "CN=Root"]);

    let refused = ask(Vec::new());
    assert!(!refused.accepted && refused.path.is_empty());
    let refusal = refused.refusal.unwrap();
    assert_eq!(refusal.reason, "no-path");
    assert!(refusal.hint.is_some());
}

#[test]
fn contents_keep_order_and_say_what_cannot_be_read() {
    let root = root("Root");
    let server = server("h.example", &root);
    let der = root.certificate.der();
    let mut contents = trustpack_keystore::read(der, &ReadOptions::default()).unwrap();
    let mut store = KeyStore::new();
    let trusted = |alias, der| Entry::trusted(Alias::new(alias), der);
    store.push(trusted("bad", vec![0x30, 0].into())).unwrap();
    store.push(trusted("root", der.clone())).unwrap();
    let kind = EntryKind::PrivateKey {
        key: SealedKey::from_pkcs8(server.key.serialize_der().into()),
        chain: vec![server.certificate.der().clone(), vec![1].into()],
    };
    let key = Entry {
        kind,
        ..trusted("key", der.clone())
    };
    store.push(key).unwrap();
    contents.store = store;
    let record = ContentsRecord::new("a.cer", &contents, at(DAY));
    assert_eq!((record.format, record.integrity), ("der", "absent"));
    let entries = record.entries.iter();
    let entries: Vec<_> = entries
        .map(|entry| {
            let counts = (entry.certificates.len(), entry.unreadable.len());
            (
                &*entry.alias,
                entry.kind,
                entry.protection.as_deref(),
                counts,
            )
        })
        .collect();
    let trusted = "trusted-certificate";
    assert_eq!(
        entries,
        [
            ("bad", trusted, None, (0, 1)),
            ("root", trusted, None, (1, 0)),
            ("key", "private-key", Some("none"), (1, 1)),
        ]
    );
}

#[test]
fn details_stand_beside_the_other_fields() {
    let root = root("Root");
    let made = server("h.example", &root);
    let record = CertificateRecord::full(&made.certificate, at(DAY));
    let json = serde_json::to_value(&record).unwrap();
    assert_eq!(json["subject"], "CN=h.example");
    assert_eq!(json["key"]["curve"], "P-256");
    assert_eq!(json["version"], 3);
    assert_eq!(json["signature_algorithm"], "SHA256withECDSA");
    let names = json["extensions"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"subjectAltName") && names.contains(&"authorityKeyIdentifier"));
    assert!(json["sha1"].as_str().unwrap().len() == 40);
    let spki = made.certificate.subject_public_key_info();
    let pin = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, spki);
    use base64::Engine as _;
    let expected = base64::engine::general_purpose::STANDARD.encode(pin);
    assert_eq!(json["spki_sha256"], expected);
}

#[test]
fn a_broken_extension_hides_no_other() {
    let mut params = crate::cert::testing::server_params("h.example");
    let broken = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 31], vec![0x30, 5]);
    params.custom_extensions = vec![
        broken,
        rcgen::CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![0x0c, 2, b'h', b'i']),
    ];
    let made = crate::cert::testing::self_sign(params, crate::cert::testing::new_key());
    let record = CertificateRecord::full(&made.certificate, at(DAY));
    let extensions = &record.details.as_ref().unwrap().extensions;
    let find = |oid| extensions.iter().find(|one| one.oid == oid).unwrap();
    let broken = find("2.5.29.31");
    assert!(broken.broken && broken.value.is_none());
    assert_eq!(broken.der, "3005");
    let unknown = find("1.2.3.4");
    assert!(!unknown.broken && !unknown.decoded && unknown.name.is_none());
    assert_eq!(serde_json::to_value(&unknown.value).unwrap(), "hi");
    assert_eq!(unknown.der, "0c026869");
    assert!(find("2.5.29.17").decoded);
}

#[test]
fn fields_are_values_between_tabs_that_nobody_can_forge() {
    let made = root("a\tb\n\u{202e}c");
    let certificate = CertificateRecord::full(&made.certificate, at(DAY));
    let line = Line {
        source: "s\t.jks",
        alias: "a",
        kind: "trusted-certificate",
        place: 1,
        certificate: &certificate,
    };
    let fields: Vec<Field> = [
        "source",
        "alias",
        " subject",
        "is_ca",
        "not_after",
        "remaining_days",
    ]
    .iter()
    .map(|name| name.parse().unwrap())
    .collect();
    assert_eq!(
        line.of(&fields),
        "s\\t.jks\ta\tCN=a\\tb\\n\\u{202e}c\ttrue\t2026-12-31T23:59:59Z\t363"
    );
    let every: Vec<Field> = Field::names()
        .iter()
        .map(|name| name.parse().unwrap())
        .collect();
    assert_eq!(line.of(&every).split('\t').count(), every.len());
    let unknown = "serial_no".parse::<Field>().unwrap_err().to_string();
    assert!(unknown.starts_with("there is no field `serial_no`; the fields are source, alias"));
}

#[test]
fn a_password_in_a_request_is_told_and_not_shown() {
    let attribute = AttributeRecord::new("1.2.840.113549.1.9.7", [&[0x0c, 1, b'x'][..]]);
    assert_eq!(
        (attribute.name, attribute.value),
        (Some("challengePassword"), None)
    );
    let other = AttributeRecord::new("1.2.840.113549.1.9.2", [&[0x0c, 1, b'x'][..]]);
    assert_eq!(serde_json::to_value(other.value).unwrap(), "x");
}

#[test]
fn a_revocation_list_with_its_entries() {
    let made = root("Root");
    let issuer = rcgen::Issuer::from_params(&made.params, &made.key);
    let params = rcgen::CertificateRevocationListParams {
        this_update: at(0),
        next_update: at(10 * DAY),
        crl_number: rcgen::SerialNumber::from(300_u64),
        issuing_distribution_point: None,
        revoked_certs: vec![rcgen::RevokedCertParams {
            serial_number: rcgen::SerialNumber::from(7_u64),
            revocation_time: at(-DAY),
            reason_code: Some(rcgen::RevocationReason::KeyCompromise),
            invalidity_date: Some(at(-2 * DAY)),
        }],
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    let crl = params.signed_by(&issuer).unwrap();
    let record = CrlRecord::new(crl.der(), at(DAY)).unwrap();
    assert_eq!(
        (record.issuer.as_str(), record.number.as_deref()),
        ("CN=Root", Some("300"))
    );
    assert_eq!(record.remaining_seconds, Some(9 * DAY));
    let entry = &record.entries[0];
    assert_eq!(entry.serial_number, "07");
    assert_eq!(entry.reason.as_deref(), Some("keyCompromise"));
    assert_eq!(entry.invalidity_date, Some(at(-2 * DAY)));
    for length in 0..crl.der().len() {
        assert!(CrlRecord::new(&crl.der()[..length], at(0)).is_err());
    }
}
