//! Lists made by rcgen; responses by openssl (`fixtures/tls`), and by hand where a responder is delegated.

use rcgen::{
    CertificateRevocationListParams, CrlDistributionPoint, CrlIssuingDistributionPoint, CrlScope,
    ExtendedKeyUsagePurpose, Issuer, KeyIdMethod, KeyUsagePurpose, RevocationReason,
    RevokedCertParams, SigningKey,
};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use time::macros::datetime;

use super::evidence::STAPLED;
use super::*;
use crate::cert::asn1::{INTEGER, OCTET_STRING, SEQUENCE, element};
use crate::cert::testing::{self, DAY, Made, NOW, from_pem};
use crate::key::PublicKey;

mod lists;

const GOOD: &[u8] = include_bytes!("../../../../fixtures/tls/ocsp-good.der");
const SERVER: &str = include_str!("../../../../fixtures/pki/server.pem");
const RENEWED: &str = include_str!("../../../../fixtures/pki/server-renewed.pem");
const INTERMEDIATE: &str = include_str!("../../../../fixtures/pki/intermediate.pem");

fn list_params(revoked: &[(&Made, RevocationReason)]) -> CertificateRevocationListParams {
    let entry = |(made, reason): &(&Made, RevocationReason)| RevokedCertParams {
        serial_number: made.certificate.serial().octets().to_vec().into(),
        revocation_time: NOW - Duration::DAY,
        reason_code: Some(*reason),
        invalidity_date: None,
    };
    CertificateRevocationListParams {
        this_update: NOW - Duration::DAY,
        next_update: NOW + Duration::DAY,
        crl_number: 1_u64.into(),
        issuing_distribution_point: None,
        revoked_certs: revoked.iter().map(entry).collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    }
}

fn sign(params: &CertificateRevocationListParams, issuer: &Made) -> Vec<u8> {
    let signer = Issuer::from_params(&issuer.params, &issuer.key);
    params.signed_by(&signer).unwrap().der().to_vec()
}

fn with_list(der: &[u8]) -> Evidence {
    let mut evidence = Evidence::default();
    evidence.add_list("ca.crl", der).unwrap();
    evidence
}

fn ask(made: &Made, issuer: &Made, evidence: &Evidence, at: OffsetDateTime) -> Revocation {
    let path = [made.certificate.clone(), issuer.certificate.clone()];
    check(&path, evidence, at, RevocationMode::SoftFail, "h.example")
}

/// `good`, `revoked`, or why it is unknown.
fn word(revocation: &Revocation) -> String {
    match &revocation.certificates[0].status {
        RevocationStatus::Good { .. } => "good".to_owned(),
        RevocationStatus::Revoked { .. } => "revoked".to_owned(),
        RevocationStatus::Unknown { why } => why.clone(),
    }
}

fn ids(revocation: &Revocation) -> Vec<std::borrow::Cow<'static, str>> {
    revocation
        .findings
        .iter()
        .map(|one| one.id.clone())
        .collect()
}

#[test]
fn a_list_tells_good_from_revoked() {
    let root = testing::root("root");
    let (one, other) = (
        testing::server("a.test", &root),
        testing::server("b.test", &root),
    );
    let params = list_params(&[(&other, RevocationReason::KeyCompromise)]);
    let evidence = with_list(&sign(&params, &root));
    let good = ask(&one, &root, &evidence, NOW);
    assert_eq!((word(&good).as_str(), good.is_refused()), ("good", false));
    assert!(good.findings.is_empty());
    let revoked = ask(&other, &root, &evidence, NOW);
    assert!(revoked.is_refused());
    assert_eq!(ids(&revoked), ["REVOCATION-REVOKED"]);
    assert_eq!(
        revoked.certificates[0].status,
        RevocationStatus::Revoked {
            when: NOW - Duration::DAY,
            reason: Some("keyCompromise".to_owned()),
            source: Source {
                kind: SourceKind::Crl,
                origin: "ca.crl".to_owned()
            },
        }
    );
}

#[test]
fn an_old_list_tells_only_what_lasts() {
    let root = testing::root("root");
    let made = ["a.test", "b.test", "c.test"].map(|host| testing::server(host, &root));
    let params = list_params(&[
        (&made[1], RevocationReason::Superseded),
        (&made[2], RevocationReason::CertificateHold),
    ]);
    let evidence = with_list(&sign(&params, &root));
    let late = NOW + Duration::DAY + Duration::minutes(6);
    let early = NOW - Duration::DAY - Duration::minutes(6);
    let ids_of = |made: &Made, at| ids(&ask(made, &root, &evidence, at));
    let expired = ["REVOCATION-UNKNOWN", "REVOCATION-CRL-EXPIRED"];
    assert_eq!(ids_of(&made[0], late), expired);
    assert_eq!(ids_of(&made[1], late), ["REVOCATION-REVOKED"]);
    assert_eq!(ids_of(&made[2], late), expired);
    assert_eq!(ids_of(&made[2], NOW), ["REVOCATION-REVOKED"]);
    let unusable = ["REVOCATION-UNKNOWN", "REVOCATION-CRL-UNUSABLE"];
    assert_eq!(ids_of(&made[1], early), unusable);
    assert!(ids_of(&made[0], late - Duration::minutes(2)).is_empty());
}

