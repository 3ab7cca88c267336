//! `lint` beside zlint: its test certificates, and what its own tests expect of each (`fixtures/zlint`).
//!
//! What we see otherwise stands in `zlint.tsv` with its reason; one that holds after all fails too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use trustpack_core::Certificate;
use trustpack_core::facts::Facts;
use trustpack_core::lint::{Profile, lint, rules};

fn rows(name: &str) -> Vec<Vec<String>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(fixtures.join(name)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

/// The rules that speak of each certificate, as one of a public CA; nothing of what is no certificate to us.
fn judged() -> BTreeMap<String, Option<BTreeSet<&'static str>>> {
    let facts = Facts::builtin();
    let mut judged = BTreeMap::new();
    for row in rows("fixtures/zlint/certificates.tsv") {
        let [name, text] = row.try_into().unwrap();
        let der = STANDARD.decode(text).unwrap();
        let found = Certificate::from_der(der.into()).ok().map(|certificate| {
            let at = certificate.not_before();
            let remarks = lint(&certificate, Profile::PublicServer, &facts, at).into_iter();
            remarks.map(|remark| remark.rule.id).collect()
        });
        judged.insert(name, found);
    }
    judged
}

#[test]
fn we_judge_as_zlint_expects() {
    let judged = judged();
    let known: BTreeSet<&str> = rules().map(|rule| rule.id).collect();
    let mut named: BTreeSet<Vec<String>> = rows("tests/corpus/zlint.tsv")
        .into_iter()
        .map(|mut row| {
            assert!(row.len() == 4 && !row[3].is_empty(), "{row:?}");
            row.truncate(3);
            row
        })
        .collect();
    let (mut all, mut agreed) = (0, 0);
    let mut wrong = Vec::new();
    let mut compared = BTreeSet::new();
    for row in rows("fixtures/zlint/expected.tsv") {
        let [rule, lint, certificate, status] = row.try_into().unwrap();
        assert!(known.contains(rule.as_str()), "{rule}");
        let is_expected = matches!(status.as_str(), "Notice" | "Warn" | "Error" | "Fatal");
        let found = &judged[&certificate];
        let is_found = found.as_ref().map(|found| found.contains(rule.as_str()));
        all += 1;
        compared.insert(lint.clone());
        let place = vec![rule, lint, certificate];
        let is_named = named.remove(&place);
        match (is_found == Some(is_expected), is_named) {
            (true, false) => agreed += 1,
            (false, true) => {}
            (true, true) => wrong.push(format!("{place:?} holds after all")),
            (false, false) => wrong.push(format!(
                "{}: zlint says {status}, we {}",
                place.join("\t"),
                match is_found {
                    None => "read no certificate",
                    Some(true) => "find it",
                    Some(false) => "do not",
                }
            )),
        }
    }
    eprintln!(
        "zlint: {} of its lints, {all} expectations, {agreed} agreed",
        compared.len()
    );
    wrong.extend(named.iter().map(|row| format!("{row:?} is no expectation")));
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
