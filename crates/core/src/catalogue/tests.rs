//! The catalogue and the sources agree, and the document is what the catalogue says.

#![expect(
    clippy::disallowed_methods,
    reason = "the sources are what is tested here"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// Words with hyphens that are no findings: algorithms, encodings, protocols, by what stands before the first hyphen.
const OTHER_FAMILIES: &[&str] = &[
    "AES", "CA", "DES", "GET", "MD5", "ML", "P", "RC2", "RC4", "RSA", "RSASSA", "SHA", "SSH",
    "UTF", "X",
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The sources of the three crates, without their tests.
fn sources() -> Vec<(PathBuf, String)> {
    let mut folders = vec![workspace().join("crates")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let is_left_out =
                ["tests", "testing", "target", "catalogue", "examples"].contains(&name);
            if path.is_dir() && !is_left_out {
                folders.push(path);
            } else if name.ends_with(".rs")
                && !["tests.rs", "testing.rs", "sample.rs"].contains(&name)
            {
                let text = fs::read_to_string(&path).unwrap();
                let code = text
                    .split("#[cfg(test)]\nmod tests {")
                    .next()
                    .unwrap()
                    .to_owned();
                sources.push((path, code));
            }
        }
    }
    sources
}

fn is_shouted(word: &str) -> bool {
    word.len() > 2
        && word.starts_with(|first: char| first.is_ascii_uppercase())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The identifiers of findings in a source: words in capitals and hyphens of no other family, and whatever stands
/// where the identifier of a finding does.
fn ids(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let code: Vec<&str> = code
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
        .collect();
    let code = code.join(" ");
    let parts: Vec<&str> = code.split('"').collect();
    for (place, word) in parts.iter().enumerate() {
        if !is_shouted(word) {
            continue;
        }
        let family = word.split('-').next().unwrap();
        let is_hyphenated = word.contains('-') && !OTHER_FAMILIES.contains(&family);
        let before = place.checked_sub(1).map_or("", |before| parts[before]);
        let after = parts.get(place + 1).copied().unwrap_or_default();
        let is_given = before.trim_end().ends_with("Finding::new(")
            || before.trim_end().ends_with(" id:")
            || after.trim_start().starts_with(", Severity::");
        if is_hyphenated || is_given {
            found.insert((*word).to_owned());
        }
    }
    found
}

#[test]
fn identifiers_are_found_in_sources() {
    let code = "
        // \"NO-COMMENT\"
        Finding::new(\"ONE\", severity, name, message);
        report(\n    \"TWO\",\n    Severity::Note);
        let found = matches!(id, \"A-THIRD\" | \"SHA-256\");
        print(\"GET\");
    ";
    let found: Vec<String> = ids(code).into_iter().collect();
    assert_eq!(found, ["A-THIRD", "ONE", "TWO"]);
}

#[test]
fn every_finding_has_a_page_and_every_page_a_finding() {
    let mut places: BTreeMap<String, PathBuf> = BTreeMap::new();
    for (path, code) in sources() {
        for id in ids(&code) {
            places.entry(id).or_insert_with(|| path.clone());
        }
    }
    assert!(places.len() > 60, "{}", places.len());
    let without_page: Vec<_> = places.iter().filter(|(id, _)| find(id).is_none()).collect();
    assert!(without_page.is_empty(), "no page: {without_page:#?}");
    for page in pages() {
        let is_given = places.contains_key(page.id);
        assert!(is_given, "{} is given by nothing", page.id);
    }
}

#[test]
fn pages_are_whole_sorted_and_unique() {
    assert!(pages().is_sorted_by(|one, next| one.id < next.id));
    for page in pages() {
        let id = page.id;
        assert!(is_shouted(id), "{id}");
        assert!(
            page.title.len() < 100 && !page.title.ends_with('.'),
            "{id}: {}",
            page.title
        );
        let first = page.title.split(' ').next().unwrap();
        let is_name = ["Java", "Telegram", "JKS"].contains(&first);
        assert!(
            is_name || first.chars().all(|letter| letter.is_lowercase()),
            "{id}: {}",
            page.title
        );
        for text in [page.meaning, page.consequence] {
            assert!(text.ends_with('.') && !text.contains("  "), "{id}: {text}");
        }
        let severities: Vec<_> = page.severities.iter().map(|level| level.severity).collect();
        assert!(
            !severities.is_empty() && severities.is_sorted_by(|one, next| one > next),
            "{id}"
        );
        assert!(
            !page.remedy.is_empty() && !page.sources.is_empty() && !page.verbs.is_empty(),
            "{id}"
        );
        for step in page.look.iter().chain(page.remedy) {
            assert!(step.text.ends_with([':', '.']), "{id}: {}", step.text);
            assert!(!step.text.contains("  "), "{id}: {}", step.text);
        }
    }
}

/// A page sends its reader to pages that exist.
#[test]
fn pages_that_are_named_exist() {
    for page in pages() {
        let steps = page.look.iter().chain(page.remedy).map(|step| step.text);
        let texts = steps.chain([page.meaning, page.consequence]);
        let words = texts.flat_map(|text| {
            text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
        });
        let families: BTreeSet<&str> = pages()
            .iter()
            .filter_map(|page| page.id.split_once('-'))
            .map(|(family, _)| family)
            .collect();
        for word in words.filter(|word| is_shouted(word)) {
            let is_id = word
                .split_once('-')
                .is_some_and(|(family, _)| families.contains(family));
            assert!(!is_id || find(word).is_some(), "{}: {word}", page.id);
        }
    }
}

#[test]
fn pages_are_found_without_case_and_near_misses_are_offered() {
    assert_eq!(find(" cert-expired ").unwrap().id, "CERT-EXPIRED");
    assert!(find("CERT").is_none());
    assert_eq!(nearest("CERT-EXPIERD")[0], "CERT-EXPIRED");
    assert_eq!(nearest("leaf only"), ["CERT-LEAF-ONLY"]);
    assert_eq!(nearest("CERT_WEEK")[0], "CERT-WEAK");
    assert!(nearest("crl").iter().all(|id| id.contains("CRL")));
    assert!(nearest("zzzzzz").is_empty() && nearest(" ").is_empty());
    assert!(nearest(&"CERT-".repeat(100_000)).len() <= 3);
}

#[test]
fn the_document_is_what_the_catalogue_says() {
    let written = fs::read_to_string(workspace().join("docs/findings.md")).unwrap();
    assert!(
        written == document(),
        "docs/findings.md is not of this catalogue: `cargo pages` writes it"
    );
}
