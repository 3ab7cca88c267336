//! What JDK 17 does (PKIXValidator, then HostnameChecker). Answers marked "tried" were seen on 17.0.15; the others follow
//! the classes that the code under test cites. The findings and the budget of the search are ours: no JDK has an answer
//! to them. Real clients are asked in `tests/interop`.

use rcgen::{BasicConstraints, CidrSubnet, GeneralSubtree, IsCa, NameConstraints};
use time::Duration;

use crate::cert::testing::*;

use super::*;

fn ask_at(chain: &[&Made], anchors: &[&Made], host: &str, at: OffsetDateTime) -> Verdict {
    let chain = PresentedChain {
        certificates: chain.iter().map(|made| made.certificate.clone()).collect(),
        unreadable: Vec::new(),
    };
    let anchors = anchors
        .iter()
        .map(|made| made.certificate.clone())
        .collect();
    let anchors = TrustAnchors::new("store.jks", anchors);
    let name = ServerName::try_from(host).unwrap();
    verify(&chain, &anchors, &name, at, Client::Java, "h:443")
}

fn ask(chain: &[&Made], anchors: &[&Made]) -> Verdict {
    ask_at(chain, anchors, "h.example", NOW)
}

fn ids(verdict: &Verdict) -> Vec<&str> {
    verdict
        .findings
        .iter()
        .map(|finding| &*finding.id)
        .collect()
}

fn refusal(verdict: Verdict) -> Refusal {
    verdict.outcome.unwrap_err()
}

#[test]
fn a_good_chain_is_accepted_without_findings() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    let verdict = ask(&[&server, &ca], &[&root]);
    assert_eq!(verdict.outcome.as_ref().unwrap().certificates().len(), 3);
    assert!(verdict.findings.is_empty());
    assert!(ask(&[&server, &ca, &root], &[&root]).is_accepted());
}

#[test]
fn nothing_presented_is_refused() {
    assert_eq!(refusal(ask(&[], &[])), Refusal::NoCertificate);
}

#[test]
fn an_unreadable_certificate_ends_the_handshake() {
    let root = root("Root");
    let server = server("h.example", &root);
    let chain = PresentedChain::from_ders([server.certificate.der().clone(), vec![1, 2].into()]);
    let anchors = TrustAnchors::new("s", vec![root.certificate.clone()]);
    let name = ServerName::try_from("h.example").unwrap();
    let verdict = verify(&chain, &anchors, &name, NOW, Client::Java, "h:443");
    assert!(matches!(
        refusal(verdict),
        Refusal::Unreadable { place: 1, .. }
    ));
}

#[test]
fn a_missing_intermediate_is_refused_unless_it_is_in_the_store() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    let refused = refusal(ask(&[&server], &[&root]));
    assert_eq!(
        refused,
        Refusal::NoPath {
            certificate: server.certificate.clone(),
            self_signed: false,
            cause: None
        }
    );
    assert!(
        refused
            .told_by(Client::Java)
            .ends_with("unable to find valid certification path to requested target")
    );
    assert_eq!(ids(&ask(&[&server], &[&ca])), ["CERT-INTERMEDIATE-ONLY"]);
    assert_eq!(ids(&ask(&[&server, &ca], &[&ca, &root])), [""; 0]);
    // a root that is there is not asked for
    let both = ask(&[&server], &[&ca, &root]);
    assert_eq!(ids(&both), ["CERT-INTERMEDIATE-ONLY"]);
    let found = &both.findings[0];
    assert!(
        found.message.contains("the server does not send it"),
        "{found:?}"
    );
    assert!(!found.hint.as_deref().unwrap().contains("add"), "{found:?}");
}

#[test]
fn nothing_is_missing_above_a_self_signed_certificate() {
    let alone = self_sign(server_params("h.example"), new_key());
    let refused = refusal(ask(&[&alone], &[&root("Root")]));
    assert!(
        refused
            .to_string()
            .contains("is self-signed and not in the store")
    );
    assert!(
        refused
            .hint()
            .is_some_and(|hint| hint.contains("fingerprint"))
    );
}

