//! `PBEWithMD5AndTripleDES`, the scheme of JCEKS (`com.sun.crypto.provider.PBES1Core` and `KeyProtector`).
//!
//! ```text
//! salt = a (4) ‖ b (4)          for each half h: t1 = MD5(h ‖ pw), tn = MD5(t(n-1) ‖ pw)
//! key  = tc(a) ‖ first 8 of tc(b)                    iv = last 8 of tc(b)
//! ```
//! pw: the password's octets, which Java wants to be ASCII. Equal halves would give equal thirds of the key, so the first
//! of them is changed: reversed today; by old versions, with a slip, `[a, b, c, d]` into `[d, a, b, d]`.

use std::fmt;

use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::Refusal;
use super::cipher::{Cipher, encrypt_triple_des};
use crate::ber::{self, Tlv};
use crate::oid;

/// The scheme with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Jce {
    salt: [u8; 8],
    pub(super) iterations: u64,
}

impl Jce {
    /// From `SEQUENCE { salt OCTET STRING (SIZE (8)), iterationCount INTEGER }`.
    pub(crate) fn parse(parameters: &Tlv<'_>) -> Result<Self, Refusal> {
        let mut inside = parameters.inside();
        let salt = inside.any("a salt")?;
        let octets = salt.octets()?;
        let count = inside.expect(ber::INTEGER, "an iteration count")?;
        let iterations = count.unsigned()?;
        if iterations == 0 {
            return Err(count.fault("an iteration count of zero").into());
        }
        let octets = <[u8; 8]>::try_from(octets.as_ref());
        Ok(Self {
            salt: octets.map_err(|_| salt.fault("a salt that is not 8 octets long"))?,
            iterations,
        })
    }

    /// The salts that writers may have meant: one, or two when its halves are equal.
    pub(super) fn salts(&self) -> Vec<[u8; 8]> {
        let [a, b, c, d, ..] = self.salt;
        let (first, second) = self.salt.split_at(4);
        if first != second {
            return vec![self.salt];
        }
        let starting = |start: [u8; 4]| {
            let mut salt = self.salt;
            salt.iter_mut()
                .zip(start)
                .for_each(|(octet, new)| *octet = new);
            salt
        };
        vec![starting([d, c, b, a]), starting([d, a, b, d])]
    }

    /// With the password as octets and one of [`salts`](Self::salts); the caller has checked the iteration count.
    pub(super) fn decrypt(
        &self,
        password: &[u8],
        salt: [u8; 8],
        encrypted: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let rounds = u32::try_from(self.iterations).ok()?;
        let derived = derive(password, salt, rounds);
        let (key, iv) = derived.split_at(24);
        Cipher::TripleDes.decrypt(key, iv, encrypted)
    }
}

impl fmt::Display for Jce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounds = self.iterations;
        write!(formatter, "JCEKS 3DES, MD5, {rounds} iterations")
    }
}

/// Encrypts as JDK 17 does; returns the parameters and the encrypted octets.
///
/// Of equal halves of the salt the first is changed: versions of Java read them differently, or refuse them.
pub(crate) fn encrypt(clear: &[u8], password: &[u8], mut salt: [u8; 8]) -> (Vec<u8>, Vec<u8>) {
    if salt[..4] == salt[4..] {
        salt[0] ^= 1;
    }
    let derived = derive(password, salt, ROUNDS);
    let (key, iv) = derived.split_at(24);
    let parameters = ber::encode(
        ber::SEQUENCE,
        &[
            &ber::encode(ber::OCTET_STRING, &[&salt]),
            &ber::unsigned(u64::from(ROUNDS)),
        ],
    );
    (parameters, encrypt_triple_des(key, iv, clear))
}

/// The `EncryptedPrivateKeyInfo` around what [`encrypt`] returns.
pub(crate) fn encrypted_private_key_info(parameters: &[u8], encrypted: &[u8]) -> Vec<u8> {
    let identifier = oid::der(&oid::SUN_JCEKS_KEY_PROTECTOR);
    let algorithm = ber::encode(ber::SEQUENCE, &[&identifier, parameters]);
    let octets = ber::encode(ber::OCTET_STRING, &[encrypted]);
    ber::encode(ber::SEQUENCE, &[&algorithm, &octets])
}

