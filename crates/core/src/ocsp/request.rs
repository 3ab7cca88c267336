//! OCSP requests (RFC 6960 section 4.1).

use sha1::{Digest, Sha1};

use crate::Certificate;
use crate::cert::asn1::{INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, element};
use crate::key::PublicKey;

/// The DER of a request for the status of `certificate`, which `issuer` signed; `None` when the issuer's key is not
/// readable.
///
/// One certificate, SHA-1, no nonce and no signature: that is what RFC 5019 section 2.1.1 allows, what responders with
/// answers made beforehand understand, and what Java and OpenSSL send. SHA-1 only names the issuer here; what counts is the
/// signature of the response. Without a nonce a response may be an older one, as long as it is in force.
pub fn request(certificate: &Certificate, issuer: &Certificate) -> Option<Vec<u8>> {
    // OCSPRequest ::= SEQUENCE { tbsRequest SEQUENCE { version DEFAULT v1, requestList SEQUENCE OF Request } }
    // Request ::= SEQUENCE { reqCert CertID }
    let id = certificate_id(certificate, issuer)?;
    let list = element(SEQUENCE, &[&element(SEQUENCE, &[&id])]);
    Some(element(SEQUENCE, &[&element(SEQUENCE, &[&list])]))
}

/// `CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }`; the key without tag and length.
fn certificate_id(certificate: &Certificate, issuer: &Certificate) -> Option<Vec<u8>> {
    let key = PublicKey::from_der(issuer.subject_public_key_info())?;
    let name = Sha1::digest(certificate.issuer().der());
    let algorithm = element(OBJECT_IDENTIFIER, &[&SHA1]);
    // with NULL, as everybody writes it for SHA-1 (RFC 3370 section 2.1)
    let algorithm = element(SEQUENCE, &[&algorithm, &[5, 0]]);
    let parts: [&[u8]; 4] = [
        &algorithm,
        &element(OCTET_STRING, &[&name]),
        &element(OCTET_STRING, &[&Sha1::digest(key.bits)]),
        &element(INTEGER, &[certificate.serial().octets()]),
    ];
    Some(element(SEQUENCE, &parts))
}

/// 1.3.14.3.2.26
const SHA1: [u8; 5] = [0x2b, 14, 3, 2, 26];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::asn1::hex;
    use crate::cert::testing::from_pem;

    /// `openssl ocsp -issuer intermediate.pem -cert server.pem -no_nonce -reqout -`
    #[test]
    fn the_octets_are_those_of_openssl() {
        let server = from_pem(include_str!("../../../../fixtures/pki/server.pem"));
        let issuer = from_pem(include_str!("../../../../fixtures/pki/intermediate.pem"));
        let expected = "30423040303e303c303a300906052b0e03021a05000414513dff98965a84e593923b97b13b312f342115630414fdf8f3d4bb5899b390376cb5902053b3f3442f45020110";
        assert_eq!(hex(&request(&server, &issuer).unwrap()), expected);
    }
}