#[test]
fn order_and_extras_do_no_harm() {
    let root = root("Root");
    let (one, two) = (ca("One", &root), ca("Two", &root));
    let lower = ca("Lower", &one);
    let server = server("h.example", &lower);
    assert!(ask(&[&server, &two, &one, &lower], &[&root]).is_accepted());
    assert!(ask(&[&server, &one, &root, &lower, &lower], &[&root]).is_accepted());
}

#[test]
fn a_cross_signed_ca_leads_to_either_root() {
    let (old, new) = (root("Old"), root("New"));
    let cross = issue(ca_params("New"), copy(&new.key), &old);
    let ca = ca("CA", &new);
    let server = server("h.example", &ca);
    for anchor in [&old, &new] {
        assert!(ask(&[&server, &ca, &cross], &[anchor]).is_accepted());
    }
}

#[test]
fn an_expired_cross_signature_is_cut_off_by_the_known_root() {
    let (old, new) = (root("Old"), root("New"));
    let mut expired = ca_params("New");
    expired.not_before = PAST;
    expired.not_after = PAST + Duration::days(1);
    let cross = issue(expired, copy(&new.key), &old);
    let ca = ca("CA", &new);
    let server = server("h.example", &ca);
    // the cross-signed one has name and key of an anchor, so the chain ends below it
    assert!(ask(&[&server, &ca, &cross], &[&new]).is_accepted());
    assert!(matches!(
        refusal(ask(&[&server, &ca, &cross], &[&old])),
        Refusal::Expired { certificate, .. } if certificate == cross.certificate
    ));
}

#[test]
fn a_leaf_in_the_store_holds_until_the_next_renewal() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    let verdict = ask(&[&server, &ca], &[&server]);
    assert_eq!(verdict.outcome.as_ref().unwrap().certificates().len(), 1);
    assert_eq!(ids(&verdict), ["CERT-LEAF-ONLY"]);
    let hint = verdict.findings[0].hint.as_deref().unwrap();
    assert_eq!(
        hint,
        "add the root CN=Root (or the intermediate CN=CA) to the store"
    );
    // with the root beside it nothing is wrong
    assert!(ask(&[&server, &ca], &[&server, &root]).findings.is_empty());
}

#[test]
fn a_renewed_leaf_is_refused_when_only_the_old_one_is_trusted() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let old = server("h.example", &ca);
    let new_key = server("h.example", &ca);
    assert!(!ask(&[&new_key, &ca], &[&old]).is_accepted());
    // same key: JDK 17 compares subject and key only from the second certificate on
    let mut later = server_params("h.example");
    later.not_after += Duration::days(90);
    let same_key = issue(later, copy(&old.key), &ca);
    assert!(!ask(&[&same_key, &ca], &[&old]).is_accepted());
}

#[test]
fn a_trusted_leaf_is_accepted_when_expired() {
    let root = root("Root");
    let server = server("h.example", &root);
    let later = NOW + Duration::days(365);
    let verdict = ask_at(&[&server], &[&server], "h.example", later);
    assert!(verdict.is_accepted());
    assert_eq!(
        ids(&verdict),
        ["CERT-LEAF-ONLY", "CERT-LEAF-EXPIRED-TRUSTED"]
    );
    // its successor will be accepted, so leaf-only would be wrong
    let verdict = ask_at(&[&server], &[&server, &root], "h.example", later);
    assert_eq!(ids(&verdict), ["CERT-LEAF-EXPIRED-TRUSTED"]);
}

#[test]
fn a_self_signed_server_certificate_is_called_that() {
    let server = self_sign(server_params("h.example"), new_key());
    let verdict = ask(&[&server], &[&server]);
    assert_eq!(ids(&verdict), ["CERT-LEAF-ONLY"]);
    assert!(verdict.findings[0].message.contains("self-signed"));
    assert!(!ask(&[&server], &[&root("Root")]).is_accepted());
}

