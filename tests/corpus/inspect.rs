//! Everything that the corpus holds, as `inspect` shows it: as record, as page, as JSON, with every extension.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;
use time::macros::datetime;
use trustpack_core::keystore::{self, Contents, Password, ReadOptions};
use trustpack_core::record::{ContentsRecord, ExtensionRecord};
use trustpack_core::report::page::{self, Form};

use super::{support, text};

#[test]
fn everything_is_shown_with_every_extension() {
    let Some(corpus) = support::corpus() else {
        return;
    };
    let facts: Value =
        serde_json::from_slice(&std::fs::read(corpus.join("facts.json")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    let (mut certificates, mut requests, mut lists) = (0, 0, 0);
    for (path, fact) in facts["files"].as_object().unwrap() {
        let Some(contents) = read(&corpus.join(path), fact) else {
            continue;
        };
        let record = ContentsRecord::new(path, &contents, datetime!(2026-11-21 0:00 UTC));
        certificates += record.certificates().count();
        requests += record.certificate_requests.len();
        lists += record.revocation_lists.len();
        let full = Form {
            pages: true,
            ..Form::default()
        };
        let shown = page::contents(&record, &full);
        let table = page::contents(&record, &Form::default());
        for text in [&shown, &table] {
            let steers = |character: char| character.is_control() && character != '\n';
            if text.chars().any(steers) {
                wrong.push(format!("{path}: control characters on the page"));
            }
        }
        serde_json::to_string(&record).unwrap();
        for extension in extensions(&record) {
            if !shown.contains(&extension.oid) {
                wrong.push(format!("{path}: {} is not on the page", extension.oid));
            }
        }
    }
    eprintln!("{certificates} certificates, {requests} requests, {lists} revocation lists");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(certificates > 700 && requests > 10 && lists > 10);
}

/// OpenSSL counts the same extensions in the same order of criticality, and agrees about the signature of requests.
#[test]
fn openssl_sees_the_same_extensions_and_signatures() {
    let Some(corpus) = support::corpus() else {
        return;
    };
    if support::judge("openssl").is_none() {
        return;
    }
    let facts: Value =
        serde_json::from_slice(&std::fs::read(corpus.join("facts.json")).unwrap()).unwrap();
    let (mut compared, mut wrong) = (0, Vec::new());
    for (path, fact) in facts["files"].as_object().unwrap() {
        let Some(contents) = read(&corpus.join(path), fact) else {
            continue;
        };
        let at = datetime!(2026-11-21 0:00 UTC);
        let record = ContentsRecord::new(path, &contents, at);
        if text(&fact["type"]) == "csr" {
            let holds = fact["csr"]["openssl"]["self_signature"].as_bool();
            for request in &record.certificate_requests {
                let ours =
                    (request.signature != "cannot-check").then_some(request.signature == "good");
                if holds.is_some() && ours.is_some() && ours != holds {
                    wrong.push(format!("{path}: signature {ours:?}, openssl {holds:?}"));
                }
                compared += 1;
            }
        }
        // One of each file, and few of the large ones: a process each.
        let entries = contents.store.entries().iter().take(2);
        let shown = record.entries.iter().take(2);
        for (entry, shown) in entries.zip(shown) {
            let (Some(der), [certificate, ..]) =
                (entry.certificates().first(), shown.certificates.as_slice())
            else {
                continue;
            };
            let Some(theirs) = critical_flags(der) else {
                continue;
            };
            let details = certificate.details.as_ref().unwrap();
            let ours: Vec<bool> = details.extensions.iter().map(|one| one.critical).collect();
            if ours != theirs {
                wrong.push(format!("{path}: {ours:?}, openssl {theirs:?}"));
            }
            compared += 1;
        }
    }
    eprintln!("{compared} compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 100);
}

/// One flag an extension, in order; `None` when openssl cannot read the certificate.
fn critical_flags(der: &[u8]) -> Option<Vec<bool>> {
    let mut openssl = support::judge("openssl")?;
    let mut child = openssl
        .args([
            "x509",
            "-inform",
            "DER",
            "-noout",
            "-text",
            "-certopt",
            "ext_parse",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(der).unwrap();
    let output = child.wait_with_output().unwrap();
    if !output.status.success() {
        return None;
    }
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = printed
        .lines()
        .skip_while(|line| line.trim() != "X509v3 extensions:")
        .skip(1)
        // the signature comes after them
        .take_while(|line| !line.starts_with("    Signature Algorithm"));
    // an extension starts at twelve blanks, its value stands further right
    let names = lines
        .filter(|line| line.starts_with(&" ".repeat(12)) && !line.starts_with(&" ".repeat(13)));
    Some(
        names
            .map(|line| line.trim_end().ends_with("critical"))
            .collect(),
    )
}

fn read(path: &std::path::Path, fact: &Value) -> Option<Contents> {
    let bytes = std::fs::read(path).ok()?;
    let password = fact["password"].as_str().map(Password::new);
    let options = ReadOptions {
        password: password.as_ref(),
    };
    keystore::read(&bytes, &options).ok()
}

fn extensions(record: &ContentsRecord) -> impl Iterator<Item = &ExtensionRecord> {
    let of_certificates = record.certificates().flat_map(|certificate| {
        let details = certificate.details.as_ref().expect("details");
        &details.extensions
    });
    let of_requests = record.certificate_requests.iter();
    let of_lists = record.revocation_lists.iter();
    of_certificates
        .chain(of_requests.flat_map(|request| &request.extensions))
        .chain(of_lists.flat_map(|list| &list.extensions))
}
