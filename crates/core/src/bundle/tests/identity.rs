//! What is packed of an identity, and the roots that a host is about to move to.

use trustpack_keystore as keystore;

use super::*;
use crate::cert::testing::Made;

/// A certificate that may be shown by clients, and its key.
fn made() -> Made {
    let authority = Authority::new("Identity");
    let mut params = server_params("identity.example");
    params.not_after = datetime!(2027-02-01 00:00 UTC);
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    issue(params, new_key(), &authority.intermediate)
}

fn pem_of(certificate: &Made, key: &Made) -> Vec<u8> {
    let der = certificate.certificate.der();
    let text = sign::testing::pem("CERTIFICATE", der) + &key.key.serialize_pem();
    text.into_bytes()
}

fn pack_with(bytes: Result<&[u8], &str>, password: Option<&str>) -> Result<Packed, PackError> {
    let authority = Authority::new("Private");
    let case = telegram(authority.chain("192.0.2.10"), &[&authority]);
    let password = password.map(Password::new);
    pack(&PackRequest {
        channel: &case.channel,
        hosts: &case.hosts,
        roots: &case.roots,
        facts: &Facts::builtin(),
        password: None,
        identity: Some(IdentityFile {
            name: "identity.pem",
            bytes,
            password: password.as_ref(),
        }),
        options: case.options,
    })
}

fn file<'a>(packed: &'a Packed, path: &str) -> Option<&'a BundleFile> {
    packed.files.iter().find(|file| file.path == path)
}

const CERTIFICATE: &str = "support_tg/identity/identity.cer";
const STORE: &str = "support_tg/identity/identity.jks";

#[test]
fn a_key_is_packed_sealed_and_private() {
    let identity = made();
    let bytes = pem_of(&identity, &identity);
    let packed = pack_with(Ok(&bytes), Some("hunter2MARK")).unwrap();
    assert_eq!(packed.findings, []);
    let certificate = file(&packed, CERTIFICATE).unwrap();
    assert_eq!(certificate.bytes, identity.certificate.der().as_ref());
    assert!(!certificate.private);
    let store = file(&packed, STORE).unwrap();
    assert!(store.private);
    let password = Password::new("hunter2MARK");
    let password = Some(&password);
    let read = keystore::read(&store.bytes, &keystore::ReadOptions { password }).unwrap();
    let key = read.store.entries()[0].key().unwrap().unlock(password);
    assert_eq!(key.unwrap().secret_pkcs8(), identity.key.serialize_der());
    // the same input gives the same bytes
    let again = pack_with(Ok(&bytes), Some("hunter2MARK")).unwrap();
    assert_eq!(file(&again, STORE).unwrap().bytes, store.bytes);
    let other = pack_with(Ok(&bytes), Some("hunter3MARK")).unwrap();
    assert_ne!(file(&other, STORE).unwrap().bytes, store.bytes);
    for file in &packed.files {
        let marked = file.bytes.windows(4).any(|window| window == b"MARK");
        assert!(!marked, "{}", file.path);
    }
    assert!(text(&packed, "support_tg/CHECKLIST.md").contains(STORE));
    let bundle = bundle_at(vec![packed], NOW).unwrap();
    assert!(bundle.is_private());
    let opened = open_zip(&bundle.to_zip().unwrap()).unwrap();
    let record = opened.channels[0].record.identity.as_ref().unwrap();
    assert_eq!(record.file(), STORE);
    let verify = |passwords: &[Password]| {
        let options = VerifyOptions {
            at: NOW,
            thresholds: Thresholds::default(),
            passwords,
        };
        let done = opened.verify(&opened.recorded(), Vec::new(), &options);
        done.report
            .findings()
            .map(|found| found.id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(verify(&[]), [""; 0]);
    assert_eq!(verify(&[Password::new("hunter2MARK")]), [""; 0]);
    assert_eq!(verify(&[Password::new("another")]), ["JKS-PASS"]);
}

#[test]
fn without_a_password_the_certificate_alone_is_packed() {
    let identity = made();
    let bytes = pem_of(&identity, &identity);
    let packed = pack_with(Ok(&bytes), None).unwrap();
    assert_eq!(found(&packed, "JKS-PASS"), [Warning]);
    assert!(file(&packed, STORE).is_none() && file(&packed, CERTIFICATE).is_some());
    let der = identity.certificate.der();
    let packed = pack_with(Ok(der), None).unwrap();
    assert_eq!(found(&packed, "CERT-ID-NO-KEY"), [Warning]);
    assert!(file(&packed, CERTIFICATE).is_some());
    let packed = pack_with(Err("no such file"), None).unwrap();
    assert_eq!(found(&packed, "FILE-UNREAD"), [Warning]);
    assert!(file(&packed, CERTIFICATE).is_none());
}

#[test]
fn an_identity_that_does_not_fit_is_refused() {
    let (identity, other) = (made(), made());
    for (bytes, password, id) in [
        (
            pem_of(&identity, &other),
            Some("hunter2"),
            "CERT-KEY-MISMATCH",
        ),
        (pem_of(&identity, &identity), Some("short"), "JKS-PASS"),
        (b"no certificate".to_vec(), None, "CERT-FORMAT"),
    ] {
        let Err(PackError::Refused { findings, .. }) = pack_with(Ok(&bytes), password) else {
            panic!("{id}");
        };
        let found = findings.iter().find(|found| found.id == id);
        assert_eq!(
            found.map(|found| found.severity),
            Some(Critical),
            "{findings:?}"
        );
    }
}

const TWILIO: &str = include_str!("../../../../../docs/examples/whatsapp-twilio.toml");

fn twilio(change: impl FnOnce(&mut Channel)) -> Packed {
    let authority = Authority::new("Today");
    let hosts = vec![host(
        "api.twilio.com:443",
        authority.chain("api.twilio.com"),
    )];
    let mut case = Case::new(TWILIO, hosts, &[&authority]);
    change(&mut case.channel);
    case.pack().unwrap()
}

#[test]
fn roots_to_come_are_trusted_where_there_is_room() {
    let packed = twilio(|channel| {
        channel.put("trust.container", value("jks"));
        channel.put(
            "trust.password",
            Value::Secret(crate::channel::SecretRef::parse("env:X")),
        );
    });
    assert_eq!(found(&packed, "ANCHOR-OVERLAP"), []);
    let anchors = &packed.record.trust.anchors;
    assert_eq!(anchors.len(), 2 + 5, "{anchors:?}");
    let coming = anchors
        .iter()
        .filter(|anchor| anchor.reasons[0].why.contains("2027-01-26"));
    assert_eq!(coming.count(), 5);
    assert!(packed.record.trust.decision.contains("roots to come"));

    let packed = twilio(|_| {});
    assert_eq!(found(&packed, "ANCHOR-OVERLAP"), [Warning]);
    assert_eq!(packed.record.trust.anchors.len(), 1);
    let packed = twilio(|channel| channel.put("trust.policy", value("leaf")));
    assert_eq!(found(&packed, "ANCHOR-OVERLAP"), []);
}
