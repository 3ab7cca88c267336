//! Signatures of a handshake that the TLS provider does not check: small RSA keys, SHA-1, curves with another hash.

use rustls::DigitallySignedStruct;
use rustls_pki_types::CertificateDer;

use crate::Certificate;
use crate::signature::{SignatureCheck, check_bytes};

/// Checks as certificates are checked: the algorithm that the scheme names, the key of the certificate.
pub(super) fn check(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signature: &DigitallySignedStruct,
) -> SignatureCheck {
    let cannot = |what: &str| SignatureCheck::CannotCheck(what.to_owned());
    let Some(algorithm) = algorithm(u16::from(signature.scheme)) else {
        return cannot("signature scheme");
    };
    match Certificate::from_der(certificate.clone().into_owned()) {
        Ok(certificate) => check_bytes(
            message,
            &algorithm,
            signature.signature(),
            certificate.subject_public_key_info(),
        ),
        Err(_) => cannot("unreadable certificate"),
    }
}

/// The AlgorithmIdentifier of a SignatureScheme (RFC 8446 section 4.2.3; RFC 4055, 5758, 8410).
fn algorithm(scheme: u16) -> Option<Vec<u8>> {
    let [hash, kind] = scheme.to_be_bytes();
    match (kind, hash, scheme) {
        (1, 1..=6, _) => {
            // md5, sha1, sha224, sha256, sha384, sha512
            let last = *[4, 5, 14, 11, 12, 13].get(usize::from(hash) - 1)?;
            Some([RSA_ENCRYPTION, &[last, 5, 0]].concat())
        }
        (3, 2, _) => Some(b"\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01".to_vec()),
        (3, 3..=6, _) => Some([ECDSA_WITH_SHA2, &[hash - 2]].concat()),
        (_, _, 0x0804..=0x0806 | 0x0809..=0x080b) => {
            let hash = 1 + (kind - 4) % 5;
            Some(pss(hash))
        }
        (_, _, 0x0807) => Some(b"\x30\x05\x06\x03\x2b\x65\x70".to_vec()),
        _ => None,
    }
}

/// RSASSA-PSS with the same hash in both places and a salt of its length; 1, 2, 3: SHA-256, SHA-384, SHA-512.
fn pss(hash: u8) -> Vec<u8> {
    let digest = [SHA2, &[hash, 5, 0]].concat();
    let salt = 16 + 16 * hash;
    [
        PSS,
        b"\xa0\x0f",
        &digest,
        b"\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08",
        &digest,
        &[0xa2, 3, 2, 1, salt],
    ]
    .concat()
}

const RSA_ENCRYPTION: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01";
const ECDSA_WITH_SHA2: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03";
const SHA2: &[u8] = b"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02";
const PSS: &[u8] = b"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::algorithm_name;

    #[test]
    fn a_scheme_has_the_identifier_of_its_algorithm() {
        for (scheme, name) in [
            (0x0101, "MD5withRSA"),
            (0x0201, "SHA1withRSA"),
            (0x0301, "SHA224withRSA"),
            (0x0401, "SHA256withRSA"),
            (0x0601, "SHA512withRSA"),
            (0x0203, "SHA1withECDSA"),
            (0x0303, "SHA224withECDSA"),
            (0x0403, "SHA256withECDSA"),
            (0x0603, "SHA512withECDSA"),
            (0x0804, "RSASSA-PSS"),
            (0x080b, "RSASSA-PSS"),
            (0x0807, "Ed25519"),
        ] {
            let identifier = algorithm(scheme).unwrap();
            assert_eq!(
                usize::from(identifier[1]),
                identifier.len() - 2,
                "{scheme:04x}"
            );
            assert_eq!(algorithm_name(&identifier), name);
        }
        assert_eq!(pss(2).last(), Some(&48));
        assert_eq!(algorithm(0x0806), algorithm(0x080b));
        assert!(algorithm(0x0808).is_none() && algorithm(0x0001).is_none());
        for scheme in 0..=u16::MAX {
            algorithm(scheme);
        }
    }
}
