//! Real files of public projects, read as independent tools say that they read (`facts.json`).
//!
//! The corpus lies beside the checkout and is test input only; without it the tests say so and end. What cannot hold
//! stands in `exceptions.tsv` with its reason; an exception that holds after all fails too.
//!
//! ```text
//! main           which checks a file gets, by its type
//! facts          a file with its facts, and what was found
//! exceptions     what does not hold, and why
//! entries        JKS, JCEKS, BKS and UBER; the entries of PKCS#12
//! pkcs12, bags   the rest of PKCS#12
//! protection     OpenSSL's words for encryption
//! objects        PEM and DER: requests, CRLs, public keys, PKCS#7
//! certificates   … which there are, and what they say
//! keys           … private keys
//! refused        what must not read, or not without a password
//! der, spki      just enough ASN.1 to compare
//! zlint          `lint`, beside the expectations of zlint
//! ```
//!
//! A new fact gets a name in [`facts::FACTS`] and a check in the file of its family.

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

mod bags;
mod certificates;
mod der;
mod entries;
mod exceptions;
mod facts;
mod keys;
mod objects;
mod pkcs12;
mod protection;
mod refused;
mod spki;
mod zlint;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use exceptions::Exceptions;
use facts::{FACTS, File, Findings, sha256, text};

#[test]
fn every_file_reads_as_its_facts_say() {
    let Some(corpus) = support::corpus() else {
        return;
    };
    let facts: Value =
        serde_json::from_slice(&std::fs::read(corpus.join("facts.json")).unwrap()).unwrap();
    let files = facts["files"].as_object().unwrap();
    let mut exceptions = Exceptions::load();
    let mut tally: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (path, facts) in files {
        let file = File {
            bytes: std::fs::read(corpus.join(path)).unwrap(),
            facts,
        };
        let mut findings = Findings::default();
        if catch_unwind(AssertUnwindSafe(|| check(&file, &mut findings))).is_err() {
            findings.fail("read", "panicked".to_owned());
        }
        for (fact, (checked, unjudged)) in &findings.counts {
            let sum = tally.entry(fact).or_default();
            sum.0 += checked;
            sum.1 += unjudged;
        }
        wrong.extend(exceptions.sift(path, findings));
    }
    wrong.extend(exceptions.unused());

    eprintln!("{} files, {} exceptions", files.len(), exceptions.len());
    for fact in FACTS {
        let (checked, unjudged) = tally.get(fact).copied().unwrap_or_default();
        eprintln!("{checked:6} {fact}, {unjudged} not to be told");
        assert!(checked > 0, "nothing was checked for {fact}");
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn check(file: &File<'_>, findings: &mut Findings) {
    if file.must_be_refused() {
        return refused::check(file, findings);
    }
    if file.password_is_unknown() {
        return refused::check_locked(file, findings);
    }
    match file.kind() {
        "bks" | "jceks" | "jks" | "uber" => entries::check(file, findings),
        "pkcs12" => pkcs12::check(file, findings),
        "other" | "password-file" => refused::check_foreign(file, findings),
        kind => objects::check(file, kind, findings),
    }
}

/// The other list of the corpus says the same of each file, and the files are those that the facts are about.
#[test]
fn the_manifest_and_the_facts_are_of_the_same_files() {
    let Some(corpus) = support::corpus() else {
        return;
    };
    let facts: Value =
        serde_json::from_slice(&std::fs::read(corpus.join("facts.json")).unwrap()).unwrap();
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let mut listed = BTreeSet::new();
    for line in manifest.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [path, digest, size, _, _, kind, _, _, expectation, ..] = columns[..] else {
            panic!("{line}: too few columns");
        };
        let fact = &facts["files"][path];
        let bytes = std::fs::read(corpus.join(path)).unwrap();
        assert_eq!(digest, sha256(&bytes), "{path}");
        assert_eq!(size, bytes.len().to_string(), "{path}");
        assert_eq!(digest, text(&fact["sha256"]), "{path}");
        assert_eq!(kind, text(&fact["type"]), "{path}");
        assert_eq!(expectation, text(&fact["expectation"]), "{path}");
        listed.insert(path);
    }
    let told = facts["files"].as_object().unwrap().keys();
    assert!(told.map(String::as_str).eq(listed));
}
