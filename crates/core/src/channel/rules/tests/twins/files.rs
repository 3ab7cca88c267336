//! A broken certificate file for every finding about one, made here, in place of the files that an example names.

use rcgen::{ExtendedKeyUsagePurpose, KeyPair};
use time::Duration;
use trustpack_keystore::{
    Alias, Entry, EntryKind, Format, KeyStore, Password, RandomSource, SealedKey, WriteOptions,
    write,
};

use super::*;
use crate::cert::testing::{Made, issue, new_key, root, server, server_params};
use crate::channel::judge_files;

/// Finding, how bad, at which key, the name of the file, and which of [`made`] it is.
pub(super) const TWINS: &[(&str, Severity, &str, &str, &str)] = &[
    (
        "CERT-CLIENT-AUTH",
        Severity::Note,
        IDENTITY,
        "id.pem",
        "public",
    ),
    (
        "CERT-EXPIRED",
        Severity::Critical,
        IDENTITY,
        "id.pem",
        "expired",
    ),
    (
        "CERT-EXPIRED",
        Severity::Critical,
        TRUST,
        "a.pem",
        "expired certificate",
    ),
    (
        "CERT-EXPIRING",
        Severity::Warning,
        IDENTITY,
        "id.pem",
        "expiring",
    ),
    (
        "CERT-FORMAT",
        Severity::Critical,
        IDENTITY,
        "id.cer",
        "good",
    ),
    (
        "CERT-FORMAT",
        Severity::Critical,
        IDENTITY,
        "id.jks",
        "pkcs12",
    ),
    (
        "CERT-FORMAT",
        Severity::Critical,
        IDENTITY,
        "id.cer",
        "pkcs12",
    ),
    (
        "CERT-FORMAT",
        Severity::Critical,
        IDENTITY,
        "id.cer",
        "trailing",
    ),
    ("CERT-FORMAT", Severity::Critical, IDENTITY, "id.der", "two"),
    (
        "CERT-FORMAT",
        Severity::Critical,
        IDENTITY,
        "id.pem",
        "empty",
    ),
    (
        "CERT-FORMAT",
        Severity::Critical,
        IDENTITY,
        "id.pem",
        "junk",
    ),
    ("CERT-FORMAT", Severity::Critical, IDENTITY, "id.pem", "key"),
    ("CERT-FORMAT", Severity::Critical, TRUST, "a.pem", "empty"),
    (
        "CERT-FORMAT",
        Severity::Warning,
        TRUST,
        "a.cer",
        "certificate",
    ),
    (
        "CERT-ID-EKU",
        Severity::Warning,
        IDENTITY,
        "id.pem",
        "server",
    ),
    (
        "CERT-ID-EKU",
        Severity::Warning,
        IDENTITY,
        "id.pem",
        "encipherment",
    ),
    (
        "CERT-ID-NO-KEY",
        Severity::Warning,
        IDENTITY,
        "id.pem",
        "certificate",
    ),
    (
        "CERT-KEY-IN-TRUST",
        Severity::Critical,
        TRUST,
        "a.pem",
        "good",
    ),
    (
        "CERT-KEY-MISMATCH",
        Severity::Critical,
        IDENTITY,
        "id.pem",
        "mismatch",
    ),
    (
        "CERT-KEY-MISMATCH",
        Severity::Critical,
        IDENTITY,
        "id.p12",
        "mismatched entry",
    ),
    (
        "CERT-NOT-YET-VALID",
        Severity::Critical,
        IDENTITY,
        "id.pem",
        "early",
    ),
    ("CERT-SIZE", Severity::Warning, IDENTITY, "id.pem", "large"),
    ("CERT-WEAK", Severity::Warning, IDENTITY, "id.pem", "weak"),
    (
        "FILE-UNREAD",
        Severity::Warning,
        IDENTITY,
        "id.pem",
        "missing",
    ),
    ("FILE-UNREAD", Severity::Warning, TRUST, "a.pem", "missing"),
    (
        "FILE-UNREAD",
        Severity::Critical,
        IDENTITY,
        "id.p12",
        "sealed",
    ),
    ("FILE-UNREAD", Severity::Critical, TRUST, "a.p12", "sealed"),
];

