//! Which certificates a channel trusts for its hosts.

use super::*;

#[test]
fn infobip_is_one_jks_over_both_hosts() {
    let (first, second) = (Authority::new("First"), Authority::new("Second"));
    let packed = infobip(&first, &second).pack().unwrap();
    assert_eq!(packed.findings, []);
    assert_eq!(
        anchors(&packed),
        [
            "first root",
            "first issuing",
            "second root",
            "second issuing"
        ]
    );
    let paths: Vec<&str> = packed.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "support_wa/trust/trust.jks",
            "support_wa/chains/api.infobip.com.pem",
            "support_wa/chains/abc123.api-us.infobip.com.pem",
            "support_wa/channel.json",
            "support_wa/report.json",
            "support_wa/CHECKLIST.md"
        ]
    );
    let pem = text(&packed, paths[1]);
    assert_eq!(pem.matches("-----BEGIN CERTIFICATE-----").count(), 2);
    assert!(
        pem.contains("\n# subject: CN=api.infobip.com\n# issuer: CN=First Issuing\n# sha256: "),
        "{pem}"
    );
    assert!(text(&packed, "support_wa/CHECKLIST.md").contains("env:WA_TRUST_PASSWORD"));
    let json: serde_json::Value =
        serde_json::from_str(text(&packed, "support_wa/report.json")).unwrap();
    assert_eq!(json["provider"], "infobip");
    assert_eq!(json["hosts"][0]["root_known_to"], "Test roots");
    assert_eq!(json["hosts"][1]["accepted"], true);
}

#[test]
fn one_authority_for_both_hosts_is_trusted_once() {
    let only = Authority::new("Only");
    let packed = infobip(&only, &only).pack().unwrap();
    assert_eq!(anchors(&packed), ["only root", "only issuing"]);
}

#[test]
fn aliases_are_lower_case_and_unique() {
    let (first, second) = (Authority::new("Same"), Authority::new("SAME"));
    let packed = infobip(&first, &second).pack().unwrap();
    assert_eq!(
        anchors(&packed),
        ["same root", "same issuing", "same root-2", "same issuing-2"]
    );
    let mut case = infobip(&first, &second);
    case.channel.put("trust.alias", value("InfoBip"));
    assert_eq!(
        anchors(&case.pack().unwrap())[..2],
        ["infobip", "infobip-2"]
    );
}

#[test]
fn telegram_is_one_der_with_the_highest_anchor() {
    let authority = Authority::new("Private");
    let packed = telegram(authority.chain("192.0.2.10"), &[&authority])
        .pack()
        .unwrap();
    assert_eq!(anchors(&packed), ["Private Root"]);
    assert_eq!(packed.files[0].path, "support_tg/trust/trust.cer");
    assert_eq!(packed.files[0].bytes, authority.root.der().as_ref());
    assert_eq!(packed.findings, []);
    assert_eq!(
        packed.files[1].path,
        "support_tg/chains/192.0.2.10_28090.pem"
    );
}

#[test]
fn one_der_gets_the_highest_anchor_that_verifies() {
    // Java takes no anchor that may not sign certificates; the intermediate below it will do.
    let mut params = ca_params("Mute Root");
    params.not_after = datetime!(2035-01-01 00:00 UTC);
    params.key_usages = vec![rcgen::KeyUsagePurpose::CrlSign];
    let root = self_sign(params, new_key());
    let mut params = ca_params("Fit Issuing");
    params.not_after = datetime!(2035-01-01 00:00 UTC);
    let authority = Authority {
        intermediate: issue(params, new_key(), &root),
        root: root.certificate,
    };
    let case = telegram(authority.chain("192.0.2.10"), &[&authority]);
    assert_eq!(anchors(&case.pack().unwrap()), ["Fit Issuing"]);
}

