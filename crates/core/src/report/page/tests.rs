//! Pages of records, with names of strangers in them.

use super::*;
use crate::cert::testing::{DAY, Made, at, ca, copy, issue, root, server};
use crate::decode::Value;
use crate::extension::Extension;
use crate::key::KeyFacts;
use crate::record::{
    AttributeRecord, ContentsRecord, CrlRecord, EntryRecord, ErrorRecord, ExtensionRecord,
    PresentedRecord, RefusalRecord, RequestRecord, RevocationRecord, RevocationSourceRecord,
    RevocationStatusRecord, VerifyRecord,
};
use crate::report::Severity;
use crate::text::is_unsafe;

fn certificate(subject: &str, issuer: &str, remaining_seconds: i64) -> CertificateRecord {
    CertificateRecord {
        subject: format!("CN={subject}"),
        issuer: format!("CN={issuer}"),
        serial_number: "01ab".to_owned(),
        fingerprint: "00".repeat(32),
        not_before: at(-85 * DAY),
        not_after: at(remaining_seconds),
        remaining_seconds,
        public_key: "EC P-256".to_owned(),
        is_ca: subject != "example.org",
        is_self_issued: subject == issuer,
        subject_alt_names: Vec::new(),
        details: None,
    }
}

fn chain() -> Vec<CertificateRecord> {
    vec![
        certificate("example.org", "Example CA", 5 * DAY),
        certificate("Example CA", "Example Root", 900 * DAY),
    ]
}

fn a_finding() -> Finding {
    Finding::new(
        "CERT-LEAF-ONLY",
        Severity::Warning,
        "example.org:443",
        "trusted alone",
    )
    .with_hint("trust its CA")
}

fn error(message: &str, hint: Option<&str>) -> ErrorRecord {
    ErrorRecord {
        reason: "alert",
        message: message.to_owned(),
        hint: hint.map(str::to_owned),
    }
}

fn fetch_record() -> FetchRecord {
    FetchRecord {
        target: "example.org:443".to_owned(),
        address: Some("192.0.2.1:443".to_owned()),
        protocol: Some("TLSv1.3".to_owned()),
        cipher_suite: Some("TLS_AES_128_GCM_SHA256".to_owned()),
        possession: "proven",
        chain: chain(),
        root: Some(RootRecord {
            certificate: certificate("Example Root", "Example Root", 3000 * DAY),
            origin: Some("Mozilla roots".to_owned()),
            presented: false,
        }),
        findings: vec![a_finding()],
        elapsed_ms: 12,
        ..FetchRecord::default()
    }
}

fn presented_record((certificate, place): (&CertificateRecord, usize)) -> PresentedRecord {
    PresentedRecord {
        place,
        role: "verified",
        subject: Some(certificate.subject.clone()),
        fingerprint: certificate.fingerprint.clone(),
        not_after: Some(certificate.not_after),
    }
}

fn verify_record() -> VerifyRecord {
    VerifyRecord {
        subject: "example.org:443".to_owned(),
        server_name: "example.org".to_owned(),
        trust: "trust.jks".to_owned(),
        client: "java",
        accepted: true,
        undecided: false,
        presented: chain().iter().zip(1..).map(presented_record).collect(),
        path: chain(),
        refusal: None,
        findings: vec![a_finding()],
        revocation: None,
    }
}

fn full(made: &Made) -> CertificateRecord {
    CertificateRecord::full(&made.certificate, at(5 * DAY))
}

fn entry(alias: &str, kind: &'static str, certificates: Vec<CertificateRecord>) -> EntryRecord {
    EntryRecord {
        alias: alias.to_owned(),
        kind,
        created: None,
        protection: None,
        private_key: None,
        certificates,
        unreadable: Vec::new(),
        attributes: Vec::new(),
    }
}