#[test]
fn a_list_counts_only_by_a_key_that_may_sign_it() {
    let root = testing::root("root");
    let server = testing::server("a.test", &root);
    let list = sign(&list_params(&[]), &testing::root("root"));
    let forged = ask(&server, &root, &with_list(&list), NOW);
    assert_eq!(
        word(&forged),
        "ca.crl: its signature is not by its issuer's key"
    );
    assert_eq!(
        ids(&forged),
        ["REVOCATION-UNKNOWN", "REVOCATION-CRL-UNUSABLE"]
    );
    let list = sign(&list_params(&[]), &testing::root("other"));
    let other = ask(&server, &root, &with_list(&list), NOW);
    assert_eq!(word(&other), "ca.crl: it is by another issuer");
    assert_eq!(ids(&other), ["REVOCATION-UNKNOWN"]);
    let list = sign(&list_params(&[]), &root);
    let mut params = testing::ca_params("root");
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let weak = testing::self_sign(params, testing::copy(&root.key));
    let weak = ask(&server, &weak, &with_list(&list), NOW);
    assert_eq!(
        word(&weak),
        "ca.crl: the key usage of its issuer lacks cRLSign"
    );
}

#[test]
fn a_list_speaks_within_its_scope() {
    let root = testing::root("root");
    let mut params = testing::server_params("a.test");
    params.crl_distribution_points = vec![CrlDistributionPoint {
        uris: vec!["http://a.test/1.crl".to_owned()],
    }];
    let server = testing::issue(params, testing::new_key(), &root);
    let ca = testing::ca("ca", &root);
    let asked = |made: &Made, scope, url: &str| {
        let mut params = list_params(&[]);
        params.issuing_distribution_point = Some(CrlIssuingDistributionPoint {
            distribution_point: CrlDistributionPoint {
                uris: vec![url.to_owned()],
            },
            scope,
        });
        word(&ask(made, &root, &with_list(&sign(&params, &root)), NOW))
    };
    let (first, second) = ("http://a.test/1.crl", "http://a.test/2.crl");
    let another = "ca.crl: it is for another distribution point";
    assert_eq!(asked(&server, None, first), "good");
    assert_eq!(asked(&server, None, second), another);
    assert_eq!(asked(&ca, None, first), another);
    assert_eq!(asked(&server, Some(CrlScope::UserCertsOnly), first), "good");
    let only = asked(&server, Some(CrlScope::CaCertsOnly), first);
    assert_eq!(only, "ca.crl: it covers CAs only");
    let only = asked(&ca, Some(CrlScope::UserCertsOnly), first);
    assert_eq!(only, "ca.crl: it covers end entities only");
}

#[test]
fn nothing_is_known_without_a_source() {
    let root = testing::root("root");
    let server = testing::server("a.test", &root);
    let path = [server.certificate.clone(), root.certificate.clone()];
    let check = |path: &[Certificate], mode| check(path, &Evidence::default(), NOW, mode, "h");
    let hard = check(&path, RevocationMode::HardFail);
    assert!(hard.is_refused());
    assert_eq!(hard.findings[0].severity, crate::report::Severity::Critical);
    let soft = check(&path, RevocationMode::SoftFail);
    assert!(!soft.is_refused());
    assert_eq!(soft.findings[0].severity, crate::report::Severity::Note);
    assert!(check(&path, RevocationMode::Passive).findings.is_empty());
    // a week, and no pointers
    let short = testing::dated_params("a.test", false, 150 * DAY, 7 * DAY);
    let short = testing::issue(short, testing::new_key(), &root);
    let short = check(
        &[short.certificate, path[1].clone()],
        RevocationMode::HardFail,
    );
    assert!(!short.is_refused() && short.findings.is_empty());
}