#[test]
fn an_unknown_root_leaves_the_intermediate_and_is_told() {
    let authority = Authority::new("Private");
    let packed = telegram(authority.chain("192.0.2.10"), &[]).pack().unwrap();
    assert_eq!(anchors(&packed), ["Private Issuing"]);
    assert_eq!(found(&packed, "TG-SELF-SIGNED"), [Note]);
    assert!(text(&packed, "support_tg/CHECKLIST.md").contains("as PEM"));
    let mut case = infobip(&authority, &authority);
    case.roots = vec![TrustAnchors::new("others", Vec::new())];
    let packed = case.pack().unwrap();
    assert_eq!(found(&packed, "MITM-SUSPECT"), [Warning; 2]);
    case.roots.clear();
    let packed = case.pack().unwrap();
    assert_eq!(
        found(&packed, "MITM-SUSPECT"),
        [],
        "without root sets nobody was asked"
    );
}

#[test]
fn a_self_signed_server_is_its_own_anchor() {
    let mut params = server_params("192.0.2.10");
    params.not_after = datetime!(2027-02-01 00:00 UTC);
    let server = self_sign(params, new_key());
    let packed = telegram(vec![server.certificate], &[]).pack().unwrap();
    assert_eq!(anchors(&packed), ["192.0.2.10"]);
    assert_eq!(found(&packed, "CERT-LEAF-ONLY"), [Warning]);
    assert_eq!(packed.record.hosts[0].after_renewal[0].outlook, "breaks");
}

#[test]
fn trusting_the_leaf_alone_is_a_warning_and_strict_refuses() {
    let authority = Authority::new("Private");
    let mut case = telegram(authority.chain("192.0.2.10"), &[&authority]);
    case.channel.put("trust.policy", value("leaf"));
    assert_eq!(found(&case.pack().unwrap(), "CERT-LEAF-ONLY"), [Warning]);
    case.options.strict = true;
    let findings = case.refusal();
    let critical = findings.iter().filter(|found| found.severity == Critical);
    assert_eq!(
        critical.map(|found| &*found.id).collect::<Vec<_>>(),
        ["CERT-LEAF-ONLY"]
    );
}

#[test]
fn a_leaf_is_never_trusted_for_want_of_its_issuer() {
    let authority = Authority::new("Private");
    let mut chain = authority.chain("192.0.2.10");
    chain.truncate(1);
    let mut case = telegram(chain, &[&authority]);
    let findings = case.refusal();
    assert_eq!(
        (&*findings[0].id, findings[0].severity),
        ("CERT-NOT-COVERED", Critical)
    );
    assert!(
        findings[0].message.contains("CN=Private Issuing"),
        "{findings:?}"
    );
    case.channel.put("trust.policy", value("leaf"));
    case.pack().unwrap();
}

#[test]
fn one_der_cannot_cover_two_authorities() {
    let (first, second) = (Authority::new("First"), Authority::new("Second"));
    let mut case = infobip(&first, &second);
    case.channel.put("trust.container", value("der"));
    let findings = case.refusal();
    let found = findings
        .iter()
        .find(|found| found.id == "CERT-NOT-COVERED")
        .unwrap();
    assert_eq!(found.severity, Critical);
    assert_eq!(found.subject, "abc123.api-us.infobip.com:443");
    assert!(found.hint.as_deref().unwrap().contains("jks"));
    let mut case = infobip(&first, &first);
    case.channel.put("trust.container", value("der"));
    assert_eq!(anchors(&case.pack().unwrap()), ["First Root"]);
}

#[test]
fn one_host_completes_the_chain_of_another() {
    let only = Authority::new("Only");
    let mut case = infobip(&only, &only);
    case.hosts[0].chain.certificates.truncate(1);
    let packed = case.pack().unwrap();
    assert_eq!(anchors(&packed), ["only root", "only issuing"]);
    assert_eq!(found(&packed, "MITM-SUSPECT"), []);
    // The server is still told that it forgets to send something.
    assert!(!packed.findings.is_empty());
    // Nobody knows the root: the intermediate of the one host serves for both.
    case.roots = vec![TrustAnchors::new("others", Vec::new())];
    let packed = case.pack().unwrap();
    assert_eq!(anchors(&packed), ["only issuing"]);
    assert_eq!(found(&packed, "MITM-SUSPECT"), [Warning; 2]);
    // An intermediate of another authority does not serve.
    let other = Authority::new("Other");
    let mut case = infobip(&other, &only);
    case.hosts[0].chain.certificates.truncate(1);
    assert_eq!(case.refusal()[0].id, "CERT-NOT-COVERED");
}