/// 24 octets of key and 8 of initialization vector.
fn derive(password: &[u8], salt: [u8; 8], rounds: u32) -> Zeroizing<[u8; 32]> {
    let mut derived = Zeroizing::new([0; 32]);
    for (half, into) in salt.chunks(4).zip(derived.chunks_mut(16)) {
        let first = Md5::new().chain_update(half).chain_update(password);
        let mut digest: Zeroizing<[u8; 16]> = Zeroizing::new(first.finalize().into());
        for _ in 1..rounds {
            let next = Md5::new().chain_update(&digest[..]).chain_update(password);
            *digest = next.finalize().into();
        }
        into.copy_from_slice(&digest[..]);
    }
    derived
}

/// What JDK 17 writes without `jdk.jceks.iterationCount` (`KeyProtector.DEFAULT_ITERATION_COUNT`); in tests, where code is
/// not optimized, the least that it may be told.
const ROUNDS: u32 = if cfg!(test) { 10_000 } else { 200_000 };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Password;
    use crate::protect::{Budget, Scheme};
    use crate::testing::unhex;

    fn scheme(salt: [u8; 8], iterations: u64) -> Scheme {
        Scheme::Jce(Jce { salt, iterations })
    }

    fn open(scheme: &Scheme, encrypted: &[u8], wanted: &[u8]) -> Result<(), Refusal> {
        let password = Password::new("changeit");
        let accept = |clear: &[u8]| clear == wanted;
        let clear = scheme.decrypt(encrypted, &password, &mut Budget::new(), accept)?;
        assert_eq!(&clear[..], wanted);
        Ok(())
    }

    #[test]
    fn known_answer() {
        let salt = [1, 2, 3, 4, 5, 6, 7, 8];
        let expected = "891178b675b1ee1eb83ff26b3652d3b85e6f3be310552caaa6b00b4cb24b921d";
        assert_eq!(derive(b"changeit", salt, 1000)[..], unhex(expected));
        let encrypted = unhex("82f1f23ee8c79d88e26079cf5acc0f669be97e4785ef47e8");
        open(&scheme(salt, 1000), &encrypted, b"0123456789abcdef").unwrap();
    }

    #[test]
    fn equal_halves_are_read_as_new_and_as_old_versions_do() {
        let salt = [1, 2, 3, 4, 1, 2, 3, 4];
        let today = unhex("cfa1d4052c7e0c2b06bd01d4b69c07ee25be918495a4a04b");
        open(&scheme(salt, 1000), &today, b"0123456789abcdef").unwrap();
        // the slip of old versions gives what another salt gives
        let derived = derive(b"changeit", [4, 1, 2, 4, 1, 2, 3, 4], 1000);
        let once = encrypt_triple_des(&derived[..24], &derived[24..], b"0123456789abcdef");
        open(&scheme(salt, 1000), &once, b"0123456789abcdef").unwrap();
        // each reading has its price
        let mut budget = Budget::new();
        budget.charge(4_998_500).unwrap();
        let password = Password::new("changeit");
        let refusal = scheme(salt, 1000).decrypt(&today, &password, &mut budget, |_| false);
        assert_eq!(refusal, Err(Refusal::TooManyAltogether(5_000_500)));
    }

    #[test]
    fn what_is_encrypted_opens() {
        for salt in [[7; 8], [1, 2, 3, 4, 5, 6, 7, 8]] {
            let (parameters, encrypted) = encrypt(b"secret", b"changeit", salt);
            let jce = Jce::parse(&Tlv::first(&parameters).unwrap()).unwrap();
            assert_eq!(jce.salts().len(), 1);
            open(&Scheme::Jce(jce), &encrypted, b"secret").unwrap();
        }
    }

    #[test]
    fn odd_parameters_are_refused() {
        for (salt, count) in [(7, 1), (9, 1), (8, 0)] {
            let octets = ber::encode(ber::OCTET_STRING, &[&vec![1; salt]]);
            let der = ber::encode(ber::SEQUENCE, &[&octets, &ber::unsigned(count)]);
            assert!(Jce::parse(&Tlv::first(&der).unwrap()).is_err());
        }
    }
}
