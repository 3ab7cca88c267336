//! Chains and stores of every kind, and whether a default Java client accepts them.

use rcgen::{ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyUsagePurpose, NameConstraints};
use rustls_pki_types::CertificateDer;

use crate::support::pki::{Certified, ca, days, server, server_with};

const HOST: &str = "api.trustpack.test";

/// One question to Java and to us.
pub(crate) struct Case {
    pub name: &'static str,
    pub trusted: Vec<CertificateDer<'static>>,
    pub chain: Vec<CertificateDer<'static>>,
    pub(super) key: Vec<u8>,
    pub host: &'static str,
    pub(super) accepted: bool,
}

pub(crate) fn cases() -> Vec<Case> {
    let nothing = |_: &mut rcgen::CertificateParams| {};
    let root = ca("Root", None, nothing);
    let issuing = ca("Issuing", Some(&root), nothing);
    let leaf = server(&[HOST], Some(&issuing), nothing);
    let renewed = server(&[HOST], Some(&issuing), nothing);
    let rekeyed = server_with(
        rcgen::KeyPair::try_from(leaf.pkcs8()).unwrap(),
        &[HOST],
        Some(&issuing),
        |parameters| days(parameters, -1, 90),
    );
    let expired = server(&[HOST], Some(&issuing), |parameters| {
        days(parameters, -100, -10)
    });
    let future = server(&[HOST], Some(&issuing), |parameters| {
        days(parameters, 10, 100)
    });
    let expired_root = ca("Expired root", None, |parameters| {
        days(parameters, -400, -10)
    });
    let under_expired_root = server(&[HOST], Some(&expired_root), nothing);
    let stranger = ca("Stranger", None, nothing);
    let namesake = ca("Root", None, nothing);
    let alone = server(&[HOST], None, nothing);
    let no_ca = server(&["not-a-ca.test"], None, nothing);
    let by_no_ca = server(&[HOST], Some(&no_ca), nothing);
    let client_only = server(&[HOST], Some(&issuing), |parameters| {
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    let any_usage = server(&[HOST], Some(&issuing), |parameters| {
        parameters.extended_key_usages.clear()
    });
    let no_signing = server(&[HOST], Some(&issuing), |parameters| {
        parameters.key_usages = vec![KeyUsagePurpose::KeyAgreement];
    });
    let wildcard = server(&["*.trustpack.test"], Some(&issuing), nothing);
    let by_address = server(&["127.0.0.1"], Some(&issuing), nothing);
    let common_name_only = server(&[HOST], Some(&issuing), |parameters| {
        parameters.subject_alt_names.clear()
    });
    let elsewhere = server(&["elsewhere.test"], Some(&issuing), nothing);
    let constrained = ca("Constrained", Some(&root), |parameters| {
        parameters.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("inside.test".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    });
    let outside = server(&[HOST], Some(&constrained), nothing);
    let inside = server(&["api.inside.test"], Some(&constrained), nothing);
    let last = ca("Last CA", Some(&root), |parameters| {
        parameters.is_ca = IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
    });
    let too_deep = ca("Too deep", Some(&last), nothing);
    let under_too_deep = server(&[HOST], Some(&too_deep), nothing);
    let old_issuing = ca("Old issuing", Some(&root), |parameters| {
        days(parameters, -100, -10)
    });
    let under_old_issuing = server(&[HOST], Some(&old_issuing), nothing);
    let not_signing_ca = ca("Not signing", Some(&root), |parameters| {
        parameters.key_usages = vec![KeyUsagePurpose::CrlSign];
    });
    let under_not_signing_ca = server(&[HOST], Some(&not_signing_ca), nothing);
    let critical = server(&[HOST], Some(&issuing), |parameters| {
        let mut unknown = rcgen::CustomExtension::from_oid_content(&[1, 2, 3, 4, 5], vec![5, 0]);
        unknown.set_criticality(true);
        parameters.custom_extensions.push(unknown);
    });

    let poison = ca("Poison", None, |parameters| {
        // a critical list of names without a name: X509CertImpl does not parse it
        let mut names = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 17], vec![0x30, 0]);
        names.set_criticality(true);
        parameters.custom_extensions.push(names);
    });
    let in_a_label = server(&["xn--*.test"], Some(&issuing), nothing);
    let one_label = server(&["*.test"], Some(&issuing), nothing);
    let plain_namesake = ca("Root", None, |parameters| {
        parameters.is_ca = IsCa::ExplicitNoCa;
    });
    let ten: Vec<&Certified> = [&leaf].into_iter().chain([&issuing; 9]).collect();
    let eleven: Vec<&Certified> = [&leaf].into_iter().chain([&issuing; 10]).collect();

    let case = |name, trusted: &[&Certified], chain: &[&Certified], host, accepted| Case {
        name,
        trusted: trusted
            .iter()
            .map(|certified| certified.der.clone())
            .collect(),
        chain: chain
            .iter()
            .map(|certified| certified.der.clone())
            .collect(),
        key: chain[0].pkcs8(),
        host,
        accepted,
    };
    vec![
        case("root", &[&root], &[&leaf, &issuing], HOST, true),
        case(
            "root among others",
            &[&stranger, &root],
            &[&leaf, &issuing],
            HOST,
            true,
        ),
        case("intermediate", &[&issuing], &[&leaf, &issuing], HOST, true),
        case(
            "intermediate, and the server forgets to send it",
            &[&issuing],
            &[&leaf],
            HOST,
            true,
        ),
        case(
            "root, and the server forgets the intermediate",
            &[&root],
            &[&leaf],
            HOST,
            false,
        ),
        case(
            "root and intermediate, the server forgets",
            &[&root, &issuing],
            &[&leaf],
            HOST,
            true,
        ),
        case("stranger", &[&stranger], &[&leaf, &issuing], HOST, false),
        case(
            "another CA of the same name",
            &[&namesake],
            &[&leaf, &issuing],
            HOST,
            false,
        ),
        case(
            "both CAs of the same name",
            &[&namesake, &root],
            &[&leaf, &issuing],
            HOST,
            true,
        ),
        case(
            "the server sends its root",
            &[&root],
            &[&leaf, &issuing, &root],
            HOST,
            true,
        ),
        case(
            "wrong order",
            &[&root],
            &[&leaf, &root, &issuing],
            HOST,
            true,
        ),
        case(
            "an unrelated extra",
            &[&root],
            &[&leaf, &issuing, &stranger],
            HOST,
            true,
        ),
        case(
            "an unrelated extra in between",
            &[&root],
            &[&leaf, &stranger, &issuing],
            HOST,
            true,
        ),
        case(
            "a certificate twice",
            &[&root],
            &[&leaf, &issuing, &issuing],
            HOST,
            true,
        ),
        case("leaf only", &[&leaf], &[&leaf, &issuing], HOST, true),
        case(
            "leaf only, for another host",
            &[&elsewhere],
            &[&elsewhere, &issuing],
            HOST,
            false,
        ),
        case(
            "leaf only, renewed with a new key",
            &[&leaf],
            &[&renewed, &issuing],
            HOST,
            false,
        ),
        case(
            "leaf only, renewed with the same key",
            &[&leaf],
            &[&rekeyed, &issuing],
            HOST,
            false,
        ),
        case(
            "expired leaf that is itself in the store",
            &[&expired],
            &[&expired, &issuing],
            HOST,
            true,
        ),
        case(
            "client-only leaf that is itself in the store",
            &[&client_only],
            &[&client_only, &issuing],
            HOST,
            true,
        ),
        case("expired leaf", &[&root], &[&expired, &issuing], HOST, false),
        case(
            "leaf not yet valid",
            &[&root],
            &[&future, &issuing],
            HOST,
            false,
        ),
        case(
            "expired root in the store",
            &[&expired_root],
            &[&under_expired_root],
            HOST,
            true,
        ),
        case(
            "expired intermediate sent",
            &[&root],
            &[&under_old_issuing, &old_issuing],
            HOST,
            false,
        ),
        case(
            "expired intermediate in the store",
            &[&old_issuing],
            &[&under_old_issuing, &old_issuing],
            HOST,
            true,
        ),
        case("self-signed server", &[&alone], &[&alone], HOST, true),
        case(
            "self-signed server, not in the store",
            &[&root],
            &[&alone],
            HOST,
            false,
        ),
        case(
            "an anchor that is no CA",
            &[&no_ca],
            &[&by_no_ca],
            HOST,
            false,
        ),
        case(
            "an anchor that may not sign",
            &[&not_signing_ca],
            &[&under_not_signing_ca],
            HOST,
            false,
        ),
        case(
            "an intermediate that may not sign",
            &[&root],
            &[&under_not_signing_ca, &not_signing_ca],
            HOST,
            false,
        ),
        case(
            "client-only extended key usage",
            &[&root],
            &[&client_only, &issuing],
            HOST,
            false,
        ),
        case(
            "no extended key usage",
            &[&root],
            &[&any_usage, &issuing],
            HOST,
            true,
        ),
        case(
            "key usage without digitalSignature",
            &[&root],
            &[&no_signing, &issuing],
            HOST,
            false,
        ),
        case("wildcard", &[&root], &[&wildcard, &issuing], HOST, true),
        case(
            "wildcard, one level too deep",
            &[&root],
            &[&wildcard, &issuing],
            "a.b.trustpack.test",
            false,
        ),
        case(
            "wildcard, the bare domain",
            &[&root],
            &[&wildcard, &issuing],
            "trustpack.test",
            false,
        ),
        case(
            "upper case",
            &[&root],
            &[&leaf, &issuing],
            "API.TrustPack.test",
            true,
        ),
        case(
            "another host",
            &[&root],
            &[&elsewhere, &issuing],
            HOST,
            false,
        ),
        case(
            "common name without alternative names",
            &[&root],
            &[&common_name_only, &issuing],
            HOST,
            true,
        ),
        case(
            "address with its alternative name",
            &[&root],
            &[&by_address, &issuing],
            "127.0.0.1",
            true,
        ),
        case(
            "address without alternative name",
            &[&root],
            &[&leaf, &issuing],
            "127.0.0.1",
            false,
        ),
        case(
            "address in the common name only",
            &[&root],
            &[&common_name_only, &issuing],
            "127.0.0.1",
            false,
        ),
        case(
            "another address",
            &[&root],
            &[&by_address, &issuing],
            "127.0.0.2",
            false,
        ),
        case(
            "name constraints kept",
            &[&root],
            &[&inside, &constrained],
            "api.inside.test",
            true,
        ),
        case(
            "name constraints broken",
            &[&root],
            &[&outside, &constrained],
            HOST,
            false,
        ),
        case(
            "path length broken",
            &[&root],
            &[&under_too_deep, &too_deep, &last],
            HOST,
            false,
        ),
        case(
            "path length, cut by an anchor",
            &[&too_deep],
            &[&under_too_deep, &too_deep, &last],
            HOST,
            true,
        ),
        case(
            "unknown critical extension",
            &[&root],
            &[&critical, &issuing],
            HOST,
            false,
        ),
        case("ten certificates presented", &[&root], &ten, HOST, true),
        case(
            "eleven certificates presented",
            &[&root],
            &eleven,
            HOST,
            false,
        ),
        case(
            "wildcard within an A-label",
            &[&root],
            &[&in_a_label, &issuing],
            "xn--mnchen-3ya.test",
            false,
        ),
        case(
            "wildcard for an A-label",
            &[&root],
            &[&one_label, &issuing],
            "xn--mnchen-3ya.test",
            true,
        ),
        case(
            "another certificate of the root's name that is no CA",
            &[&plain_namesake, &root],
            &[&leaf, &issuing],
            HOST,
            true,
        ),
        case(
            "a certificate in the store that Java does not parse",
            &[&root, &poison],
            &[&leaf, &issuing],
            HOST,
            false,
        ),
        case(
            "a certificate in the chain that Java does not parse",
            &[&root],
            &[&leaf, &issuing, &poison],
            HOST,
            false,
        ),
    ]
}
