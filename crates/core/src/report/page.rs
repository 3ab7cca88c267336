//! Records as text for people: a fetched chain, a verdict, a container.
//!
//! Every name in here was written by a stranger; [`escape`] keeps it from steering the terminal.

use std::fmt::Write as _;

use crate::record::{
    CertificateRecord, ContentsRecord, EntryRecord, FetchRecord, RootRecord, VerifyRecord,
};
use crate::report::Finding;
use crate::text::{count, date, escape, left};

/// A fetched chain: one line for the connection, one for each certificate, then what was found.
pub fn fetched(record: &FetchRecord) -> String {
    let mut page = String::new();
    let facts: Vec<&str> = [
        record.protocol.as_deref(),
        record.cipher_suite.as_deref(),
        record.address.as_deref(),
        (!record.chain.is_empty()).then_some(match record.possession {
            "proven" => "key possession proven",
            _ => "key possession not proven",
        }),
        record
            .client_certificate_requested
            .then_some("asks for a client certificate"),
    ]
    .into_iter()
    .flatten()
    .collect();
    line(
        &mut page,
        0,
        &format!("{}  {}", escape(&record.target), escape(&facts.join(", "))),
    );
    let last = record.chain.len().saturating_sub(1);
    for (place, certificate) in record.chain.iter().enumerate() {
        let role = match place {
            0 => "end entity",
            _ if place == last && certificate.is_self_issued => "root",
            _ => "intermediate",
        };
        certificate_line(&mut page, &format!("{} {role}", place + 1), certificate);
    }
    if let Some(root) = &record.root {
        root_lines(&mut page, root);
    }
    if let Some(error) = &record.error {
        let after = if record.chain.is_empty() {
            ""
        } else {
            " (after the certificates)"
        };
        line(
            &mut page,
            1,
            &format!("error{after}: {}", escape(&error.message)),
        );
        if let Some(hint) = &error.hint {
            line(&mut page, 1, &format!("hint: {}", escape(hint)));
        }
    }
    findings(&mut page, &record.findings);
    page
}

/// A verdict: the answer first, then the path or the reason, then what was found.
pub fn verdict(record: &VerifyRecord) -> String {
    let mut page = String::new();
    let (answer, verb) = match (record.accepted, record.undecided) {
        (true, _) => ("accepted", "accepts"),
        (false, true) => ("undecided", "cannot be judged on"),
        (false, false) => ("refused", "refuses"),
    };
    let client = match record.client {
        "java" => "a default Java client",
        other => other,
    };
    let judged = format!(
        "{answer}: {client} with {} {verb} {}",
        escape(&record.trust),
        escape(&record.subject)
    );
    line(&mut page, 0, &judged);
    let last = record.path.len().saturating_sub(1);
    for (place, certificate) in record.path.iter().enumerate() {
        let role = match place {
            _ if place == last => "anchor, in the store",
            0 => "end entity",
            _ => "intermediate",
        };
        certificate_line(&mut page, &format!("{} {role}", place + 1), certificate);
    }
    if let Some(refusal) = &record.refusal {
        line(
            &mut page,
            1,
            &format!("reason: {}", escape(&refusal.message)),
        );
        if let Some(hint) = &refusal.hint {
            line(&mut page, 1, &format!("hint: {}", escape(hint)));
        }
    }
    findings(&mut page, &record.findings);
    page
}

