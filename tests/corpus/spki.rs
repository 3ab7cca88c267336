//! The public key of a private key, as OpenSSL would write it; the tools name keys by its hash.

use rcgen::{KeyPair, PublicKeyData};
use rustls_pki_types::PrivatePkcs8KeyDer;

use crate::der::{BIT_STRING, OCTET_STRING, SEQUENCE, children, content, dotted, encode};

/// The `SubjectPublicKeyInfo` of a PKCS#8 key; `None` where the key is of a kind that cannot be computed here.
pub(crate) fn of_private_key(pkcs8: &[u8]) -> Option<Vec<u8>> {
    let fields = children(pkcs8)?;
    let (algorithm, key) = (fields.get(1)?, content(fields.get(2)?, OCTET_STRING)?);
    let identifier = *children(algorithm)?.first()?;
    match dotted(identifier)?.as_str() {
        // rsaEncryption: the public half stands in the clear, and NULL is not always written (RFC 8017, appendix A.1)
        "1.2.840.113549.1.1.1" => {
            let with_null = encode(SEQUENCE, &[identifier, &[5, 0]]);
            rsa_public_key_info(&with_null, key)
        }
        // RSASSA-PSS
        "1.2.840.113549.1.1.10" => rsa_public_key_info(algorithm, key),
        // id-ecPublicKey: most writers add the point (RFC 5915, section 3), and OpenSSL leaves it as it is
        "1.2.840.10045.2.1" => {
            let point = children(key)?.into_iter().find(|field| field[0] == 0xa1);
            match point.and_then(|field| children(field)?.first().copied()) {
                Some(bits) => Some(encode(SEQUENCE, &[algorithm, bits])),
                None => computed(pkcs8),
            }
        }
        _ => computed(pkcs8),
    }
}

/// The `SubjectPublicKeyInfo` inside a certification request (RFC 2986, section 4.1).
pub(crate) fn of_request(request: &[u8]) -> Option<Vec<u8>> {
    let information = children(request)?.first().copied()?;
    children(information)?.get(2).map(|spki| spki.to_vec())
}

fn rsa_public_key_info(algorithm: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    let numbers = children(key)?;
    let public = encode(SEQUENCE, &[numbers.get(1)?, numbers.get(2)?]);
    let bits = encode(BIT_STRING, &[&[0], &public]);
    Some(encode(SEQUENCE, &[algorithm, &bits]))
}

fn computed(pkcs8: &[u8]) -> Option<Vec<u8>> {
    let pair = KeyPair::try_from(&PrivatePkcs8KeyDer::from(pkcs8)).ok()?;
    Some(pair.subject_public_key_info())
}