#[test]
fn a_response_of_openssl_is_judged() {
    let path = [from_pem(SERVER), from_pem(INTERMEDIATE)];
    let mut evidence = Evidence::default();
    evidence.add_response("stapled", GOOD).unwrap();
    let asked = |path: &[Certificate], at| {
        check(path, &evidence, at, RevocationMode::SoftFail, "h.example")
    };
    let good = asked(&path, datetime!(2026-11-26 0:00 UTC));
    assert_eq!(word(&good), "good");
    let late = asked(&path, datetime!(2026-12-02 02:43 UTC));
    assert_eq!(
        ids(&late),
        ["REVOCATION-UNKNOWN", "REVOCATION-OCSP-EXPIRED"]
    );
    let early = asked(&path, datetime!(2026-11-25 02:31 UTC));
    assert_eq!(
        ids(&early),
        ["REVOCATION-UNKNOWN", "REVOCATION-OCSP-UNUSABLE"]
    );
    let other = [from_pem(RENEWED), path[1].clone()];
    let other = asked(&other, datetime!(2026-11-26 0:00 UTC));
    assert_eq!(word(&other), "stapled: it is about other certificates");
    // the signature is at the end, since no certificate follows
    for place in GOOD.len() - 250..GOOD.len() {
        let mut changed = GOOD.to_vec();
        changed[place] ^= 1;
        let mut evidence = Evidence::default();
        evidence.add_response("stapled", &changed).unwrap();
        let at = datetime!(2026-11-26 0:00 UTC);
        let changed = check(&path, &evidence, at, RevocationMode::SoftFail, "h");
        let why = "stapled: its signature is by no key that may answer";
        assert_eq!(word(&changed), why);
    }
}

/// What a response says of whom, in whose name, and by which hash it names him.
#[derive(Clone, Copy)]
struct Said<'a> {
    about: &'a Made,
    issuer: &'a Made,
    responder: &'a Made,
    sha256: bool,
    status: &'a [u8],
}

/// "good", signed by `responder`, by name, with its certificate.
fn response(about: &Made, issuer: &Made, responder: &Made) -> Vec<u8> {
    say(Said {
        about,
        issuer,
        responder,
        sha256: false,
        status: &[0x80, 0],
    })
}

fn say(said: Said<'_>) -> Vec<u8> {
    let Said { about, issuer, .. } = said;
    let hash = |bytes: &[u8]| match said.sha256 {
        true => Sha256::digest(bytes).to_vec(),
        false => Sha1::digest(bytes).to_vec(),
    };
    let oid: &[u8] = match said.sha256 {
        true => &[6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1],
        false => &[6, 5, 0x2b, 14, 3, 2, 26],
    };
    let spki = issuer.certificate.subject_public_key_info();
    let key = PublicKey::from_der(spki).unwrap();
    let name = hash(about.certificate.issuer().der());
    let id: [&[u8]; 4] = [
        &element(SEQUENCE, &[oid]),
        &element(OCTET_STRING, &[&name]),
        &element(OCTET_STRING, &[&hash(key.bits)]),
        &element(INTEGER, &[about.certificate.serial().octets()]),
    ];
    let now = element(0x18, &[b"20260601000000Z"]);
    let single = element(SEQUENCE, &[&element(SEQUENCE, &id), said.status, &now]);
    let name = element(0xa1, &[said.responder.certificate.subject().der()]);
    let data = element(SEQUENCE, &[&name, &now, &element(SEQUENCE, &[&single])]);
    let ecdsa = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    let signature = element(3, &[&[0], &said.responder.key.sign(&data).unwrap()]);
    let certificates = element(SEQUENCE, &[said.responder.certificate.der()]);
    let certificates = element(0xa0, &[&certificates]);
    let basic = element(SEQUENCE, &[&data, &ecdsa, &signature, &certificates]);
    let kind = [6, 9, 0x2b, 6, 1, 5, 5, 7, 48, 1, 1];
    let bytes = element(SEQUENCE, &[&kind, &element(OCTET_STRING, &[&basic])]);
    element(SEQUENCE, &[&[10, 1, 0], &element(0xa0, &[&bytes])])
}

#[test]
fn a_response_says_good_revoked_or_that_it_does_not_know() {
    let root = testing::root("root");
    let (server, other) = (
        testing::server("a.test", &root),
        testing::server("b.test", &root),
    );
    let asked = |issuer: &Made, sha256, status: &[u8]| {
        let (about, responder) = (&server, issuer);
        let mut evidence = Evidence::default();
        let der = say(Said {
            about,
            issuer,
            responder,
            sha256,
            status,
        });
        evidence.add_stapled(&server.certificate, &der);
        ask(&server, &root, &evidence, NOW)
    };
    // revoked [1] { revocationTime, revocationReason [0] EXPLICIT }
    let at = element(0x18, &[b"20260501000000Z"]);
    let revoked = element(0xa1, &[&at, &element(0xa0, &[&[10, 1, 1]])]);
    for sha256 in [false, true] {
        assert_eq!(word(&asked(&root, sha256, &[0x80, 0])), "good");
        let refused = asked(&root, sha256, &revoked);
        assert_eq!(ids(&refused), ["REVOCATION-REVOKED"]);
        assert_eq!(
            refused.certificates[0].status,
            RevocationStatus::Revoked {
                when: datetime!(2026-05-01 0:00 UTC),
                reason: Some("keyCompromise".to_owned()),
                source: Source {
                    kind: SourceKind::Ocsp,
                    origin: STAPLED.to_owned()
                },
            }
        );
        let unknown = word(&asked(&root, sha256, &[0x82, 0]));
        assert!(unknown.ends_with("the responder does not know the certificate"));
        // of the same name, with another key
        let stranger = asked(&testing::root("root"), sha256, &[0x80, 0]);
        assert!(word(&stranger).ends_with("it is about other certificates"));
    }
    let mut evidence = Evidence::default();
    evidence
        .add_response("x", &response(&other, &root, &root))
        .unwrap();
    let about_another = ask(&server, &root, &evidence, NOW);
    assert_eq!(word(&about_another), "x: it is about other certificates");
}