const IDENTITY: &str = "identity.file";
const TRUST: &str = "trust.files";

fn client() -> rcgen::CertificateParams {
    let mut params = server_params("client.example");
    params
        .extended_key_usages
        .push(ExtendedKeyUsagePurpose::ClientAuth);
    params
}

fn pem(made: &Made) -> String {
    format!("{}{}", pem_of(&made.certificate), made.key.serialize_pem())
}

fn pem_of(certificate: &crate::Certificate) -> String {
    let mut store = KeyStore::new();
    store.push_renamed(Entry::trusted(
        Alias::positional(1),
        certificate.der().clone(),
    ));
    let written = write(&store, Format::Pem, &WriteOptions::default()).unwrap();
    String::from_utf8(written.bytes.to_vec()).unwrap()
}

fn pkcs12(made: &Made, key: &KeyPair, password: Option<&str>) -> Vec<u8> {
    let chain = vec![made.certificate.der().clone()];
    let mut store = KeyStore::new();
    store.push_renamed(Entry {
        alias: Alias::new("id"),
        created: None,
        kind: EntryKind::PrivateKey {
            key: SealedKey::from_pkcs8(key.serialize_der().into()),
            chain,
        },
        attributes: Vec::new(),
    });
    let password = password.map(Password::new);
    let options = WriteOptions {
        password: password.as_ref(),
        random: Some(&Fixed),
        ..WriteOptions::default()
    };
    write(&store, Format::Pkcs12, &options)
        .unwrap()
        .bytes
        .to_vec()
}

struct Fixed;

impl RandomSource for Fixed {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), trustpack_keystore::Error> {
        bytes.fill(7);
        Ok(())
    }
}

/// A file; nothing for one that is not there.
fn made(name: &str) -> Option<Vec<u8>> {
    let ca = root("CA");
    let dated = |before: i64, after: i64| {
        let mut params = client();
        params.not_before = NOW - Duration::days(before);
        params.not_after = NOW + Duration::days(after);
        issue(params, new_key(), &ca)
    };
    let good = issue(client(), new_key(), &ca);
    let bytes = match name {
        "missing" => return None,
        "empty" => Vec::new(),
        "junk" => b"\0\x01\x02 nothing".to_vec(),
        "good" => pem(&good).into(),
        "certificate" => pem_of(&good.certificate).into(),
        "expired certificate" => pem_of(&dated(90, -1).certificate).into(),
        "key" => good.key.serialize_pem().into(),
        "two" => [good.certificate.der(), ca.certificate.der()]
            .map(|der| der.to_vec())
            .concat(),
        "trailing" => [good.certificate.der().as_ref(), b"\r\n"].concat(),
        "pkcs12" => pkcs12(&good, &good.key, None),
        "sealed" => pkcs12(&good, &good.key, Some("changeit")),
        "mismatch" => format!("{}{}", pem_of(&good.certificate), new_key().serialize_pem()).into(),
        "mismatched entry" => pkcs12(&good, &new_key(), None),
        "expired" => pem(&dated(90, -1)).into(),
        "expiring" => pem(&dated(80, 20)).into(),
        "early" => pem(&dated(-1, 90)).into(),
        "server" => pem(&server("server.example", &ca)).into(),
        "encipherment" => {
            let mut params = client();
            params.key_usages = vec![rcgen::KeyUsagePurpose::KeyEncipherment];
            pem(&issue(params, new_key(), &ca)).into()
        }
        "public" => {
            let mut params = client();
            // certificatePolicies with 2.23.140.1.2.1
            let policies = vec![0x30, 10, 0x30, 8, 6, 6, 0x67, 0x81, 0x0c, 1, 2, 1];
            let policies = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 32], policies);
            params.custom_extensions.push(policies);
            pem(&issue(params, new_key(), &ca)).into()
        }
        "weak" => WEAK.to_vec(),
        "large" => format!("{}{}", "# a comment\n".repeat(50_000), pem(&good)).into(),
        other => panic!("{other}"),
    };
    Some(bytes)
}

