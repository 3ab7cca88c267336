use rcgen::CustomExtension;
use time::Duration;

use crate::cert::testing::*;
use crate::report::Severity;

use super::*;

fn presented(certificates: &[&Made]) -> PresentedChain {
    PresentedChain {
        certificates: certificates
            .iter()
            .map(|made| made.certificate.clone())
            .collect(),
        unreadable: Vec::new(),
    }
}

fn analyse_with(chain: &[&Made], roots: &[&Made]) -> ChainAnalysis {
    let roots = roots.iter().map(|made| made.certificate.clone()).collect();
    analyse(
        &presented(chain),
        &[TrustAnchors::new("roots", roots)],
        "h:443",
        NOW,
    )
}

fn names(analysis: &ChainAnalysis) -> Vec<String> {
    analysis
        .path
        .iter()
        .map(Certificate::display_name)
        .collect()
}

fn ids(analysis: &ChainAnalysis) -> Vec<&str> {
    analysis
        .findings
        .iter()
        .map(|finding| &*finding.id)
        .collect()
}

#[test]
fn a_good_chain_has_no_findings() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    let analysis = analyse_with(&[&server, &ca], &[&root]);
    assert_eq!(names(&analysis), ["h.example", "CA"]);
    let found = analysis.root.as_ref().unwrap();
    assert_eq!(found.certificate, root.certificate);
    assert_eq!(found.origin.as_deref(), Some("roots"));
    assert!(!found.presented);
    assert!(analysis.findings.is_empty(), "{:?}", analysis.findings);
}

#[test]
fn nothing_presented_gives_nothing() {
    let analysis = analyse_with(&[], &[]);
    assert!(analysis.path.is_empty() && analysis.root.is_none() && analysis.findings.is_empty());
}

#[test]
fn order_duplicates_extras_and_the_root_are_told() {
    let root = root("Root");
    let (upper, stranger) = (ca("Upper", &root), self::root("Stranger"));
    let lower = ca("Lower", &upper);
    let server = server("h.example", &lower);
    let chain = [&server, &upper, &lower, &upper, &root, &stranger];
    let analysis = analyse_with(&chain, &[&root]);
    assert_eq!(names(&analysis), ["h.example", "Lower", "Upper"]);
    assert!(analysis.root.as_ref().unwrap().presented);
    assert_eq!(
        ids(&analysis),
        [
            "CHAIN-ORDER",
            "CHAIN-DUPLICATE",
            "CHAIN-EXTRA",
            "CHAIN-ROOT-SENT"
        ]
    );
    assert!(analysis.findings[2].message.ends_with(": Stranger"));
}

#[test]
fn a_ca_in_front_is_not_the_server() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    let analysis = analyse_with(&[&ca, &server], &[&root]);
    assert_eq!(names(&analysis), ["h.example", "CA"]);
    assert_eq!(ids(&analysis), ["CHAIN-ORDER"]);
    assert_eq!(analysis.findings[0].severity, Severity::Warning);
}

#[test]
fn a_missing_intermediate_is_named_with_its_address() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let mut params = server_params("h.example");
    let url = b"http://ca.example/ca.cer";
    // AuthorityInfoAccessSyntax with one caIssuers URL
    let length = u8::try_from(url.len()).unwrap();
    let mut access = vec![0x30, length + 14, 0x30, length + 12, 6, 8];
    access.extend([0x2b, 6, 1, 5, 5, 7, 0x30, 2, 0x86, length]);
    access.extend(url);
    params.custom_extensions = vec![CustomExtension::from_oid_content(
        &[1, 3, 6, 1, 5, 5, 7, 1, 1],
        access,
    )];
    let server = issue(params, new_key(), &ca);
    let analysis = analyse_with(&[&server], &[&root]);
    assert_eq!(ids(&analysis), ["CERT-INCOMPLETE-CHAIN"]);
    let finding = &analysis.findings[0];
    assert!(
        finding.message.contains("CN=CA") && finding.message.contains("http://ca.example/ca.cer")
    );
}

#[test]
fn an_unknown_root_is_a_note() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    for chain in [&[&server, &ca][..], &[&server, &ca, &root]] {
        let analysis = analyse_with(chain, &[]);
        assert!(ids(&analysis).contains(&"CHAIN-ROOT-UNKNOWN"));
    }
}

#[test]
fn the_first_set_that_knows_the_root_wins() {
    let root = root("Root");
    let server = server("h.example", &root);
    let set = |origin: &str| TrustAnchors::new(origin, vec![root.certificate.clone()]);
    let sets = [
        TrustAnchors::new("empty", Vec::new()),
        set("system store"),
        set("Mozilla roots"),
    ];
    let analysis = analyse(&presented(&[&server]), &sets, "h:443", NOW);
    assert_eq!(
        analysis.root.unwrap().origin.as_deref(),
        Some("system store")
    );
}

