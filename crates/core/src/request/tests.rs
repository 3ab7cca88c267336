use rcgen::PublicKeyData;

use super::*;
use crate::cert::testing::{new_key, server_params};

fn request() -> Vec<u8> {
    let mut params = server_params("h.example");
    params.use_authority_key_identifier_extension = false;
    let request = params.serialize_request(&new_key()).unwrap();
    request.der().to_vec()
}

#[test]
fn a_request_is_read_and_its_signature_checked() {
    let mut der = request();
    let read = CertificateRequest::new(&Request::Pkcs10(der.clone())).unwrap();
    assert_eq!(read.subject.as_ref().unwrap().to_string(), "CN=h.example");
    assert_eq!(read.check_signature(), SignatureCheck::Good);
    let oids: Vec<&str> = read.extensions.iter().map(|one| one.oid.as_str()).collect();
    assert!(
        oids.contains(&"2.5.29.17") && oids.contains(&"2.5.29.37"),
        "{oids:?}"
    );

    // one letter of the subject
    let place = der
        .windows(9)
        .position(|window| window == b"h.example")
        .unwrap();
    der[place] = b'i';
    let forged = CertificateRequest::new(&Request::Pkcs10(der)).unwrap();
    assert_eq!(forged.check_signature(), SignatureCheck::Bad);
}

#[test]
fn spkac_has_a_challenge_and_a_signature_of_its_own() {
    let key = new_key();
    let spki = key.subject_public_key_info();
    let information = wrap(0x30, &[&spki[..], &[0x16, 2, b'h', b'i']].concat());
    let signature = rcgen::SigningKey::sign(&key, &information).unwrap();
    let mut bits = vec![0];
    bits.extend(signature);
    let algorithm = wrap(0x30, &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]);
    let der = wrap(0x30, &[information, algorithm, wrap(3, &bits)].concat());
    let read = CertificateRequest::new(&Request::Spkac(der.clone())).unwrap();
    assert_eq!(read.challenge.as_deref(), Some("hi"));
    assert_eq!(read.check_signature(), SignatureCheck::Good);
    for length in 0..der.len() {
        assert!(CertificateRequest::new(&Request::Spkac(der[..length].to_vec())).is_err());
    }
}

#[test]
fn every_cut_and_flip_is_no_panic() {
    let der = request();
    for length in 0..der.len() {
        assert!(CertificateRequest::new(&Request::Pkcs10(der[..length].to_vec())).is_err());
    }
    for place in 0..der.len() {
        let mut bad = der.clone();
        bad[place] ^= 0x21;
        if let Ok(read) = CertificateRequest::new(&Request::Pkcs10(bad)) {
            let _ = read.check_signature();
        }
    }
}

fn wrap(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let mut der = match u8::try_from(length) {
        Ok(short) if short < 0x80 => vec![tag, short],
        Ok(one) => vec![tag, 0x81, one],
        Err(_) => {
            let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
            vec![tag, 0x82, high, low]
        }
    };
    der.extend_from_slice(contents);
    der
}
