//! A broken twin of an example for every finding.

mod files;

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::*;
use crate::catalogue;
use crate::channel::examples::{EXAMPLES, example};

struct Twin {
    example: String,
    id: String,
    severity: Severity,
    key: String,
    text: String,
    behind: Option<String>,
}

/// All twins; each differs from its example.
fn twins() -> Vec<Twin> {
    let table: toml::Table = include_str!("twins.toml").parse().unwrap();
    let mut twins = Vec::new();
    for (name, rows) in table {
        for row in rows.as_array().unwrap() {
            let row: Vec<&str> = row
                .as_array()
                .unwrap()
                .iter()
                .map(|cell| cell.as_str().unwrap())
                .collect();
            let [id, severity, key, from, to, behind @ ..] = &*row else {
                panic!("{name}: {row:?}");
            };
            let good = example(&name);
            assert!(good.contains(from), "{name}: {from}");
            twins.push(Twin {
                example: name.clone(),
                id: (*id).to_owned(),
                severity: match *severity {
                    "critical" => Severity::Critical,
                    "warning" => Severity::Warning,
                    other => {
                        assert_eq!(other, "note");
                        Severity::Note
                    }
                },
                key: (*key).to_owned(),
                text: match from.is_empty() {
                    true => good.to_owned(),
                    false => good.replacen(from, to, 1),
                },
                behind: behind.first().map(|secret| (*secret).to_owned()),
            });
        }
    }
    twins
}

#[test]
fn every_broken_twin_is_found() {
    for twin in twins() {
        let spec = Spec::read(&twin.text).unwrap_or_else(|error| panic!("{}: {error}", twin.text));
        let mut findings = validate(&spec, &Facts::builtin(), NOW);
        if let Some(secret) = &twin.behind {
            let mut resolve = |_: &str, _: &SecretRef| Ok(Zeroizing::new(secret.clone()));
            findings.extend(behind_references(&spec, &mut resolve));
        }
        let is_it = |found: &&SpecFinding| {
            found.id == twin.id
                && found.severity == twin.severity
                && found.key.as_deref().unwrap_or_default() == twin.key
        };
        let hit = findings.iter().find(is_it);
        let hit = hit.unwrap_or_else(|| {
            panic!(
                "{}: {} at {}: got {findings:#?}",
                twin.example, twin.id, twin.key
            )
        });
        // Where, why, and what to do.
        assert!(hit.hint.is_some() && hit.why.is_some(), "{hit:?}");
        let line = twin
            .text
            .lines()
            .nth(hit.line.unwrap() as usize - 1)
            .unwrap();
        let last = twin.key.rsplit('.').next().unwrap();
        assert!(
            line.contains(last) || line == "[[channel]]",
            "{hit:?}: {line}"
        );
        for found in &findings {
            let told = format!("{found:?}");
            assert!(!found.message.ends_with('.'), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}

/// The list of findings is that of the catalogue, so that none can be added without a twin.
#[test]
fn every_finding_has_a_twin() {
    let twins = twins();
    let of_files = files::TWINS.iter().map(|(id, ..)| *id);
    let broken: BTreeSet<&str> = twins.iter().map(|twin| &*twin.id).chain(of_files).collect();
    let pages = catalogue::pages().iter();
    let validated = pages.filter(|page| page.verbs.contains(&"channel validate"));
    // They take thousands of channels or a later day: `exports_are_counted` and `facts_grow_old` have them.
    let validated: BTreeSet<&str> = validated
        .map(|page| page.id)
        .filter(|id| !["EXPORT-LIMIT", "FACTS-OLD"].contains(id))
        .collect();
    assert_eq!(broken, validated);
}

#[test]
fn facts_grow_old() {
    let spec = Spec::read(TELEGRAM).unwrap();
    let facts = Facts::builtin();
    let newest = facts.newest_lookup().unwrap().midnight().assume_utc();
    let ids = |days| -> Vec<String> {
        let findings = validate(&spec, &facts, newest + time::Duration::days(days));
        findings.iter().map(|found| found.id.to_string()).collect()
    };
    assert_eq!(ids(180), [""; 0]);
    assert_eq!(ids(181), ["FACTS-OLD"]);
}

#[test]
fn every_kind_has_twins() {
    let twins = twins();
    for (name, _) in EXAMPLES {
        assert!(twins.iter().any(|twin| twin.example == *name), "{name}");
    }
}
