//! Real files of public projects, read as independent tools say that they read (`facts.json`).
//!
//! The corpus lies beside the checkout and is test input only; without it the test says so and ends. What cannot hold
//! yet stands in `exceptions.tsv` with its reason; an exception that holds after all fails too.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says on stderr what it skipped"
)]

mod inspect;

#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};
use trustpack_core::Certificate;
use trustpack_core::keystore::{self, Contents, Entry, EntryKind, Password, ReadOptions};

/// Types of files that are read so far.
const TYPES: [&str; 10] = [
    "bks", "cert", "cert+key", "jceks", "jks", "key", "other", "pkcs12", "pkcs7", "uber",
];

#[test]
fn every_file_reads_as_its_facts_say() {
    let Some(corpus) = support::corpus() else {
        return;
    };
    let facts: Value =
        serde_json::from_slice(&std::fs::read(corpus.join("facts.json")).unwrap()).unwrap();
    let exceptions = exceptions();
    let (mut checked, mut wrong) = (0, Vec::new());
    for (path, fact) in facts["files"].as_object().unwrap() {
        if !TYPES.contains(&text(&fact["type"])) {
            continue;
        }
        checked += 1;
        let outcome = std::panic::catch_unwind(|| check(&corpus.join(path), fact))
            .unwrap_or_else(|_| Err("panicked".to_owned()));
        match (outcome, exceptions.get(path.as_str())) {
            (Ok(()), None) | (Err(_), Some(_)) => {}
            (Ok(()), Some(reason)) => {
                wrong.push(format!("{path}: holds, but is an exception ({reason})"))
            }
            (Err(what), None) => wrong.push(format!("{path}: {what}")),
        }
    }
    eprintln!("{checked} files, {} exceptions", exceptions.len());
    assert!(
        wrong.is_empty(),
        "{} of {checked} files:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn exceptions() -> BTreeMap<&'static str, &'static str> {
    let lines = include_str!("exceptions.tsv")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_once('\t').expect("path, tab, reason"))
        .collect()
}

fn check(path: &Path, fact: &Value) -> Result<(), String> {
    let bytes = std::fs::read(path).unwrap();
    let password = fact["password"].as_str().map(Password::new);
    let read = keystore::read(
        &bytes,
        &ReadOptions {
            password: password.as_ref(),
        },
    );
    if text(&fact["expectation"]) == "must-reject" {
        return match read {
            // A part of a file may be fine; what is refused is then named.
            Ok(contents) if contents.notes.is_empty() && !contents.store.is_empty() => {
                Err("must be refused, and is read without a remark".to_owned())
            }
            _ => Ok(()),
        };
    }
    if text(&fact["password_status"]) == "unknown" {
        return Ok(());
    }
    match text(&fact["type"]) {
        "cert" | "cert+key" => certificates(&read.map_err(|error| error.to_string())?, fact),
        "bks" | "jceks" | "jks" | "uber" => {
            entries(&read.map_err(|error| error.to_string())?, fact, true)
        }
        "pkcs12" => {
            let contents = read.map_err(|error| error.to_string())?;
            entries(&contents, fact, false)?;
            bags(&contents, fact)
        }
        "pkcs7" => pkcs7(read, fact),
        "key" => key(&read.map_err(|error| error.to_string())?, fact),
        _ => Ok(()),
    }
}

fn certificates(contents: &Contents, fact: &Value) -> Result<(), String> {
    let expected: Vec<&str> = list(&fact["certs"])
        .iter()
        .filter(|certificate| text(&certificate["openssl"]) == "ok")
        .map(|certificate| text(&certificate["sha256"]))
        .collect();
    let found = all_fingerprints(contents);
    same("certificates", &found, &expected)?;
    for (entry, fact) in contents
        .store
        .entries()
        .iter()
        .flat_map(Entry::certificates)
        .zip(list(&fact["certs"]))
    {
        let certificate =
            Certificate::from_der(entry.clone()).map_err(|error| error.to_string())?;
        let spki = hex(&Sha256::digest(certificate.subject_public_key_info()));
        if let Some(expected) = fact["spki_sha256"].as_str() {
            same("spki", &spki.as_str(), &expected)?;
        }
        if let Some(ca) = fact["ca"].as_bool() {
            same(
                "ca",
                &certificate
                    .extensions()
                    .basic_constraints
                    .is_some_and(|constraints| constraints.ca),
                &ca,
            )?;
        }
    }
    Ok(())
}

