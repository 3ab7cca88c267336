//! What cannot be packed, and why.

use trustpack_keystore::{
    self as keystore, Alias, Entry, EntryKind, Format, KeyStore, RandomSource, SealedKey,
    WriteOptions,
};

use super::*;

#[test]
fn a_refused_host_refuses_the_bundle() {
    let authority = Authority::new("Private");
    for chain in [
        authority.chain("192.0.2.99"),
        authority.chain_until("192.0.2.10", datetime!(2026-11-01 00:00 UTC)),
    ] {
        let findings = telegram(chain, &[&authority]).refusal();
        let found = findings.iter().find(|found| found.id == "CERT-NOT-COVERED");
        let found = found.unwrap();
        assert_eq!(found.severity, Critical);
        let hint = found.hint.as_deref().unwrap();
        assert!(hint.contains("no trust certificate can help"), "{hint}");
    }
}

#[test]
fn a_forged_chain_is_refused_and_suspected() {
    let (genuine, forger) = (Authority::new("Same"), Authority::new("Same"));
    let mut case = infobip(&genuine, &genuine);
    // The forger's server certificate under the genuine intermediate of the same name.
    case.hosts[0].chain.certificates[0] = forger.chain("abc123.api-us.infobip.com").swap_remove(0);
    let findings = case.refusal();
    let ids: Vec<_> = findings
        .iter()
        .filter(|found| found.subject == "abc123.api-us.infobip.com:443")
        .map(|found| &*found.id)
        .collect();
    assert!(ids.contains(&"CERT-NOT-COVERED"), "{findings:?}");
    // With its whole chain it is a proxy: covered by what it presents, and told.
    let case = Case {
        hosts: infobip(&forger, &forger).hosts,
        ..infobip(&genuine, &genuine)
    };
    assert_eq!(found(&case.pack().unwrap(), "MITM-SUSPECT"), [Warning; 2]);
}

#[test]
fn every_host_needs_a_chain() {
    let authority = Authority::new("Only");
    let mut case = infobip(&authority, &authority);
    case.hosts[0].chain.certificates.clear();
    case.hosts.remove(1);
    case.hosts
        .push(host("example.org:443", authority.chain("example.org")));
    let findings = case.refusal();
    let told: Vec<_> = findings
        .iter()
        .map(|found| (&*found.id, found.subject.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("CERT-NOT-COVERED", "api.infobip.com:443"),
            ("CERT-NOT-COVERED", "abc123.api-us.infobip.com:443"),
            ("FIELD-UNUSED", "example.org:443"),
        ]
    );
}

#[test]
fn a_jks_needs_six_characters() {
    let authority = Authority::new("Only");
    for password in [None, Some(""), Some("12345")] {
        let mut case = infobip(&authority, &authority);
        case.password = password.map(Password::new);
        let findings = case.refusal();
        assert_eq!(
            (&*findings[0].id, findings[0].severity),
            ("JKS-PASS", Critical)
        );
        assert!(!format!("{findings:?}").contains("12345"));
    }
    let mut case = infobip(&authority, &authority);
    case.password = Some(Password::new("123456"));
    case.pack().unwrap();
}

#[test]
fn a_key_in_the_trust_file_refuses() {
    struct Zeros;
    impl RandomSource for Zeros {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), keystore::Error> {
            bytes.fill(0);
            Ok(())
        }
    }

    let authority = Authority::new("Only");
    let case = infobip(&authority, &authority);
    let chosen = [authority.root.clone()];
    let mut store = KeyStore::new();
    let trusted = |alias| Entry::trusted(Alias::new(alias), authority.root.der().clone());
    store.push(trusted("root")).unwrap();
    let jks = |store: &KeyStore| {
        let options = WriteOptions {
            password: case.password.as_ref(),
            random: Some(&Zeros),
            ..WriteOptions::default()
        };
        let written = keystore::write(store, Format::Jks, &options).unwrap();
        let password = case.password.as_ref();
        store::read_back(&case.channel, written.bytes.to_vec(), password, &chosen)
    };
    assert_eq!(jks(&store).unwrap().entries.len(), 1);

    let kind = EntryKind::PrivateKey {
        key: SealedKey::from_pkcs8(authority.intermediate.key.serialize_der().into()),
        chain: vec![authority.intermediate.certificate.der().clone()],
    };
    let key = Entry {
        kind,
        ..trusted("key")
    };
    store.push(key).unwrap();
    let Err(error) = jks(&store) else {
        panic!("a key got through")
    };
    assert!(error.to_string().contains("CERT-KEY-IN-TRUST"), "{error}");
}

#[test]
fn a_bad_specification_refuses_before_anything_else() {
    let authority = Authority::new("Private");
    let bad = TELEGRAM.replace("https://192.0.2.10:28090", "https://aicc.example.com");
    let mut case = telegram(authority.chain("192.0.2.10"), &[]);
    case.channel = Spec::read(&bad).unwrap().channels.remove(0);
    assert_eq!(case.refusal()[0].id, "TG-BASEURL");
}

#[test]
fn two_channels_cannot_share_a_folder() {
    let authority = Authority::new("Private");
    let first = telegram(authority.chain("192.0.2.10"), &[&authority]);
    let mut second = telegram(authority.chain("192.0.2.10"), &[&authority]);
    second.channel.name = "Support_TG".to_owned();
    let both = [&first.channel, &second.channel];
    assert!(matches!(check_names(&both), Err(PackError::Refused { .. })));
    assert!(matches!(
        check_names(&[both[0], both[0]]),
        Err(PackError::Refused { .. })
    ));
    assert_eq!(check_names(&both[..1]), Ok(()));
    let error = bundle_at(vec![first.pack().unwrap(), second.pack().unwrap()], NOW).unwrap_err();
    assert!(error.to_string().contains("NAME-DUP"), "{error}");
}