#[test]
fn a_source_that_gave_nothing_is_told_of_for_its_certificate() {
    let root = testing::root("root");
    let (server, other) = (
        testing::server("a.test", &root),
        testing::server("b.test", &root),
    );
    let mut evidence = Evidence::default();
    evidence.add_stapled(&server.certificate, b"junk");
    evidence.add_failure(
        &server.certificate,
        SourceKind::Crl,
        "http://a",
        "HTTP status 404",
    );
    let unknown = ask(&server, &root, &evidence, NOW);
    assert_eq!(
        word(&unknown),
        "stapled OCSP response: not a readable OCSP response: it is no DER of a response; http://a: HTTP status 404"
    );
    assert_eq!(
        ids(&unknown),
        ["REVOCATION-UNKNOWN", "REVOCATION-OCSP-UNUSABLE"]
    );
    let nothing = word(&ask(&other, &root, &evidence, NOW));
    assert_eq!(nothing, "there is no revocation list and no OCSP response");
    for place in 0..9 {
        let origin = format!("http://{place}");
        evidence.add_failure(&other.certificate, SourceKind::Crl, &origin, "no");
    }
    let many = word(&ask(&other, &root, &evidence, NOW));
    assert!(many.ends_with("http://3: no; and 5 more"), "{many}");
}

#[test]
fn a_responder_needs_the_authority_of_the_issuer() {
    let root = testing::root("root");
    let server = testing::server("a.test", &root);
    let responder = |purpose, issuer: &Made| {
        let mut params = testing::params("responder");
        params.extended_key_usages = vec![purpose];
        testing::issue(params, testing::new_key(), issuer)
    };
    let asked = |responder: &Made, list: Option<&[u8]>, at| {
        let mut evidence = list.map(with_list).unwrap_or_default();
        let der = response(&server, &root, responder);
        evidence.add_response("stapled", &der).unwrap();
        word(&ask(&server, &root, &evidence, at))
    };
    let right = responder(ExtendedKeyUsagePurpose::OcspSigning, &root);
    assert_eq!(asked(&right, None, NOW), "good");
    assert_eq!(asked(&root, None, NOW), "good");
    let any = responder(ExtendedKeyUsagePurpose::Any, &root);
    assert!(asked(&any, None, NOW).ends_with("lacks the purpose OCSPSigning"));
    let stranger = responder(ExtendedKeyUsagePurpose::OcspSigning, &testing::root("root"));
    assert!(asked(&stranger, None, NOW).ends_with("is by another CA"));
    let mut old = testing::dated_params("responder", false, 0, DAY);
    old.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
    let old = testing::issue(old, testing::new_key(), &root);
    assert!(asked(&old, None, NOW).ends_with("is not in force"));
    // without nextUpdate it holds for the moment only
    assert!(asked(&right, None, NOW + Duration::minutes(6)).contains("a newer one was due"));
    // an old list still tells of the responder, and nothing of the server
    let mut params = list_params(&[(&right, RevocationReason::KeyCompromise)]);
    params.next_update = NOW - Duration::HOUR;
    let list = sign(&params, &root);
    let revoked = asked(&right, Some(&list), NOW);
    assert!(
        revoked.contains("the certificate of its responder is revoked"),
        "{revoked}"
    );
}

#[test]
fn every_cut_is_an_error() {
    let root = testing::root("root");
    let server = testing::server("a.test", &root);
    let list = sign(
        &list_params(&[(&server, RevocationReason::Superseded)]),
        &root,
    );
    let response = response(&server, &root, &root);
    let mut evidence = Evidence::default();
    for end in 0..list.len() {
        assert!(evidence.add_list("cut", &list[..end]).is_err());
    }
    for end in 0..response.len() {
        assert!(evidence.add_response("cut", &response[..end]).is_err());
    }
    assert!(evidence.is_empty());
}
