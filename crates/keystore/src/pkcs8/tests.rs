//! Keys of every form, sealed and unlocked.

use super::*;
use crate::Password;
use crate::oid;
use crate::testing::{Sevens, unhex};

fn number(length: usize) -> Vec<u8> {
    ber::encode(ber::INTEGER, &[&vec![0x11; length]])
}

fn toy_pkcs1() -> Vec<u8> {
    let numbers: Vec<Vec<u8>> = [64, 3, 64, 32, 32, 32, 32, 32].map(number).to_vec();
    let mut parts = vec![ber::unsigned(0)];
    parts.extend(numbers);
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    ber::encode(ber::SEQUENCE, &parts)
}

fn toy_sec1() -> Vec<u8> {
    // prime256v1
    let curve = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    ber::encode(
        ber::SEQUENCE,
        &[
            &ber::unsigned(1),
            &ber::encode(ber::OCTET_STRING, &[&[9; 32]]),
            &ber::encode(ber::context(0), &[&curve]),
        ],
    )
}

#[test]
fn sealing_and_unlocking() {
    let clear = SealedKey::from_pkcs1(&toy_pkcs1()).unwrap();
    assert_eq!(clear.protection(), "none");
    let key = clear.unlock(None).unwrap();
    let password = Password::new("changeit");
    let sealed = SealedKey::seal_pkcs8(&key, &password, &Sevens).unwrap();
    assert!(sealed.is_sealed());
    assert_eq!(
        sealed.protection(),
        "PBES2 AES-256-CBC, PBKDF2-HMAC-SHA256, 10000 iterations"
    );
    assert_eq!(sealed.unlock(Some(&password)).unwrap(), key);
    assert!(matches!(
        sealed.unlock(None),
        Err(Error::PasswordRequired { .. })
    ));
    let wrong = Password::new("");
    assert!(matches!(
        sealed.unlock(Some(&wrong)),
        Err(Error::WrongPassword { .. })
    ));
}

#[test]
fn a_damaged_seal_never_opens() {
    let key = SealedKey::from_sec1(&toy_sec1()).unwrap();
    let password = Password::new("x");
    let sealed = SealedKey::seal_pkcs8(&key.unlock(None).unwrap(), &password, &Sevens).unwrap();
    let der = sealed.as_encrypted_pkcs8().unwrap();
    for length in (0..der.len()).step_by(3) {
        let cut = SealedKey::from_encrypted_pkcs8(der[..length].to_vec());
        assert!(cut.unlock(Some(&password)).is_err());
        assert!(!cut.protection().is_empty());
    }
}

#[test]
fn an_iteration_bomb_is_refused_at_once() {
    let parameters = ber::encode(
        ber::SEQUENCE,
        &[
            &ber::encode(ber::OCTET_STRING, &[&[1; 8]]),
            &ber::unsigned(2_147_483_648),
        ],
    );
    let der = ber::encode(
        ber::SEQUENCE,
        &[
            &ber::encode(
                ber::SEQUENCE,
                &[&oid::der(&oid::PBE_SHA1_3DES), &parameters],
            ),
            &ber::encode(ber::OCTET_STRING, &[&[1; 64]]),
        ],
    );
    let key = SealedKey::from_encrypted_pkcs8(der).within(Format::Pkcs12);
    assert_eq!(key.protection(), "3DES, SHA-1, 2147483648 iterations");
    let error = key.unlock(Some(&Password::new("x"))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "PKCS#12: iteration count is 2147483648, the limit is 5000000"
    );
}

#[test]
fn traditional_forms_are_wrapped_and_rubbish_is_not() {
    let ec = SealedKey::from_sec1(&toy_sec1()).unwrap();
    assert!(is_private_key_info(ec.unlock(None).unwrap().secret_pkcs8()));
    assert!(SealedKey::from_pkcs1(&toy_sec1()).is_err());
    assert!(SealedKey::from_sec1(&toy_pkcs1()).is_err());
    assert!(SealedKey::from_dsa(&toy_sec1()).is_err());
    let der = toy_pkcs1();
    for length in 0..der.len() {
        assert!(SealedKey::from_pkcs1(&der[..length]).is_err());
    }
    assert!(SealedKey::from_traditional("PUBLIC KEY", "DES-CBC,0011223344556677", vec![]).is_err());
}

/// Made with `openssl ec -aes128 -passout pass:secret` and `openssl pkcs8 -topk8 -nocrypt`, 3.0.
#[test]
fn traditional_encryption_opens_to_what_openssl_shows() {
    let body = unhex(
        "a257f6f7d0c7b19b7214073e2332a04b9a332c0df345f2dfc9bbe4402e66064a9ce750ed55653372\
         f4b97a79073e93e5ff1be20dbb7559be627e9624f25d75526dbdcfa050332f3aa0a0e0c2a1e15712\
         dfd27d16b3bf80780a650f7fbcc10d05c4265ecfdaaa6bc8f85676e83dfe01def0a19773b16d9272\
         e565ca44192f527d",
    );
    let clear = unhex(
        "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b020101042003fde1b4\
         bafa306e3d1f2bf4372a28076bbbfcd3124fa7eb2f6e4d485d46cb82a14403420004a3d514641c86\
         1d776e7eca1e8b87e26b7d44c7ff47172462ed04b0b0e588875a83feaccd23365d7e0bd96c04d67c\
         bc19b427bab8bc1251f2b5ff220cd145674e",
    );
    let dek_info = "AES-128-CBC,6C87F20E356B370FB4599151443B872F";
    let key = SealedKey::from_traditional("EC PRIVATE KEY", dek_info, body).unwrap();
    assert_eq!(
        key.protection(),
        "traditional PEM AES-128-CBC, MD5, 1 iteration"
    );
    let opened = key.unlock(Some(&Password::new("secret"))).unwrap();
    assert_eq!(opened.secret_pkcs8(), clear);
    assert!(matches!(
        key.unlock(Some(&Password::new("Secret"))),
        Err(Error::WrongPassword { .. })
    ));
}