#[test]
fn the_name_is_checked_even_for_a_trusted_leaf() {
    let root = root("Root");
    let server = server("h.example", &root);
    let refused = refusal(ask_at(&[&server], &[&server], "other.example", NOW));
    assert!(
        refused
            .told_by(Client::Java)
            .contains("No subject alternative DNS name matching other.example found.")
    );
}

#[test]
fn an_address_needs_an_address_in_the_alternative_names() {
    let root = root("Root");
    let by_name = server("h.example", &root);
    let refused = refusal(ask_at(&[&by_name], &[&root], "192.0.2.1", NOW));
    assert!(
        refused
            .told_by(Client::Java)
            .contains("No subject alternative names matching IP address 192.0.2.1 found")
    );
    let bare = issue(params("192.0.2.1"), new_key(), &root);
    let refused = refusal(ask_at(&[&bare], &[&root], "192.0.2.1", NOW));
    assert!(
        refused
            .told_by(Client::Java)
            .contains("No subject alternative names present")
    );
    let by_address = server("192.0.2.1", &root);
    assert!(ask_at(&[&by_address], &[&root], "192.0.2.1", NOW).is_accepted());
}

#[test]
fn the_common_name_counts_without_alternative_names() {
    let root = root("Root");
    let bare = issue(params("h.example"), new_key(), &root);
    assert!(ask(&[&bare], &[&root]).is_accepted());
}

#[test]
fn dates_count_below_the_anchor_only() {
    let mut old = ca_params("Root");
    old.not_before = PAST;
    old.not_after = PAST + Duration::days(1);
    let root = self_sign(old, new_key());
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    assert!(ask(&[&server, &ca], &[&root]).is_accepted());
    // only the validator forgets the anchor's date; the builder, called for a wrong order, does not (tried)
    assert!(!ask(&[&server, &server, &ca], &[&root]).is_accepted());
    let expired = ask_at(
        &[&server, &ca],
        &[&root],
        "h.example",
        NOW + Duration::days(365),
    );
    assert!(
        matches!(refusal(expired), Refusal::Expired { certificate, .. } if certificate.subject().to_string() == "CN=CA")
    );
    let early = ask_at(&[&server, &ca], &[&root], "h.example", PAST);
    assert!(matches!(refusal(early), Refusal::NotYetValid { .. }));
}

#[test]
fn an_anchor_that_is_no_ca_vouches_for_nobody() {
    let anchor = self_sign(server_params("h.example"), new_key());
    let renewed = self_sign(server_params("h.example"), copy(&anchor.key));
    let child = server("h.example", &anchor);
    for chain in [&child, &renewed] {
        let refused = refusal(ask(&[chain], &[&anchor]));
        assert!(
            refused
                .told_by(Client::Java)
                .contains("is not a CA certificate"),
            "{refused}"
        );
    }
}

#[test]
fn an_intermediate_must_be_a_ca_that_may_sign() {
    let root = root("Root");
    let plain = issue(params("CA"), new_key(), &root);
    let child = server("h.example", &plain);
    assert!(matches!(
        refusal(ask(&[&child, &plain], &[&root])),
        Refusal::NotCa { .. }
    ));
    let mut mute = ca_params("CA");
    mute.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    let mute = issue(mute, new_key(), &root);
    let child = server("h.example", &mute);
    assert!(matches!(
        refusal(ask(&[&child, &mute], &[&root])),
        Refusal::NotSigner { .. }
    ));
}

#[test]
fn path_length_is_obeyed_except_on_the_anchor() {
    let limited = || {
        let mut params = ca_params("Limited");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params
    };
    let root = root("Root");
    let upper = issue(limited(), new_key(), &root);
    let lower = ca("Lower", &upper);
    let child = server("h.example", &lower);
    let refused = refusal(ask(&[&child, &lower, &upper], &[&root]));
    assert!(matches!(refused, Refusal::PathTooLong { .. }));
    let anchor = self_sign(limited(), new_key());
    let lower = ca("Lower", &anchor);
    let child = server("h.example", &lower);
    assert!(ask(&[&child, &lower], &[&anchor]).is_accepted());
}