fn contents_record() -> ContentsRecord {
    let root = root("Example Root");
    let ca = ca("Example CA", &root);
    let server = server("example.org", &ca);
    let mut key = entry("server", "private-key", vec![full(&server), full(&ca)]);
    key.protection = Some("JKS key protector".to_owned());
    let mut bad = entry("bad", "trusted-certificate", Vec::new());
    bad.unreadable.push("not a readable certificate".to_owned());
    ContentsRecord {
        name: "store.jks".to_owned(),
        format: "jks",
        version: Some(2),
        integrity: "not-verified",
        integrity_protection: Some("SHA-1 over password and content".to_owned()),
        encryption: vec!["RC2, SHA-1, 2048 iterations".to_owned()],
        profile: Some("legacy"),
        entries: vec![
            key,
            bad,
            entry("root", "trusted-certificate", vec![full(&root)]),
        ],
        requests: 1,
        crls: 2,
        public_keys: 0,
        certificate_requests: Vec::new(),
        revocation_lists: Vec::new(),
        subject_public_keys: Vec::new(),
        unreadable: vec!["not a readable revocation list: cut".to_owned()],
        invisible_to_java: Vec::new(),
        notes: vec!["an alias was taken twice".to_owned()],
    }
}

fn table(record: &ContentsRecord) -> String {
    contents(record, &Form::default())
}

fn pages(record: &ContentsRecord) -> String {
    let form = Form {
        pages: true,
        ..Form::default()
    };
    contents(record, &form)
}

