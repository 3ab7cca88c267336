use super::*;

fn octets(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn schemes() -> Vec<(Scheme, Vec<u8>)> {
    let hash = |name: &str| Hash::named(name).unwrap();
    let pkcs1 = vectors::PKCS1
        .iter()
        .map(|(name, signature)| (Scheme::Pkcs1(hash(name)), octets(signature)));
    let pss = vectors::PSS.iter().map(|(name, mask, salt, signature)| {
        let pss = Pss {
            hash: hash(name),
            mask_hash: hash(mask),
            salt: usize::try_from(*salt).unwrap(),
        };
        (Scheme::Pss(pss), octets(signature))
    });
    pkcs1.chain(pss).collect()
}

#[test]
fn signatures_of_openssl_are_good_and_for_one_scheme_and_message_only() {
    let spki = octets(vectors::SPKI);
    let key = PublicKey::from_der(&spki).unwrap();
    let all = schemes();
    for (scheme, signature) in &all {
        for (other, _) in &all {
            let expected = if other == scheme {
                SignatureCheck::Good
            } else {
                SignatureCheck::Bad
            };
            assert_eq!(
                check(*other, &key, vectors::MESSAGE, signature),
                expected,
                "{scheme:?} as {other:?}"
            );
        }
        assert_eq!(
            check(*scheme, &key, b"another", signature),
            SignatureCheck::Bad
        );
        for length in [0, 1, signature.len() - 1] {
            let cut = &signature[..length];
            assert_eq!(
                check(*scheme, &key, vectors::MESSAGE, cut),
                SignatureCheck::Bad
            );
        }
        for place in 0..signature.len() {
            let mut bad = signature.clone();
            bad[place] ^= 1;
            assert_eq!(
                check(*scheme, &key, vectors::MESSAGE, &bad),
                SignatureCheck::Bad
            );
        }
    }
}

#[test]
fn identifiers_lead_here() {
    let spki = octets(vectors::SPKI);
    let algorithm = |last: u8, parameters: [u8; 2]| {
        let oid = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, last];
        [&[0x30, 13][..], &oid, &parameters].concat()
    };
    // SHA224withRSA, SHA384withRSA with 1024 bits, PSS with all defaults
    for (algorithm, signature) in [
        (algorithm(14, [5, 0]), vectors::PKCS1[2].1),
        (algorithm(12, [5, 0]), vectors::PKCS1[4].1),
        (algorithm(10, [0x30, 0]), vectors::PSS[0].3),
    ] {
        let check = |message: &[u8]| {
            super::super::check_bytes(message, &algorithm, &octets(signature), &spki)
        };
        assert_eq!(check(vectors::MESSAGE), SignatureCheck::Good);
        assert_eq!(check(b"another"), SignatureCheck::Bad);
    }
}

#[test]
fn odd_keys_are_no_panic() {
    let (scheme, signature) = schemes().remove(3);
    let spki = octets(vectors::SPKI);
    let key = PublicKey::from_der(&spki).unwrap();
    for place in 0..key.bits.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut bits = key.bits.to_vec();
            bits[place] = value;
            let odd = PublicKey {
                bits: &bits,
                ..key.clone()
            };
            let _ = check(scheme, &odd, vectors::MESSAGE, &signature);
        }
    }
}

#[test]
fn parameters_have_defaults_and_bounds() {
    let plain = Pss {
        hash: Hash::Sha1,
        mask_hash: Hash::Sha1,
        salt: 20,
    };
    assert_eq!(Pss::read(&[0x30, 0]), Some(plain));
    let long = [0x30, 6, 0xa2, 4, 2, 2, 0, 222];
    assert_eq!(Pss::read(&long).map(|pss| pss.salt), Some(222));
    for bad in [
        &[0x30, 5, 0xa2, 3, 2, 1, 0xff][..],
        &[0x30, 5, 0xa3, 3, 2, 1, 2],
        &[0x30, 2, 5, 0],
        &[],
    ] {
        assert_eq!(Pss::read(bad), None);
    }
}
