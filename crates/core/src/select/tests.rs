use super::*;
use crate::cert::testing::{self, DAY};
use crate::chain::Root;

/// Names of the path, and the root with whether it was sent.
fn chain(path: &[(&str, &str, bool)], root: Option<(&str, bool)>) -> ChainAnalysis {
    let issued = |(name, issuer, ca): &(&str, &str, bool)| match name == issuer {
        true => testing::certificate(name, *ca, 0, DAY),
        false => testing::issued(name, issuer, *ca, 0, DAY),
    };
    ChainAnalysis {
        path: path.iter().map(issued).collect(),
        completed: Vec::new(),
        root: root.map(|(name, presented)| Root {
            certificate: testing::certificate(name, true, 0, DAY),
            origin: None,
            presented,
        }),
        findings: Vec::new(),
    }
}

fn chosen(analysis: &ChainAnalysis, word: &str) -> (String, String) {
    let selection = select(analysis, word.parse().unwrap(), "h:443");
    let names: Vec<_> = selection
        .certificates
        .iter()
        .map(Certificate::display_name)
        .collect();
    let findings: Vec<_> = selection
        .findings
        .iter()
        .map(|finding| &*finding.id)
        .collect();
    (names.join(" "), findings.join(" "))
}

fn pair(names: &str, findings: &str) -> (String, String) {
    (names.to_owned(), findings.to_owned())
}

#[test]
fn full_chain_with_known_root() {
    let full = chain(
        &[("leaf", "ca", false), ("ca", "root", true)],
        Some(("root", false)),
    );
    assert_eq!(chosen(&full, "leaf"), pair("leaf", "CERT-LEAF-ONLY"));
    assert_eq!(chosen(&full, "intermediates"), pair("ca", ""));
    assert_eq!(chosen(&full, "root"), pair("root", ""));
    assert_eq!(chosen(&full, "chain"), pair("leaf ca", ""));
    assert_eq!(chosen(&full, "issuers"), pair("ca root", ""));
    let sent = chain(
        &[("leaf", "ca", false), ("ca", "root", true)],
        Some(("root", true)),
    );
    assert_eq!(chosen(&sent, "chain"), pair("leaf ca root", ""));
}

#[test]
fn unknown_root() {
    let partial = chain(&[("leaf", "ca", false), ("ca", "root", true)], None);
    assert_eq!(chosen(&partial, "root"), pair("", "SELECT-EMPTY"));
    assert_eq!(chosen(&partial, "issuers"), pair("ca", "SELECT-NO-ROOT"));
}

#[test]
fn leaf_alone() {
    let alone = chain(&[("leaf", "ca", false)], None);
    assert_eq!(chosen(&alone, "issuers"), pair("", "SELECT-EMPTY"));
    let direct = chain(&[("leaf", "root", false)], Some(("root", false)));
    assert_eq!(chosen(&direct, "intermediates"), pair("", "SELECT-EMPTY"));
}

#[test]
fn self_signed() {
    let own = chain(&[("own", "own", false)], None);
    for word in ["leaf", "issuers", "root", "chain"] {
        assert_eq!(chosen(&own, word), pair("own", ""), "{word}");
    }
    assert_eq!(chosen(&own, "intermediates"), pair("", "SELECT-EMPTY"));
}

#[test]
fn nothing_presented() {
    let nothing = chain(&[], None);
    for word in ["leaf", "issuers", "root", "chain", "intermediates"] {
        assert_eq!(chosen(&nothing, word), pair("", "SELECT-EMPTY"), "{word}");
    }
}
