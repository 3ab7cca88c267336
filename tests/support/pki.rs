//! A private CA made on the spot, with dates around now, because a Java client cannot be told the time.

use std::net::IpAddr;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod,
    KeyPair, KeyUsagePurpose, RevocationReason, RevokedCertParams, SanType,
};
use rustls_pki_types::CertificateDer;
use time::{Duration, OffsetDateTime};

/// A certificate with its key, able to issue others.
pub(crate) struct Certified {
    pub der: CertificateDer<'static>,
    pub key: KeyPair,
    parameters: CertificateParams,
}

impl Certified {
    /// PKCS#8 of the key.
    pub(crate) fn pkcs8(&self) -> Vec<u8> {
        self.key.serialize_der()
    }

    /// The same name and key, certified by somebody else.
    pub(crate) fn cross_signed(&self, issuer: &Self) -> CertificateDer<'static> {
        let issuer = Issuer::from_params(&issuer.parameters, &issuer.key);
        let certificate = self.parameters.signed_by(&self.key, &issuer);
        certificate.unwrap().der().clone()
    }

    /// The serial number.
    pub(crate) fn serial(&self) -> Vec<u8> {
        let read = trustpack_core::Certificate::from_der(self.der.clone()).unwrap();
        let hex = read.serial().to_string();
        let octet = |place| u8::from_str_radix(&hex[place..place + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(octet).collect()
    }

    /// A revocation list, from yesterday to tomorrow, with these on it.
    pub(crate) fn revokes(&self, revoked: &[&Self]) -> Vec<u8> {
        let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
        let entry = |one: &&Self| RevokedCertParams {
            serial_number: one.serial().into(),
            revocation_time: now - Duration::DAY,
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: now - Duration::DAY,
            next_update: now + Duration::DAY,
            crl_number: 1_u64.into(),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().map(entry).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let issuer = Issuer::from_params(&self.parameters, &self.key);
        list.signed_by(&issuer).unwrap().der().to_vec()
    }

    /// PEM of the certificate.
    pub(crate) fn pem(&self) -> String {
        pem(std::slice::from_ref(&self.der))
    }
}

/// Certificates as PEM, in order.
pub(crate) fn pem(certificates: &[CertificateDer<'_>]) -> String {
    let block = |der: &CertificateDer<'_>| {
        let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        pem::encode_config(&pem::Pem::new("CERTIFICATE", der.to_vec()), config)
    };
    certificates.iter().map(block).collect()
}

/// A CA: signed by itself, or by `issuer`.
pub(crate) fn ca(
    name: &str,
    issuer: Option<&Certified>,
    change: impl FnOnce(&mut CertificateParams),
) -> Certified {
    ca_with(KeyPair::generate().unwrap(), name, issuer, change)
}

/// As [`ca`], with a key that was there before.
pub(crate) fn ca_with(
    key: KeyPair,
    name: &str,
    issuer: Option<&Certified>,
    change: impl FnOnce(&mut CertificateParams),
) -> Certified {
    let mut parameters = base(name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    change(&mut parameters);
    certify(parameters, key, issuer)
}

/// A server certificate for these names and addresses.
pub(crate) fn server(
    names: &[&str],
    issuer: Option<&Certified>,
    change: impl FnOnce(&mut CertificateParams),
) -> Certified {
    server_with(KeyPair::generate().unwrap(), names, issuer, change)
}

/// As [`server`], with a key that was there before.
pub(crate) fn server_with(
    key: KeyPair,
    names: &[&str],
    issuer: Option<&Certified>,
    change: impl FnOnce(&mut CertificateParams),
) -> Certified {
    let mut parameters = base(names[0]);
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.subject_alt_names = names.iter().map(|name| alt_name(name)).collect();
    change(&mut parameters);
    certify(parameters, key, issuer)
}

/// Sets the validity to days before and after now.
pub(crate) fn days(parameters: &mut CertificateParams, from: i64, until: i64) {
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
    parameters.not_before = now + Duration::days(from);
    parameters.not_after = now + Duration::days(until);
}

/// Names where the certificate's revocation is told.
pub(crate) fn points_to(
    parameters: &mut CertificateParams,
    list: Option<&str>,
    ocsp: Option<&str>,
) {
    parameters.crl_distribution_points = list
        .map(|url| CrlDistributionPoint {
            uris: vec![url.to_owned()],
        })
        .into_iter()
        .collect();
    if let Some(url) = ocsp {
        // AuthorityInfoAccessSyntax of one id-ad-ocsp (RFC 5280 section 4.2.2.1)
        let short = |tag, bytes: &[u8]| {
            let length = u8::try_from(bytes.len())
                .ok()
                .filter(|length| *length < 128);
            [&[tag, length.unwrap()], bytes].concat()
        };
        let method = [6, 8, 0x2b, 6, 1, 5, 5, 7, 48, 1];
        let place = short(0x86, url.as_bytes());
        let contents = short(0x30, &short(0x30, &[&method[..], &place].concat()));
        let oid = [1, 3, 6, 1, 5, 5, 7, 1, 1];
        let extension = CustomExtension::from_oid_content(&oid, contents);
        parameters.custom_extensions.push(extension);
    }
}

fn base(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    parameters
        .distinguished_name
        .push(DnType::OrganizationName, "trustpack tests");
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.use_authority_key_identifier_extension = true;
    days(&mut parameters, -30, 60);
    parameters
}

fn alt_name(name: &str) -> SanType {
    match name.parse::<IpAddr>() {
        Ok(address) => SanType::IpAddress(address),
        Err(_) => SanType::DnsName(name.try_into().unwrap()),
    }
}

fn certify(parameters: CertificateParams, key: KeyPair, issuer: Option<&Certified>) -> Certified {
    let certificate = match issuer {
        Some(issuer) => {
            parameters.signed_by(&key, &Issuer::from_params(&issuer.parameters, &issuer.key))
        }
        None => parameters.self_signed(&key),
    };
    Certified {
        der: certificate.unwrap().der().clone(),
        key,
        parameters,
    }
}
