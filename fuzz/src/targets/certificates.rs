//! What certificates, and what belongs to them, mean.

use std::sync::OnceLock;

use time::OffsetDateTime;
use trustpack_core::Certificate;
use trustpack_core::cert::java_refuses;
use trustpack_core::crl::RevocationList;
use trustpack_core::decode;
use trustpack_core::facts::Facts;
use trustpack_core::issue::{GeneralName, Requested, template_like};
use trustpack_core::key::KeyFacts;
use trustpack_core::keystore::{ReadOptions, Request, read};
use trustpack_core::lint::{Profile, lint};
use trustpack_core::name::{Name, NameError};
use trustpack_core::ocsp::OcspResponse;
use trustpack_core::record::{
    CertificateRecord, ContentsRecord, CrlRecord, OcspRecord, RequestRecord, SctRecord, SctSource,
};
use trustpack_core::report::page::{Form, contents};
use trustpack_core::request::CertificateRequest;
use trustpack_core::revocation::Evidence;
use trustpack_core::signature;

use super::super::input::ders;

const AT: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

/// Extensions of every family, so that bytes that are no certificate are of use too.
const EXTENSIONS: [&str; 8] = [
    "2.5.29.17",
    "2.5.29.30",
    "2.5.29.31",
    "2.5.29.32",
    "1.3.6.1.5.5.7.1.3",
    "1.3.6.1.5.5.7.1.7",
    "1.3.6.1.4.1.11129.2.4.2",
    "1.2.3",
];

/// Any bytes, shown: records, pages and JSON of whatever is read.
pub(super) fn inspect(bytes: &[u8]) {
    for oid in EXTENSIONS {
        let _ = decode::extension(oid, bytes);
    }
    if let Ok(read) = read(bytes, &ReadOptions::default()) {
        let record = ContentsRecord::new("x", &read, AT);
        for pages in [false, true] {
            let _ = contents(
                &record,
                &Form {
                    pages,
                    ..Form::default()
                },
            );
        }
        serde_json::to_string(&record).expect("a record is JSON");
    }
}

/// Any certificate: its facts are those of its bytes, every rule and every record takes it.
pub(super) fn certificate(bytes: &[u8]) {
    let Ok(certificate) = Certificate::from_der(bytes.to_vec().into()) else {
        return;
    };
    assert_eq!(certificate.der().as_ref(), bytes);
    let parts = [
        certificate.tbs(),
        certificate.subject_public_key_info(),
        certificate.signature_algorithm(),
        certificate.signature(),
    ];
    for part in parts {
        assert!(part.len() <= bytes.len());
    }
    let facts = Facts::none();
    for profile in Profile::ALL {
        let _ = lint(&certificate, profile, &facts, AT);
    }
    let _ = (java_refuses(&certificate), certificate.display_name());
    let _ = KeyFacts::from_spki(certificate.subject_public_key_info());
    let _ = signature::check(&certificate, &certificate);
    let _ = (
        SctRecord::of_certificate(&certificate),
        template_like(&certificate),
    );
    serde_json::to_string(&CertificateRecord::full(&certificate, AT)).expect("a record is JSON");
}

/// Any name, as DER and as typed; one that was typed is whole and reads the same again.
pub(super) fn name(bytes: &[u8]) {
    let name = Name::from_der(bytes);
    assert_eq!(name.der(), bytes);
    for attribute in name.attributes() {
        let _ = (attribute.kind(), attribute.value());
    }
    let _ = (
        name.to_string(),
        name.common_name(),
        name == Name::from_der(&[]),
    );
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = (
        GeneralName::parse(text),
        GeneralName::parse_constraint(text),
    );
    if let Ok(name) = Name::parse(text) {
        assert!(name.is_well_formed(), "{:02x?}", name.der());
        match Name::parse(&name.to_string()) {
            Ok(again) => assert_eq!(again, name, "{name}"),
            // what is not safe to show is shown as something that nobody types, and hex is whatever it is
            Err(NameError::Escape { .. } | NameError::Value { .. }) => (),
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

/// Any revocation list, on its own and as evidence.
pub(super) fn crl(bytes: &[u8]) {
    if let Ok(list) = RevocationList::from_der(bytes) {
        let issuer = issuer();
        let _ = (
            list.number(),
            list.check_signature(issuer.subject_public_key_info()),
        );
        let record = CrlRecord::new(bytes, AT).expect("a list that was read");
        serde_json::to_string(&record).expect("a record is JSON");
    }
    let _ = Evidence::default().add_list("list", bytes);
}

/// Any OCSP response, and any list of SCTs.
pub(super) fn ocsp(bytes: &[u8]) {
    if let Ok(response) = OcspResponse::from_der(bytes) {
        serde_json::to_string(&OcspRecord::new(&response, AT)).expect("a record is JSON");
        let _ = response.check_signature(issuer());
    }
    let mut evidence = Evidence::default();
    let _ = evidence.add_response("response", bytes);
    let _ = SctRecord::read_list(SctSource::Tls, bytes);
}

/// Any request, of both kinds, and what a CA would take of it.
pub(super) fn request(bytes: &[u8]) {
    for request in [
        Request::Pkcs10(bytes.to_vec()),
        Request::Spkac(bytes.to_vec()),
    ] {
        let Ok(read) = CertificateRequest::new(&request) else {
            continue;
        };
        let _ = read.check_signature();
        let wishes = &read.extensions;
        assert_eq!(Requested::Ignore.taken(wishes, &[], &[]), []);
        let taken = Requested::Copy.taken(wishes, &[], &[]);
        let _ = Requested::not_granted(wishes, &taken);
        let record = RequestRecord::new(&request).expect("a request that was read");
        serde_json::to_string(&record).expect("a record is JSON");
    }
}

/// One that issues, of the fixtures.
fn issuer() -> &'static Certificate {
    static ISSUER: OnceLock<Certificate> = OnceLock::new();
    ISSUER.get_or_init(|| {
        let der = ders(include_str!("../../../fixtures/pki/root.pem")).swap_remove(0);
        Certificate::from_der(der.into()).expect("a fixture")
    })
}