/// A container: one line for the file, one for each entry, its chain below it.
pub fn contents(record: &ContentsRecord) -> String {
    let mut page = String::new();
    let integrity = match record.integrity {
        "verified" => ", integrity verified",
        "not-verified" => ", integrity not verified (no password)",
        _ => "",
    };
    let entries = match record.entries.len() {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    let title = format!(
        "{}: {}, {}{integrity}",
        escape(&record.name),
        record.format,
        entries
    );
    line(&mut page, 0, &title);
    for entry in &record.entries {
        entry_lines(&mut page, entry);
    }
    let others = [
        (record.requests, "certificate request"),
        (record.crls, "revocation list"),
        (record.public_keys, "public key"),
    ];
    for (number, noun) in others.into_iter().filter(|(number, _)| *number > 0) {
        line(&mut page, 1, &count(number, noun));
    }
    for note in &record.notes {
        line(&mut page, 1, &format!("note: {}", escape(note)));
    }
    page
}

/// One finding in the form that every page uses: severity, id, what; then what to do.
pub fn finding(finding: &Finding) -> String {
    let mut page = String::new();
    findings(&mut page, std::slice::from_ref(finding));
    page
}

/// One finding with the subject that it is about, for lists over several subjects.
pub fn finding_about(finding: &Finding) -> String {
    let about = Finding {
        message: format!("{}: {}", finding.subject, finding.message),
        ..finding.clone()
    };
    self::finding(&about)
}

fn entry_lines(page: &mut String, entry: &EntryRecord) {
    let protection = match entry.protection.as_deref() {
        Some("none") => " (not encrypted)".to_owned(),
        Some(protection) => format!(" ({})", escape(protection)),
        None => String::new(),
    };
    line(
        page,
        1,
        &format!("{}: {}{protection}", escape(&entry.alias), entry.kind),
    );
    for (place, certificate) in entry.certificates.iter().enumerate() {
        certificate_line(page, &format!("  {}", place + 1), certificate);
    }
    for why in &entry.unreadable {
        line(page, 2, &format!("unreadable: {}", escape(why)));
    }
}

fn root_lines(page: &mut String, root: &RootRecord) {
    let sent = if root.presented {
        "sent"
    } else {
        "not sent, as it should be"
    };
    let known = match &root.origin {
        Some(origin) => format!("found in {}", escape(origin)),
        None => "found nowhere else".to_owned(),
    };
    certificate_line(page, "  root", &root.certificate);
    line(page, 3, &format!("{known}; {sent}"));
}

fn certificate_line(page: &mut String, role: &str, certificate: &CertificateRecord) {
    let date = date(certificate.not_after);
    line(
        page,
        1,
        &format!("{role}: {}", escape(&certificate.subject)),
    );
    let left = left(certificate.remaining_seconds);
    line(
        page,
        3,
        &format!("until {date} ({left}), {}", escape(&certificate.public_key)),
    );
    line(page, 3, &format!("sha256 {}", certificate.fingerprint));
}

fn findings(page: &mut String, findings: &[Finding]) {
    for finding in findings {
        let severity = finding.severity.word();
        line(
            page,
            1,
            &format!("{severity} {}: {}", finding.id, escape(&finding.message)),
        );
        if let Some(hint) = &finding.hint {
            line(page, 3, &format!("hint: {}", escape(hint)));
        }
    }
}

fn line(page: &mut String, depth: usize, text: &str) {
    // Writing into a String cannot fail.
    let _ = writeln!(page, "{:width$}{}", "", text.trim_end(), width = depth * 2);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing::{DAY, at};
    use crate::record::ErrorRecord;
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
            server_name: None,
            address: Some("192.0.2.1:443".to_owned()),
            protocol: Some("TLSv1.3".to_owned()),
            cipher_suite: Some("TLS_AES_128_GCM_SHA256".to_owned()),
            possession: "proven",
            client_certificate_requested: false,
            chain: chain(),
            root: Some(RootRecord {
                certificate: certificate("Example Root", "Example Root", 3000 * DAY),
                origin: Some("Mozilla roots".to_owned()),
                presented: false,
            }),
            findings: vec![a_finding()],
            error: None,
            elapsed_ms: 12,
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
            path: chain(),
            refusal: None,
            findings: vec![a_finding()],
        }
    }

    fn contents_record() -> ContentsRecord {
        let entry = |alias: &str, kind, certificates| EntryRecord {
            alias: alias.to_owned(),
            kind,
            protection: None,
            certificates,
            unreadable: Vec::new(),
        };
        let mut key = entry("server", "private-key", chain());
        key.protection = Some("JKS key protector".to_owned());
        let mut bad = entry("bad", "trusted-certificate", Vec::new());
        bad.unreadable.push("not a readable certificate".to_owned());
        ContentsRecord {
            name: "store.jks".to_owned(),
            format: "jks",
            integrity: "not-verified",
            entries: vec![key, bad],
            requests: 1,
            crls: 2,
            public_keys: 0,
            notes: vec!["an alias was taken twice".to_owned()],
        }
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
            certificate: certificate("Example CA", "Example CA", -DAY),
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
              sha256 0000000000000000000000000000000000000000000000000000000000000000
              found nowhere else; sent
          error (after the certificates): the server hung up
          hint: the chain is complete
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
          1 end entity: CN=example.org
              until 2026-01-06 (5 days), EC P-256
              sha256 0000000000000000000000000000000000000000000000000000000000000000
          2 anchor, in the store: CN=Example CA
              until 2028-06-19 (900 days), EC P-256
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
          1 anchor, in the store: CN=example.org
              until 2026-01-06 (5 days), EC P-256
              sha256 0000000000000000000000000000000000000000000000000000000000000000
        "#);
    }

    #[test]
    fn a_refusal() {
        let record = VerifyRecord {
            accepted: false,
            path: Vec::new(),
            refusal: Some(error(
                "no path leads to a trusted certificate",
                Some("add CN=CA"),
            )),
            findings: Vec::new(),
            ..verify_record()
        };
        insta::assert_snapshot!(verdict(&record), @r#"
        refused: a default Java client with trust.jks refuses example.org:443
          reason: no path leads to a trusted certificate
          hint: add CN=CA
        "#);
    }

    #[test]
    fn a_container() {
        insta::assert_snapshot!(contents(&contents_record()), @r#"
        store.jks: jks, 2 entries, integrity not verified (no password)
          server: private-key (JKS key protector)
            1: CN=example.org
              until 2026-01-06 (5 days), EC P-256
              sha256 0000000000000000000000000000000000000000000000000000000000000000
            2: CN=Example CA
              until 2028-06-19 (900 days), EC P-256
              sha256 0000000000000000000000000000000000000000000000000000000000000000
          bad: trusted-certificate
            unreadable: not a readable certificate
          1 certificate request
          2 revocation lists
          note: an alias was taken twice
        "#);
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
        verify.refusal = Some(failure());
        let mut container = contents_record();
        container.name = evil();
        container.notes = vec![evil()];
        container.entries[0].alias = evil();
        container.entries[0].protection = Some(evil());
        container.entries[1].unreadable = vec![evil()];
        let pages = [
            fetched(&fetch),
            verdict(&verify),
            contents(&container),
            finding_about(&finding),
        ];
        for page in pages {
            let safe = |character: char| character == '\n' || !is_unsafe(character);
            assert!(page.chars().all(safe), "{page:?}");
            assert!(!page.lines().any(|line| line.starts_with('b')), "{page}");
        }
    }
}