#[test]
fn a_valid_path_is_preferred_to_an_expired_one() {
    let (old, new) = (root("Old"), root("New"));
    let mut expired = ca_params("CA");
    expired.not_before = PAST;
    expired.not_after = PAST + Duration::days(1);
    let key = new_key();
    let expired = issue(expired, copy(&key), &old);
    let valid = issue(ca_params("CA"), copy(&key), &new);
    let server = issue(server_params("h.example"), new_key(), &valid);
    let analysis = analyse_with(&[&server, &expired, &valid], &[&old, &new]);
    assert_eq!(analysis.path[1], valid.certificate);
    assert_eq!(analysis.root.unwrap().certificate, new.certificate);
    // the other one is an alternative, not an extra
    assert!(analysis.findings.is_empty(), "{:?}", analysis.findings);
}

#[test]
fn a_replaced_root_counts_as_known() {
    let mut old = ca_params("Root");
    old.not_after -= Duration::days(1);
    let old = self_sign(old, new_key());
    let new = self_sign(ca_params("Root"), copy(&old.key));
    let server = server("h.example", &old);
    let analysis = analyse_with(&[&server, &old], &[&new]);
    let root = analysis.root.unwrap();
    assert_eq!(root.certificate, new.certificate);
    assert!(root.presented);
    assert_eq!(analysis.path.len(), 1);
}

#[test]
fn a_self_signed_server_is_its_own_root() {
    let server = self_sign(server_params("h.example"), new_key());
    let analysis = analyse_with(&[&server], &[]);
    assert_eq!(analysis.path.len(), 1);
    assert_eq!(analysis.root.unwrap().certificate, server.certificate);
    let ids: Vec<_> = analysis
        .findings
        .iter()
        .map(|finding| &*finding.id)
        .collect();
    assert_eq!(ids, ["CHAIN-ROOT-UNKNOWN"]);
}

#[test]
fn unreadable_certificates_are_told() {
    let chain = PresentedChain::from_ders([vec![0x30, 0].into()]);
    let analysis = analyse(&chain, &[], "h:443", NOW);
    assert_eq!(analysis.findings[0].id, "CERT-UNREADABLE");
}

#[test]
fn three_hundred_look_alikes_end_the_search() {
    // two names that certify each other, all with one key
    let key = new_key();
    let (one, two) = (
        self_sign(ca_params("One"), copy(&key)),
        self_sign(ca_params("Two"), key),
    );
    let twist = |place: usize| {
        let (name, issuer) = if place.is_multiple_of(2) {
            ("One", &two)
        } else {
            ("Two", &one)
        };
        issue(ca_params(name), copy(&issuer.key), issuer)
    };
    let made: Vec<Made> = (0..300).map(twist).collect();
    let server = server("h.example", &one);
    let mut chain = vec![&server];
    chain.extend(&made);
    assert!(ids(&analyse_with(&chain, &[])).contains(&"CHAIN-TOO-MANY"));
}

fn analyse_ed448(chain: &[&str], roots: TrustAnchors) -> ChainAnalysis {
    let chain = PresentedChain {
        certificates: chain.iter().map(|text| from_pem(text)).collect(),
        unreadable: Vec::new(),
    };
    analyse(&chain, &[roots], "h:443", NOW)
}

#[test]
fn what_cannot_be_checked_proves_no_root() {
    let analysis = analyse_ed448(
        &[ed448::ED448_SERVER, ed448::ED448_CA],
        TrustAnchors::mozilla(),
    );
    // shown in order, and no more
    assert_eq!(names(&analysis), ["h.example", "ISRG Root X1"]);
    assert!(analysis.root.is_none());
    assert_eq!(
        ids(&analysis),
        ["CHAIN-SIGNATURE-UNCHECKED", "CHAIN-ROOT-UNKNOWN"]
    );
    let message = &analysis.findings[0].message;
    assert!(
        message.contains("h.example") && message.contains("Ed448"),
        "{message}"
    );
    assert_eq!(analysis.findings[0].severity, Severity::Warning);
}

#[test]
fn a_signature_that_cannot_be_checked_leads_to_no_known_root_of_that_name() {
    let roots = || TrustAnchors::new("roots", vec![from_pem(ed448::ED448_CA)]);
    let analysis = analyse_ed448(&[ed448::ED448_SERVER], roots());
    assert!(analysis.root.is_none());
    assert_eq!(
        ids(&analysis),
        ["CERT-INCOMPLETE-CHAIN", "CHAIN-SIGNATURE-UNCHECKED"]
    );
    // alone: another certificate of the name in a set is not it, the very same one is
    let analysis = analyse_ed448(&[ed448::ED448_CA], TrustAnchors::mozilla());
    assert!(analysis.root.is_none());
    assert_eq!(
        ids(&analysis),
        ["CHAIN-SIGNATURE-UNCHECKED", "CHAIN-ROOT-UNKNOWN"]
    );
    let analysis = analyse_ed448(&[ed448::ED448_CA], roots());
    assert_eq!(analysis.root.unwrap().origin.as_deref(), Some("roots"));
}