#[test]
fn name_constraints_are_obeyed_except_on_the_anchor() {
    let constrained = |subtree: GeneralSubtree| {
        let mut params = ca_params("Constrained");
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![subtree],
            excluded_subtrees: Vec::new(),
        });
        params
    };
    let root = root("Root");
    let dns = |name: &str| constrained(GeneralSubtree::DnsName(name.to_owned()));
    let allowed = issue(dns("example"), new_key(), &root);
    assert!(ask(&[&server("h.example", &allowed), &allowed], &[&root]).is_accepted());
    let refused = issue(dns("other"), new_key(), &root);
    let verdict = ask(&[&server("h.example", &refused), &refused], &[&root]);
    assert!(matches!(refusal(verdict), Refusal::NameConstraints { .. }));
    let network = GeneralSubtree::IpAddress(CidrSubnet::V4([10, 0, 0, 0], [255, 0, 0, 0]));
    let network = issue(constrained(network), new_key(), &root);
    let outside = server("192.0.2.1", &network);
    let verdict = ask_at(&[&outside, &network], &[&root], "192.0.2.1", NOW);
    assert!(matches!(refusal(verdict), Refusal::NameConstraints { .. }));
    let anchor = self_sign(dns("other"), new_key());
    assert!(ask(&[&server("h.example", &anchor)], &[&anchor]).is_accepted());
}

#[test]
fn purpose_counts_only_when_somebody_else_vouches() {
    let root = root("Root");
    let mut client = server_params("h.example");
    client.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    let client = issue(client, new_key(), &root);
    assert!(matches!(
        refusal(ask(&[&client], &[&root])),
        Refusal::EndEntityPurpose { .. }
    ));
    assert!(ask(&[&client], &[&client]).is_accepted());
    let mut any = server_params("h.example");
    any.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::Any];
    assert!(ask(&[&issue(any, new_key(), &root)], &[&root]).is_accepted());
}

#[test]
fn an_unknown_critical_extension_refuses() {
    let root = root("Root");
    let mut odd = server_params("h.example");
    let mut extension = rcgen::CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]);
    extension.set_criticality(true);
    odd.custom_extensions.push(extension);
    let odd = issue(odd, new_key(), &root);
    let refused = refusal(ask(&[&odd], &[&root]));
    assert!(matches!(refused, Refusal::CriticalExtension { oids, .. } if oids == "1.2.3"));
}

#[test]
fn a_forged_signature_is_refused() {
    let real = root("Root");
    let fake = root("Root");
    let server = server("h.example", &fake);
    assert!(!ask(&[&server], &[&real]).is_accepted());
    assert!(!ask(&[&server, &fake], &[&real]).is_accepted());
}

#[test]
fn a_thousand_look_alikes_end_the_search() {
    // the presented list is short, so the look-alikes are in the store: Java has no such limit
    let key = new_key();
    let anchors: Vec<Made> = (0..1_100)
        .map(|_| self_sign(ca_params("CA"), copy(&key)))
        .collect();
    let mut params = server_params("h.example");
    params.use_authority_key_identifier_extension = false;
    let server = issue(params, new_key(), &root("CA"));
    let anchors: Vec<&Made> = anchors.iter().collect();
    let verdict = ask(&[&server], &anchors);
    assert!(verdict.is_undecided() && !verdict.is_accepted());
}

#[test]
fn eleven_certificates_are_too_many_whatever_they_are() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    let mut chain = vec![&server];
    chain.resize(10, &ca);
    assert!(ask(&chain, &[&root]).is_accepted());
    chain.push(&ca);
    let refused = refusal(ask(&chain, &[&root]));
    assert_eq!(refused.reason(), "chain-too-long");
    assert!(
        refused
            .told_by(Client::Java)
            .contains("The certificate chain length (11) exceeds the maximum allowed length (10)")
    );
}