/// RSA of 1024 bits, which nothing here makes any more.
const WEAK: &[u8] = include_bytes!("../../../../../../../fixtures/channels/weak-identity.pem");

/// The Telegram example, which names an identity, with another file there and one of trust.
fn text(key: &str, file: &str) -> String {
    let good = example("telegram");
    match key {
        IDENTITY => good.replacen("\"identity.cer\"", &format!("{file:?}"), 1),
        _ => good.replacen(
            "[channel.identity]\nfile = \"identity.cer\"",
            &format!(
                "[channel.trust]\nfiles = {{ \"192.0.2.10:28090\" = {file:?} }}\n[channel.identity]"
            ),
            1,
        ),
    }
}

fn findings(key: &str, file: &str, kind: &str) -> Vec<SpecFinding> {
    let text = text(key, file);
    assert!(text.contains(file), "{text}");
    let spec = Spec::read(&text).unwrap();
    let mut open = |_: &str, _: &str| made(kind).ok_or_else(|| "no such file".to_owned());
    judge_files(&spec, &mut open, None, NOW)
}

#[test]
fn every_broken_file_is_found() {
    for (id, severity, key, file, kind) in TWINS {
        let found = findings(key, file, kind);
        let hit = found.iter().find(|found| {
            found.id == *id && found.severity == *severity && found.key.as_deref() == Some(key)
        });
        let hit = hit.unwrap_or_else(|| panic!("{id} of {file}, {kind}: {found:#?}"));
        assert!(hit.hint.is_some() && hit.why.is_some(), "{hit:?}");
        assert!(hit.message.contains(file), "{hit:?}");
        let line = text(key, file);
        let line = line.lines().nth(hit.line.unwrap() as usize - 1).unwrap();
        assert!(line.contains(file), "{line}: {hit:?}");
    }
}

#[test]
fn a_good_file_has_no_findings() {
    assert_eq!(findings(IDENTITY, "id.pem", "good"), []);
    assert_eq!(findings(IDENTITY, "id.p12", "pkcs12"), []);
    assert_eq!(findings(TRUST, "a.pem", "certificate"), []);
}

#[test]
fn a_password_is_asked_for_only_where_somebody_answers() {
    let text = text(IDENTITY, "id.p12").replacen(
        "\"id.p12\"",
        "\"id.p12\"\npassword = \"env:ID_PASSWORD\"",
        1,
    );
    let spec = Spec::read(&text).unwrap();
    let mut open = |_: &str, _: &str| Ok(made("sealed").unwrap());
    let ids = |findings: Vec<SpecFinding>| -> Vec<(String, Severity)> {
        let told = findings.into_iter();
        told.map(|found| (found.id.into_owned(), found.severity))
            .collect()
    };
    let unread = |severity| [("FILE-UNREAD".to_owned(), severity)];
    let unasked = ids(judge_files(&spec, &mut open, None, NOW));
    assert_eq!(unasked, unread(Severity::Note));
    let mut judged = |password: &str| {
        let mut resolve = |_: &str, _: &SecretRef| Ok(Zeroizing::new(password.to_owned()));
        ids(judge_files(&spec, &mut open, Some(&mut resolve), NOW))
    };
    assert_eq!(judged("changeit"), []);
    assert_eq!(judged("hunter2"), unread(Severity::Critical));
}

#[test]
fn a_file_of_many_channels_is_read_once() {
    let one = example("telegram");
    let text = format!("{one}{}", one.replacen("support_bot", "other_bot", 1));
    let spec = Spec::read(&text).unwrap();
    let mut times = 0;
    let mut open = |_: &str, _: &str| {
        times += 1;
        Ok(Vec::new())
    };
    let found = judge_files(&spec, &mut open, None, NOW);
    assert_eq!((found.len(), times), (2, 1));
    assert_ne!(found[0].line, found[1].line);
}