#[test]
fn a_fetched_chain() {
    insta::assert_snapshot!(fetched(&fetch_record()), @r#"
    example.org:443  TLSv1.3, TLS_AES_128_GCM_SHA256, 192.0.2.1:443, key possession proven
      1 end entity: CN=example.org
          until 2026-01-06 (5 days), EC P-256
          sha256 0000000000000000000000000000000000000000000000000000000000000000
      2 intermediate: CN=Example CA
          until 2028-06-19 (900 days), EC P-256
          sha256 0000000000000000000000000000000000000000000000000000000000000000
        root: CN=Example Root
          until 2034-03-20 (3000 days), EC P-256
          sha256 0000000000000000000000000000000000000000000000000000000000000000
          found in Mozilla roots; not sent, as it should be
      warning CERT-LEAF-ONLY: trusted alone
          hint: trust its CA
    "#);
}

#[test]
fn a_root_that_is_sent_and_unknown_and_an_error_after_the_chain() {
    let mut record = fetch_record();
    record.findings.clear();
    record.possession = "unproven";
    record.client_certificate_requested = true;
    record.chain.truncate(1);
    record.root = Some(RootRecord {
        certificate: CertificateRecord {
            fingerprint: "11".repeat(32),
            ..certificate("Example CA", "Example CA", -DAY)
        },
        origin: None,
        presented: true,
    });
    record.error = Some(error("the server hung up", Some("the chain is complete")));
    insta::assert_snapshot!(fetched(&record), @r#"
    example.org:443  TLSv1.3, TLS_AES_128_GCM_SHA256, 192.0.2.1:443, key possession not proven, asks for a client certificate
      1 end entity: CN=example.org
          until 2026-01-06 (5 days), EC P-256
          sha256 0000000000000000000000000000000000000000000000000000000000000000
        root: CN=Example CA
          until 2025-12-31 (expired 24 hours ago), EC P-256
          sha256 1111111111111111111111111111111111111111111111111111111111111111
          found nowhere else; sent
      error (after the certificates): the server hung up
      hint: the chain is complete
    "#);
}

#[test]
fn a_server_that_is_its_own_root() {
    let mut record = fetch_record();
    record.findings.clear();
    record.chain = vec![certificate("self", "self", DAY)];
    record.root = Some(RootRecord {
        certificate: certificate("self", "self", DAY),
        origin: None,
        presented: true,
    });
    insta::assert_snapshot!(fetched(&record), @r#"
    example.org:443  TLSv1.3, TLS_AES_128_GCM_SHA256, 192.0.2.1:443, key possession proven
      1 end entity: CN=self
          until 2026-01-02 (24 hours), EC P-256
          sha256 0000000000000000000000000000000000000000000000000000000000000000
          its own root; found nowhere else
    "#);
}

#[test]
fn nothing_fetched() {
    let record = FetchRecord {
        address: None,
        protocol: None,
        cipher_suite: None,
        chain: Vec::new(),
        root: None,
        findings: Vec::new(),
        error: Some(error("the name does not resolve", None)),
        ..fetch_record()
    };
    insta::assert_snapshot!(fetched(&record), @r#"
    example.org:443
      error: the name does not resolve
    "#);
}

#[test]
fn an_acceptance() {
    insta::assert_snapshot!(verdict(&verify_record()), @r#"
    accepted: a default Java client with trust.jks accepts example.org:443
      CN=Example CA  until 2028-06-19 (900 days), EC P-256, in the store, presented as 1
        sha256 0000000000000000000000000000000000000000000000000000000000000000
      └─ CN=example.org  until 2026-01-06 (5 days), EC P-256, presented as 1
           sha256 0000000000000000000000000000000000000000000000000000000000000000
      warning CERT-LEAF-ONLY: trusted alone
          hint: trust its CA
    "#);
}

#[test]
fn a_trusted_end_entity_is_its_own_anchor() {
    let mut record = verify_record();
    record.path.truncate(1);
    record.findings.clear();
    insta::assert_snapshot!(verdict(&record), @r#"
    accepted: a default Java client with trust.jks accepts example.org:443
      CN=example.org  until 2026-01-06 (5 days), EC P-256, in the store, presented as 1
        sha256 0000000000000000000000000000000000000000000000000000000000000000
      presented
        1 CN=example.org  until 2026-01-06  (verified)
        2 CN=Example CA  until 2028-06-19  (verified)
    "#);
}

#[test]
fn a_refusal() {
    let mut presented = verify_record().presented;
    presented[0].role = "unused";
    presented[1].role = "refused";
    let record = VerifyRecord {
        accepted: false,
        path: Vec::new(),
        presented,
        refusal: Some(RefusalRecord {
            reason: "no-path",
            message: "no path leads to a trusted certificate".to_owned(),
            client_says: Some("PKIX path building failed".to_owned()),
            hint: Some("add CN=CA".to_owned()),
            certificate: None,
        }),
        findings: Vec::new(),
        ..verify_record()
    };
    insta::assert_snapshot!(verdict(&record), @r#"
    refused: a default Java client with trust.jks refuses example.org:443
      reason: no path leads to a trusted certificate
      Java says: PKIX path building failed
      hint: add CN=CA
      presented
        1 CN=example.org  until 2026-01-06
        2 CN=Example CA  until 2028-06-19  <- fails here
    "#);
}

#[test]
fn a_refusal_for_revocation() {
    let one = |subject: &str, status, revoked_at, why: Option<&str>| RevocationStatusRecord {
        subject: subject.to_owned(),
        fingerprint: "00".to_owned(),
        status,
        revoked_at,
        reason: None,
        source: why.is_none().then(|| RevocationSourceRecord {
            kind: "crl",
            origin: "ca.crl".to_owned(),
        }),
        why: why.map(str::to_owned),
        needed: why != Some(""),
    };
    let known = RevocationRecord {
        refused: true,
        mode: "soft",
        certificates: vec![
            one("CN=\u{1b}[31mexample.org", "revoked", Some(at(0)), None),
            one("CN=short", "unknown", None, Some("")),
            one(
                "CN=a",
                "unknown",
                None,
                Some("a.crl: it is by another issuer"),
            ),
            one("CN=b", "good", None, None),
        ],
        requests: Vec::new(),
        findings: Vec::new(),
    };
    let page = verdict(&VerifyRecord {
        path: Vec::new(),
        presented: Vec::new(),
        findings: Vec::new(),
        ..verify_record().with_revocation(known.clone())
    });
    insta::assert_snapshot!(page, @r#"
    refused: a Java client that checks revocation with trust.jks refuses example.org:443
      reason: the certificate CN=\u{1b}[31mexample.org was revoked on 2026-01-01 00:00 UTC
      hint: replace the certificate, and its key if that is the reason
      revocation: CN=\u{1b}[31mexample.org: revoked since 2026-01-01 00:00 UTC, says ca.crl
      revocation: CN=short: too short-lived to be revoked
      revocation: CN=a: unknown: a.crl: it is by another issuer
      revocation: CN=b: good, says ca.crl
      note: left to its defaults the client checks no revocation, and accepts this path
    "#);
    let nothing = RevocationRecord {
        refused: false,
        certificates: Vec::new(),
        ..known
    };
    let page = verdict(&verify_record().with_revocation(nothing));
    assert!(
        page.ends_with("  revocation: nothing to check, the certificate is itself in the store\n")
    );
}

#[test]
fn a_container() {
    insta::assert_snapshot!(table(&contents_record()), @r#"
    store.jks: jks, 3 entries, 1 certificate request, 2 revocation lists, integrity not verified (no password)
      alias   kind                 name          expires on  left      key       protection
      server  private-key          example.org   2026-12-31  359 days  EC P-256  JKS key protector
      bad     trusted-certificate
      root    trusted-certificate  Example Root  2026-12-31  359 days  EC P-256
      unreadable: bad: not a readable certificate
      chains, the issuer above what it issued
        [root] CN=Example Root  until 2026-12-31 (359 days), EC P-256
        └─ CN=Example CA  until 2026-12-31 (359 days), EC P-256
           └─ [server] CN=example.org  until 2026-12-31 (359 days), EC P-256
      unreadable: not a readable revocation list: cut
      layout version: 2
      integrity by: SHA-1 over password and content
      encrypted by: RC2, SHA-1, 2048 iterations
      profile: legacy
      note: an alias was taken twice
    "#);
}

#[test]
fn a_chain_with_a_gap_says_who_is_missing() {
    let root = root("Root");
    let (one, two) = (ca("One", &root), ca("Two", &root));
    let leaf = server("h.example", &one);
    let mut record = contents_record();
    record.entries = vec![
        entry("key", "private-key", vec![full(&leaf), full(&two)]),
        entry("alone", "trusted-certificate", vec![full(&root)]),
    ];
    let page = table(&record);
    let tree: Vec<&str> = page
        .lines()
        .skip_while(|line| !line.contains("chains"))
        .take(5)
        .collect();
    insta::assert_snapshot!(tree.join("\n"), @r#"
      chains, the issuer above what it issued
        (CN=One: not in here)
        └─ [key] CN=h.example  until 2026-12-31 (359 days), EC P-256
        [alone] CN=Root  until 2026-12-31 (359 days), EC P-256
        └─ CN=Two  until 2026-12-31 (359 days), EC P-256
    "#);
}

#[test]
fn cross_certificates_that_issue_each_other_are_no_endless_tree() {
    let (one, two) = (root("One"), root("Two"));
    let crossed = issue(one.params.clone(), copy(&one.key), &two);
    let back = issue(two.params.clone(), copy(&two.key), &crossed);
    let mut record = contents_record();
    let chain = vec![full(&crossed), full(&back)];
    record.entries = vec![entry("key", "private-key", chain)];
    let page = table(&record);
    assert!(page.contains("CN=One") && page.contains("CN=Two"), "{page}");
}

#[test]
fn a_page_for_every_certificate() {
    let page = pages(&contents_record());
    for text in [
        "certificate 1 of 2",
        "certificate 2 of 2",
        "basicConstraints (2.5.29.19), critical: ca: yes",
        "extendedKeyUsage (2.5.29.37): serverAuth (1.3.6.1.5.5.7.3.1)",
        "subjectAltName (2.5.29.17): dns: example.org",
        "spki sha256",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[test]
fn not_yet_valid_is_said() {
    let early = CertificateRecord::full(&root("Root").certificate, at(-2 * DAY));
    let page = certificates(&[early]);
    assert!(
        page.contains("2026-01-01T00:00:00Z (not yet, in 48 hours)"),
        "{page}"
    );
}

#[test]
fn a_finding_with_its_subject() {
    insta::assert_snapshot!(finding_about(&a_finding()), @r#"
    warning CERT-LEAF-ONLY: example.org:443: trusted alone
        hint: trust its CA
    "#);
    assert!(!finding(&a_finding()).contains("example.org"));
}

#[test]
fn hostile_names_stay_text() {
    let evil = || "a\u{1b}]0;x\u{7}\u{202e}\u{9b}2J\nb".to_owned();
    let evil_certificate = || CertificateRecord {
        subject: evil(),
        public_key: evil(),
        ..certificate("x", "x", DAY)
    };
    let evil_extension = || {
        let mut value = vec![0x30, 2 + 17, 0x82, 17];
        value.extend(evil().into_bytes());
        value[1] = u8::try_from(value.len() - 2).unwrap();
        value[3] = u8::try_from(value.len() - 4).unwrap();
        let record = ExtensionRecord::new(&Extension {
            oid: "2.5.29.17".to_owned(),
            critical: true,
            value,
        });
        assert!(record.decoded);
        record
    };
    let finding = Finding::new("X", Severity::Note, evil(), evil()).with_hint(evil());
    let failure = || ErrorRecord {
        message: evil(),
        hint: Some(evil()),
        reason: "alert",
    };
    let mut fetch = fetch_record();
    fetch.target = evil();
    fetch.protocol = Some(evil());
    fetch.cipher_suite = Some(evil());
    fetch.chain = vec![evil_certificate()];
    fetch.root = Some(RootRecord {
        certificate: evil_certificate(),
        origin: Some(evil()),
        presented: true,
    });
    fetch.error = Some(failure());
    fetch.findings = vec![finding.clone()];
    let mut verify = verify_record();
    verify.subject = evil();
    verify.trust = evil();
    verify.path = vec![evil_certificate()];
    verify.presented[0].subject = Some(evil());
    verify.refusal = Some(RefusalRecord {
        reason: "expired",
        message: evil(),
        client_says: Some(evil()),
        hint: Some(evil()),
        certificate: None,
    });
    let mut container = contents_record();
    container.name = evil();
    container.notes = vec![evil()];
    container.integrity_protection = Some(evil());
    container.encryption = vec![evil()];
    container.unreadable = vec![evil()];
    container.entries[0].alias = evil();
    container.entries[0].protection = Some(evil());
    container.entries[0].private_key = Some(evil());
    container.entries[1].unreadable = vec![evil()];
    container.certificate_requests = vec![RequestRecord {
        kind: "pkcs10",
        subject: Some(evil()),
        public_key: evil(),
        key: KeyFacts::from_spki(b""),
        spki_sha256: String::new(),
        fingerprint: String::new(),
        signature_algorithm: evil(),
        signature: "cannot-check",
        signature_remark: Some(evil()),
        challenge: Some(evil()),
        extensions: vec![evil_extension()],
        attributes: vec![AttributeRecord {
            oid: "1.2.3".to_owned(),
            name: None,
            value: Some(Value::text(&evil())),
        }],
    }];
    container.revocation_lists = vec![CrlRecord {
        issuer: evil(),
        version: 2,
        number: None,
        this_update: at(0),
        next_update: None,
        remaining_seconds: None,
        signature_algorithm: evil(),
        fingerprint: String::new(),
        extensions: vec![evil_extension()],
        entries: Vec::new(),
    }];
    let pages = [
        fetched(&fetch),
        verdict(&verify),
        table(&container),
        pages(&container),
        finding_about(&finding),
    ];
    for page in pages {
        let safe = |character: char| character == '\n' || !is_unsafe(character);
        assert!(page.chars().all(safe), "{page:?}");
        assert!(!page.lines().any(|line| line.starts_with('b')), "{page}");
    }
}