fn entries(contents: &Contents, fact: &Value, exact: bool) -> Result<(), String> {
    let entries = contents.store.entries();
    // Where Java could not open it for want of the password, another tool that needs none did.
    let told = if fact["entries"].is_array() {
        &fact["entries"]
    } else {
        &fact["pyjks"]
    };
    if exact && list(told).len() != entries.len() {
        return Err(format!(
            "{} entries, expected {}",
            entries.len(),
            list(&fact["entries"]).len()
        ));
    }
    for expected in list(told) {
        let alias = text(&expected["alias"]);
        let entry = contents
            .store
            .find(alias)
            .ok_or_else(|| format!("no entry {alias:?}"))?;
        let chain: Vec<&str> = list(&expected["chain_sha256"]).iter().map(text).collect();
        same(&format!("chain of {alias:?}"), &fingerprints(entry), &chain)?;
        if let (true, Some(created), Some(expected)) =
            (exact, entry.created, expected["created"].as_str())
        {
            let format = &time::format_description::well_known::Rfc3339;
            let expected = time::OffsetDateTime::parse(expected, format).unwrap();
            same(
                "created",
                &i128::from(created.millis()),
                &(expected.unix_timestamp_nanos() / 1_000_000),
            )?;
        }
        if let (EntryKind::PrivateKey { key, .. }, Some(expected_key)) =
            (&entry.kind, expected["key_sha256"].as_str())
        {
            let password = expected["entry_password"].as_str().map(Password::new);
            let open = key
                .unlock(password.as_ref())
                .map_err(|error| format!("key {alias:?}: {error}"))?;
            same(
                &format!("key {alias:?}"),
                &hex(&Sha256::digest(open.secret_pkcs8())).as_str(),
                &expected_key,
            )?;
        }
    }
    Ok(())
}

/// Every certificate that openssl sees in the bags is somewhere in the store, whatever Java makes of it.
fn bags(contents: &Contents, fact: &Value) -> Result<(), String> {
    let found = all_fingerprints(contents);
    for bag in list(&fact["bags"]) {
        if text(&bag["bag"]) == "cert" && !found.iter().any(|found| found == text(&bag["sha256"])) {
            return Err(format!("certificate {} is lost", text(&bag["sha256"])));
        }
    }
    Ok(())
}

fn pkcs7(read: Result<Contents, keystore::Error>, fact: &Value) -> Result<(), String> {
    let openssl = &fact["pkcs7"]["openssl"];
    let expected: Vec<&str> = list(&openssl["cert_sha256"]).iter().map(text).collect();
    if expected.is_empty() {
        // Nothing in it for us; an error is as good as an empty answer.
        return Ok(());
    }
    let contents = read.map_err(|error| error.to_string())?;
    same("certificates", &all_fingerprints(&contents), &expected)
}

fn key(contents: &Contents, fact: &Value) -> Result<(), String> {
    let Some(password) = ["openssl", "pyca"].iter().find_map(|tool| {
        let told = &fact["key"][*tool];
        (told["ok"] == true).then(|| told["password"].as_str().map(Password::new))
    }) else {
        return Ok(());
    };
    let key = contents
        .store
        .entries()
        .iter()
        .find_map(|entry| match &entry.kind {
            EntryKind::PrivateKey { key, .. } => Some(key),
            _ => None,
        });
    let key = key.ok_or_else(|| format!("no key; {:?}", contents.notes))?;
    key.unlock(password.as_ref())
        .map(drop)
        .map_err(|error| error.to_string())
}

fn all_fingerprints(contents: &Contents) -> Vec<String> {
    contents
        .store
        .entries()
        .iter()
        .flat_map(fingerprints)
        .collect()
}

fn fingerprints(entry: &Entry) -> Vec<String> {
    entry
        .certificates()
        .iter()
        .map(|der| hex(&Sha256::digest(der)))
        .collect()
}

fn same<L: PartialEq<R> + std::fmt::Debug, R: std::fmt::Debug>(
    what: &str,
    found: &L,
    expected: &R,
) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: {found:?}, expected {expected:?}"))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