#[test]
fn an_anchor_by_chance_is_no_acceptance() {
    let root = root("Root");
    let plain = self_sign(params("Root"), copy(&root.key));
    let server = server("h.example", &root);
    for anchors in [[&root, &plain], [&plain, &root]] {
        let refused = refusal(ask(&[&server], &anchors));
        assert_eq!(refused.reason(), "anchor-ambiguous");
        assert!(
            refused
                .to_string()
                .contains(&plain.certificate.fingerprint().to_string())
        );
    }
    // one with another key is never taken
    let other = self_sign(params("Root"), new_key());
    assert!(ask(&[&server], &[&other, &root]).is_accepted());
}

#[test]
fn a_store_with_a_certificate_that_java_does_not_parse_is_no_store() {
    let root = root("Root");
    let server = server("h.example", &root);
    let poison = not_for_java("Poison");
    let refused = refusal(ask(&[&server], &[&root, &poison]));
    assert!(
        matches!(&refused, Refusal::StoreUnreadable { subject, .. } if subject == "Poison"),
        "{refused}"
    );
    assert!(matches!(
        refusal(ask(&[&server, &poison], &[&root])),
        Refusal::Unreadable { place: 1, .. }
    ));
}

#[test]
fn what_cannot_be_checked_is_neither_accepted_nor_refused() {
    let (ca, server) = (from_pem(ed448::ED448_CA), from_pem(ed448::ED448_SERVER));
    let chain = PresentedChain {
        certificates: vec![server],
        unreadable: Vec::new(),
    };
    let anchors = TrustAnchors::new("store.jks", vec![ca]);
    let ask = |host: &str, at| {
        let name = ServerName::try_from(host.to_owned()).unwrap();
        verify(&chain, &anchors, &name, at, Client::Java, "h:443")
    };
    let verdict = ask("h.example", NOW);
    assert!(!verdict.is_accepted() && verdict.is_undecided());
    // what is wrong anyhow is refused
    for verdict in [ask("other.example", NOW), ask("h.example", PAST)] {
        assert!(!verdict.is_accepted() && !verdict.is_undecided());
    }
}

#[test]
fn a_refusal_names_the_certificate_that_it_is_about() {
    let root = root("Root");
    let mut expired = ca_params("CA");
    expired.not_after = PAST + Duration::days(1);
    let ca = issue(expired, new_key(), &root);
    let server = server("h.example", &ca);
    let refused = refusal(ask(&[&server, &ca], &[&root]));
    assert_eq!(refused.certificate(), Some(&ca.certificate));
    assert!(!refused.to_string().contains("Java"));
    assert!(refused.told_by(Client::Java).contains("; Java: PKIX path"));
    assert!(
        refused
            .told_by(Client::OpenSsl)
            .ends_with("; OpenSSL: certificate has expired")
    );
}

#[test]
fn what_java_21_refuses_is_found_where_older_ones_accept() {
    let root = root("Root");
    let server = server("api.*.example", &root);
    let chain = PresentedChain {
        certificates: vec![server.certificate],
        ..PresentedChain::default()
    };
    let anchors = TrustAnchors::new("s.jks", vec![root.certificate]);
    let name = ServerName::try_from("api.x.example").unwrap();
    let by = |client| verify(&chain, &anchors, &name, NOW, client, "h:443");
    assert!(by(Client::Java).is_accepted());
    assert_eq!(ids(&by(Client::Java)), ["CLIENT-JAVA-21-REFUSES"]);
    assert_eq!(refusal(by(Client::Java21)).reason(), "host-mismatch");
}

/// OpenSSL judges what it found above such a certificate too, and trusts none of it.
#[test]
fn a_trusted_end_entity_is_the_anchor_of_a_partial_chain() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    let certificates = vec![server.certificate.clone(), ca.certificate.clone()];
    let chain = PresentedChain {
        certificates,
        unreadable: Vec::new(),
    };
    let anchors = TrustAnchors::new("store.pem", vec![server.certificate.clone()]);
    let name = ServerName::try_from("h.example").unwrap();
    let client = Client::OpenSslPartialChain;
    let path = verify(&chain, &anchors, &name, NOW, client, "h:443").outcome;
    let path = path.unwrap();
    assert_eq!(path.anchor(), Some(&server.certificate));
    assert_eq!(path.certificates().len(), 1);
}
