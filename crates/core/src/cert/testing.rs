//! Certificates made for the unit tests: the only place that does.
//!
//! Hierarchies, where signatures count: [`root`], [`ca`], [`server`] and what they are made of, valid from the start to
//! the end of 2026. Single certificates, where only names and dates count: [`certificate`] and [`issued`], with dates in
//! seconds since [`at`]`(0)`, all with one key.

use std::sync::OnceLock;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::Certificate;

pub(crate) mod ed448;

/// When the tests judge.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-06-01 00:00 UTC);
pub(crate) const PAST: OffsetDateTime = datetime!(2025-01-01 00:00 UTC);

pub(crate) const DAY: i64 = 86_400;

pub(crate) fn at(seconds: i64) -> OffsetDateTime {
    datetime!(2026-01-01 0:00 UTC) + Duration::seconds(seconds)
}

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
    params.not_before = at(0);
    params.not_after = at(365 * DAY - 1);
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
    Made {
        certificate: parse(params.self_signed(&key).unwrap()),
        params,
        key,
    }
}

pub(crate) fn issue(params: CertificateParams, key: KeyPair, issuer: &Made) -> Made {
    let signer = Issuer::from_params(&issuer.params, &issuer.key);
    Made {
        certificate: parse(params.signed_by(&key, &signer).unwrap()),
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

/// A renewed certificate: another one for a key that is there.
pub(crate) fn server_of_key(host: &str, issuer: &Made, key: &KeyPair) -> Certificate {
    issue(server_params(host), copy(key), issuer).certificate
}

pub(crate) fn copy(key: &KeyPair) -> KeyPair {
    KeyPair::try_from(key.serialize_der()).unwrap()
}

pub(crate) fn parse(certificate: rcgen::Certificate) -> Certificate {
    Certificate::from_der(certificate.der().clone()).unwrap()
}

/// Self-signed with the shared key, valid for exactly `lifetime` seconds from `from` on.
pub(crate) fn certificate(name: &str, ca: bool, from: i64, lifetime: i64) -> Certificate {
    let params = dated_params(name, ca, from, lifetime);
    parse(params.self_signed(shared_key()).unwrap())
}

/// Signed with the shared key under the name `issuer`.
pub(crate) fn issued(name: &str, issuer: &str, ca: bool, from: i64, lifetime: i64) -> Certificate {
    let issuer = Issuer::new(dated_params(issuer, true, from, lifetime), shared_key());
    let params = dated_params(name, ca, from, lifetime);
    parse(params.signed_by(shared_key(), &issuer).unwrap())
}

/// An empty name stands for no subject at all.
pub(crate) fn dated_params(name: &str, ca: bool, from: i64, lifetime: i64) -> CertificateParams {
    let mut params = match ca {
        true => ca_params(name),
        false => params(name),
    };
    if name.is_empty() {
        params.distinguished_name = DistinguishedName::new();
    }
    params.not_before = at(from);
    params.not_after = at(from + lifetime - 1);
    params
}

pub(crate) fn shared_key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(new_key)
}

/// A CA that Java does not parse: a critical subjectAltName without a name.
pub(crate) fn not_for_java(common_name: &str) -> Made {
    let mut params = ca_params(common_name);
    let mut names = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 17], vec![0x30, 0]);
    names.set_criticality(true);
    params.custom_extensions.push(names);
    self_sign(params, new_key())
}

/// The certificate of a PEM text.
pub(crate) fn from_pem(text: &str) -> Certificate {
    let (_, pem) = x509_parser::pem::parse_x509_pem(text.as_bytes()).unwrap();
    Certificate::from_der(pem.contents.into()).unwrap()
}
