use pkcs5::der::Decode as _;

use super::*;
use crate::Password;
use crate::protect::{Budget, Scheme};

#[test]
fn round_trip_and_description() {
    let material = Material {
        salt: [7; 20],
        iv: [8; 16],
    };
    let (algorithm, encrypted) = encrypt(b"a secret", b"changeit", &material);
    let scheme = Scheme::parse(&Tlv::first(&algorithm).unwrap()).unwrap();
    assert_eq!(
        scheme.to_string(),
        "PBES2 AES-256-CBC, PBKDF2-HMAC-SHA256, 10000 iterations"
    );
    let open = |password: &str| {
        let accept = |clear: &[u8]| clear.starts_with(b"a ");
        scheme.decrypt(
            &encrypted,
            &Password::new(password),
            &mut Budget::new(),
            accept,
        )
    };
    assert_eq!(open("changeit").unwrap().as_slice(), b"a secret");
    assert_eq!(open("changeIt"), Err(Refusal::WrongPassword));
}

/// The crate `pkcs5` reads what is written here.
#[test]
fn agrees_with_the_pkcs5_crate() {
    let material = Material {
        salt: [1; 20],
        iv: [2; 16],
    };
    let (algorithm, encrypted) = encrypt(b"a secret", b"pass", &material);
    let scheme = pkcs5::EncryptionScheme::from_der(&algorithm).unwrap();
    assert_eq!(scheme.decrypt(b"pass", &encrypted).unwrap(), b"a secret");
}

#[test]
fn scrypt_within_reason() {
    let parse = |cost: u64, block: u64, parallel: u64| {
        let parts = [cost, block, parallel].map(ber::unsigned);
        let salt = ber::encode(ber::OCTET_STRING, &[&[1; 64]]);
        let der = ber::encode(ber::SEQUENCE, &[&salt, &parts[0], &parts[1], &parts[2]]);
        parse_scrypt(&Tlv::first(&der).unwrap())
    };
    assert!(parse(16_384, 8, 1).is_ok());
    assert_eq!(
        parse(1 << 20, 8, 1).unwrap_err(),
        Refusal::TooMuchMemory {
            found: 1 << 30,
            limit: MAX_SCRYPT_MEMORY
        }
    );
    for (cost, block, parallel) in [(0, 8, 1), (1000, 8, 1), (2, 0, 1), (2, 8, 0)] {
        assert!(
            parse(cost, block, parallel).is_err(),
            "{cost} {block} {parallel}"
        );
    }
    assert!(parse(u64::MAX, u64::MAX, u64::MAX).is_err());
}

/// RFC 6070, the last vector: a salt and password longer than a block, 25 octets asked for.
#[test]
fn pbkdf2_known_answer() {
    let mut key = [0; 25];
    dispatch!(Hash::Sha1, D => pbkdf2::pbkdf2_hmac::<D>(
        b"passwordPASSWORDpassword",
        b"saltSALTsaltSALTsaltSALTsaltSALTsalt",
        4096,
        &mut key,
    ));
    assert_eq!(
        key,
        [
            0x3d, 0x2e, 0xec, 0x4f, 0xe4, 0x1c, 0x84, 0x9b, 0x80, 0xc8, 0xd8, 0x36, 0x62, 0xc0,
            0xe4, 0x4a, 0x8b, 0x29, 0x1a, 0x96, 0x4c, 0xf2, 0xf0, 0x70, 0x38
        ]
    );
}
