//! Certificates made for the unit tests. Valid from the start to the end of 2026 unless a test says otherwise.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::Certificate;

/// When the tests judge.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-06-01 00:00 UTC);
pub(crate) const PAST: OffsetDateTime = datetime!(2025-01-01 00:00 UTC);

/// A certificate, what it was made from, and its key.
pub(crate) struct Made {
    pub(crate) certificate: Certificate,
    pub(crate) params: CertificateParams,
    pub(crate) key: KeyPair,
}

pub(crate) fn params(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.remove(DnType::CommonName);
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.not_before = datetime!(2026-01-01 00:00 UTC);
    params.not_after = datetime!(2026-12-31 23:59:59 UTC);
    params.use_authority_key_identifier_extension = true;
    params
}

pub(crate) fn ca_params(common_name: &str) -> CertificateParams {
    let mut params = params(common_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// For `host`, a DNS name or an address.
pub(crate) fn server_params(host: &str) -> CertificateParams {
    let mut params = params(host);
    params.subject_alt_names = CertificateParams::new([host.to_owned()])
        .unwrap()
        .subject_alt_names;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

pub(crate) fn new_key() -> KeyPair {
    KeyPair::generate().unwrap()
}

pub(crate) fn self_sign(params: CertificateParams, key: KeyPair) -> Made {
    let der = params.self_signed(&key).unwrap().der().clone();
    Made {
        certificate: Certificate::from_der(der).unwrap(),
        params,
        key,
    }
}

pub(crate) fn issue(params: CertificateParams, key: KeyPair, issuer: &Made) -> Made {
    let signer = Issuer::from_params(&issuer.params, &issuer.key);
    let der = params.signed_by(&key, &signer).unwrap().der().clone();
    Made {
        certificate: Certificate::from_der(der).unwrap(),
        params,
        key,
    }
}

pub(crate) fn root(common_name: &str) -> Made {
    self_sign(ca_params(common_name), new_key())
}

pub(crate) fn ca(common_name: &str, issuer: &Made) -> Made {
    issue(ca_params(common_name), new_key(), issuer)
}

pub(crate) fn server(host: &str, issuer: &Made) -> Made {
    issue(server_params(host), new_key(), issuer)
}

pub(crate) fn copy(key: &KeyPair) -> KeyPair {
    KeyPair::try_from(key.serialize_der()).unwrap()
}
