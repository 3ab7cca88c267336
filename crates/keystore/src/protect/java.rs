//! The key protector of JKS files (`sun.security.provider.KeyProtector`): SHA-1 as a stream cipher.
//!
//! ```text
//! octets = salt (20) ‖ P xor K ‖ SHA-1(pw ‖ P)      pw = the password's UTF-16 code units, big-endian
//! K      = d1 ‖ d2 ‖ …        d1 = SHA-1(pw ‖ salt), dn = SHA-1(pw ‖ d(n-1))
//! ```

use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::utf16;
use crate::{Password, ber, oid};

/// The PKCS#8 key inside the octet string, or `None` for a wrong password or damaged octets; the scheme cannot tell which.
pub(crate) fn unprotect(octets: &[u8], password: &Password) -> Option<Zeroizing<Vec<u8>>> {
    let (salt, rest) = octets.split_first_chunk::<DIGEST>()?;
    let (sealed, digest) = rest.split_last_chunk::<DIGEST>()?;
    let password = utf16(password.expose_secret());
    let key = xor_stream(sealed, &password, *salt);
    let found = plain_digest(&password, &key);
    bool::from(found.ct_eq(digest)).then_some(key)
}

/// Seals a PKCS#8 key; the result is the octet string of an `EncryptedPrivateKeyInfo` with Sun's algorithm identifier.
pub(crate) fn protect(pkcs8: &[u8], password: &Password, salt: [u8; DIGEST]) -> Vec<u8> {
    let password = utf16(password.expose_secret());
    let sealed = xor_stream(pkcs8, &password, salt);
    let digest = plain_digest(&password, pkcs8);
    [&salt[..], &sealed[..], &digest[..]].concat()
}

/// The `EncryptedPrivateKeyInfo` around such octets.
pub(crate) fn encrypted_private_key_info(octets: &[u8]) -> Vec<u8> {
    let algorithm = oid::algorithm(&oid::SUN_JKS_KEY_PROTECTOR);
    let octets = ber::encode(ber::OCTET_STRING, &[octets]);
    ber::encode(ber::SEQUENCE, &[&algorithm, &octets])
}

fn xor_stream(bytes: &[u8], password: &[u8], salt: [u8; DIGEST]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut digest = Zeroizing::new(salt);
    for chunk in bytes.chunks(DIGEST) {
        let hasher = Sha1::new().chain_update(password).chain_update(&digest[..]);
        *digest = hasher.finalize().into();
        out.extend(chunk.iter().zip(&digest[..]).map(|(byte, key)| byte ^ key));
    }
    out
}

fn plain_digest(password: &[u8], plain: &[u8]) -> [u8; DIGEST] {
    let hasher = Sha1::new().chain_update(password).chain_update(plain);
    hasher.finalize().into()
}

/// Length of a SHA-1 digest, and of the salt.
const DIGEST: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::unhex;

    /// Computed by hand and equal to what Java's own class makes: password "changeit", salt 00..13, plain text 00..2f.
    const KNOWN: &str = "000102030405060708090a0b0c0d0e0f10111213\
        00bb47e36875a1c29bb5ae018aca62984f6cb0810f696d7a7567f228cc49e32d\
        a4fee169059dc22356f82d91dd61b2b2\
        76c4fbf284d294022a14313f03593da0d947e9e6";

    fn known() -> (Vec<u8>, Vec<u8>, [u8; 20]) {
        let mut salt = [0; 20];
        salt.iter_mut().zip(0..).for_each(|(to, from)| *to = from);
        (unhex(KNOWN), (0..0x30).collect(), salt)
    }

    #[test]
    fn known_answer_both_ways() {
        let (octets, plain, salt) = known();
        let password = Password::new("changeit");
        assert_eq!(protect(&plain, &password, salt), octets);
        assert_eq!(unprotect(&octets, &password).unwrap().to_vec(), plain);
    }

    #[test]
    fn wrong_password_and_damage_open_nothing() {
        let (octets, _, _) = known();
        assert_eq!(unprotect(&octets, &Password::new("changeme")), None);
        assert_eq!(unprotect(&octets, &Password::new("")), None);
        for index in 0..octets.len() {
            let mut damaged = octets.clone();
            damaged[index] ^= 1;
            assert_eq!(unprotect(&damaged, &Password::new("changeit")), None);
            assert_eq!(
                unprotect(&octets[..index], &Password::new("changeit")),
                None
            );
        }
    }

    #[test]
    fn empty_key_and_empty_password_work() {
        let password = Password::new("");
        let octets = protect(&[], &password, [7; 20]);
        assert_eq!(octets.len(), 40);
        assert!(unprotect(&octets, &password).unwrap().is_empty());
    }
}
