//! Public server certificates: those under the Baseline Requirements.

use crate::Certificate;
use crate::cert::asn1::{self, Reader};

/// Whether a certificate says that it is a server certificate under the Baseline Requirements: it is for servers, and one
/// of its policies is the Forum's (section 7.1.6.1, which every public CA must write).
pub(crate) fn is_public_server(certificate: &Certificate) -> bool {
    let extensions = certificate.extensions();
    let is_for_servers = extensions
        .extended_key_usage
        .as_ref()
        .is_some_and(|usages| usages.iter().any(|usage| usage == SERVER_AUTH));
    let policies = extensions.policies.listed.as_deref();
    is_for_servers && policies.is_some_and(names_forum)
}

/// CertificatePolicies (RFC 5280 section 4.2.1.4): a sequence of PolicyInformation, each led by its identifier.
fn names_forum(policies: &[u8]) -> bool {
    let Some(mut listed) = Reader::inside(policies, asn1::SEQUENCE) else {
        return false;
    };
    while let Some(policy) = listed.expect_tag(asn1::SEQUENCE) {
        let oid = Reader::new(policy.value).expect_tag(asn1::OBJECT_IDENTIFIER);
        let is_of_forum =
            |oid: &[u8]| oid == EXTENDED || matches!(oid, [rest @ .., 1..=3] if rest == VALIDATED);
        if oid.is_some_and(|oid| is_of_forum(oid.value)) {
            return true;
        }
    }
    false
}

const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";

/// 2.23.140.1.1: extended validation
const EXTENDED: &[u8] = &[0x67, 0x81, 0x0c, 1, 1];

/// 2.23.140.1.2; below it 1 domain, 2 organisation, 3 individual
const VALIDATED: &[u8] = &[0x67, 0x81, 0x0c, 1, 2];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_of_the_forum() {
        let der = |oid: &[u8]| {
            let oid = asn1::element(asn1::OBJECT_IDENTIFIER, &[oid]);
            let other = asn1::element(asn1::OBJECT_IDENTIFIER, &[&[0x2a, 3, 4]]);
            let policies = [other, oid].map(|oid| asn1::element(asn1::SEQUENCE, &[&oid]));
            asn1::element(asn1::SEQUENCE, &[&policies[0], &policies[1]])
        };
        assert!(names_forum(&der(EXTENDED)));
        assert!(names_forum(&der(&[0x67, 0x81, 0x0c, 1, 2, 1])));
        // 2.23.140.1.2.4 is no type of server certificate, 2.23.140.1.3 is for code signing
        assert!(!names_forum(&der(&[0x67, 0x81, 0x0c, 1, 2, 4])));
        assert!(!names_forum(&der(&[0x67, 0x81, 0x0c, 1, 3])));
        assert!(!names_forum(&[0x30, 0x80]));
    }
}
