//! Certificates as a public CA makes them today, each another one.

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType,
};

/// PEM of so many server certificates of one CA, valid for a long time.
pub(crate) fn certificates(count: usize) -> impl Iterator<Item = String> {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::default();
    ca.distinguished_name.push(DnType::CountryName, "US");
    ca.distinguished_name
        .push(DnType::OrganizationName, "Example Trust");
    ca.distinguished_name
        .push(DnType::CommonName, "Example Issuing CA");
    ca.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let issuer = Issuer::new(ca, ca_key);
    let key = KeyPair::generate().unwrap();
    (0..count).map(move |place| {
        let name = format!("host{place}.example.org");
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, name.as_str());
        params.subject_alt_names = vec![
            SanType::DnsName(name.as_str().try_into().unwrap()),
            SanType::DnsName(format!("www.{name}").try_into().unwrap()),
        ];
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.is_ca = IsCa::ExplicitNoCa;
        params.signed_by(&key, &issuer).unwrap().pem()
    })
}
