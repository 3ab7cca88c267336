//! PBMAC1 (RFC 8018, section 7.1) as PKCS#12 takes it (RFC 9579): PBKDF2 makes the key of an HMAC.

use std::fmt;

use zeroize::Zeroizing;

use super::pbes2::{self, Pbkdf2, parse_hmac};
use super::{Hash, Refusal};
use crate::ber::{self, Tlv};
use crate::oid;

/// PBMAC1 with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pbmac1 {
    derivation: Pbkdf2,
    key_len: usize,
    mac: Hash,
}

impl Pbmac1 {
    /// From `SEQUENCE { keyDerivationFunc AlgorithmIdentifier, messageAuthScheme AlgorithmIdentifier }`.
    ///
    /// The key length must be there, because the MAC suggests none (RFC 9579, appendix A.6, is such a file).
    pub(crate) fn parse(parameters: &Tlv<'_>) -> Result<Self, Refusal> {
        let mut inside = parameters.inside();
        let function = inside.expect(ber::SEQUENCE, "a key derivation function")?;
        let scheme = inside.expect(ber::SEQUENCE, "a MAC scheme")?;
        let mut named = function.inside();
        let identifier = named.expect(ber::OBJECT_IDENTIFIER, "a key derivation function")?;
        if identifier.content != oid::PBKDF2.as_bytes() {
            return Err(Refusal::Unsupported(format!(
                "PBMAC1 with the key derivation {}",
                oid::dotted(identifier.content)
            )));
        }
        let parameters = named.expect(ber::SEQUENCE, "key derivation parameters")?;
        let (derivation, length) = Pbkdf2::parse(&parameters)?;
        let length = length.ok_or_else(|| parameters.fault("PBMAC1 without a key length"))?;
        let key_len = usize::try_from(length.unsigned()?).unwrap_or(usize::MAX);
        if !(MIN_KEY..=MAX_KEY).contains(&key_len) {
            let what = "a key length of PBMAC1 below 20 or above 64 octets";
            return Err(length.fault(what).into());
        }
        Ok(Self {
            derivation,
            key_len,
            mac: parse_hmac(&scheme)?,
        })
    }

    /// In iterations of the derivation's HMAC.
    pub(crate) fn cost(&self) -> u64 {
        let blocks = self.key_len.div_ceil(self.derivation.block_len());
        self.derivation.iterations.saturating_mul(blocks as u64)
    }

    /// The MAC under a password as octets; the caller has checked the cost.
    pub(crate) fn compute(&self, password: &[u8], content: &[u8]) -> Option<Vec<u8>> {
        let mut key = Zeroizing::new(vec![0; self.key_len]);
        self.derivation.derive(password, &mut key)?;
        Some(self.mac.hmac(&key, content))
    }

    /// What is written: HMAC-SHA-256 throughout, 10,000 iterations, a key of 32 octets. Returns the `AlgorithmIdentifier`
    /// and the MAC.
    pub(crate) fn write(content: &[u8], password: &[u8], salt: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let parameters = ber::encode(
            ber::SEQUENCE,
            &[&pbes2::derivation(salt), &oid::algorithm(&oid::HMAC_SHA256)],
        );
        let algorithm = ber::encode(ber::SEQUENCE, &[&oid::der(&oid::PBMAC1), &parameters]);
        let mut key = Zeroizing::new([0; 32]);
        pbes2::stretch(password, salt, key.as_mut_slice());
        (algorithm, Hash::Sha256.hmac(key.as_slice(), content))
    }
}

impl fmt::Display for Pbmac1 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "PBMAC1 HMAC-{}, {}",
            self.mac.short_name(),
            self.derivation
        )
    }
}

/// Octets of a key, at least (as OpenSSL 3.4 has it): a file with a key of one octet has a MAC that anybody can forge.
const MIN_KEY: usize = 20;
/// The longest digest has as many.
const MAX_KEY: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ber::FaultKind;

    fn parameters(kdf: &[&[u8]]) -> Vec<u8> {
        let kdf = ber::encode(ber::SEQUENCE, kdf);
        let function = ber::encode(ber::SEQUENCE, &[&oid::der(&oid::PBKDF2), &kdf]);
        let scheme = oid::algorithm(&oid::HMAC_SHA512);
        ber::encode(ber::SEQUENCE, &[&function, &scheme])
    }

    fn parse(kdf: &[&[u8]]) -> Result<Pbmac1, Refusal> {
        Pbmac1::parse(&Tlv::first(&parameters(kdf)).unwrap())
    }

    fn salt() -> Vec<u8> {
        ber::encode(ber::OCTET_STRING, &[b"8 octets"])
    }

    /// `hmac.digest(hashlib.pbkdf2_hmac("sha256", b"1234", b"8 octets", 2048, 64), b"content", "sha512")` of Python.
    #[test]
    fn known_answer() {
        let prf = oid::algorithm(&oid::HMAC_SHA256);
        let pbmac1 = parse(&[&salt(), &ber::unsigned(2048), &ber::unsigned(64), &prf]).unwrap();
        assert_eq!(pbmac1.cost(), 4096);
        let expected = "8ad9f7a58293e87508543764f4266d9ab05644650f179f3d00aa06c37d1bcb3a\
            e66c64c620a125dee72fcbc88878d475ac05bd4d1b4a0b8ea3743558eccc2ef9";
        let found = pbmac1.compute(b"1234", b"content").unwrap();
        assert_eq!(found, crate::testing::unhex(expected));
    }

    #[test]
    fn what_is_written_is_read() {
        let (algorithm, mac) = Pbmac1::write(b"content", b"changeit", &[7; 20]);
        let mut inside = Tlv::first(&algorithm).unwrap().inside();
        inside.expect(ber::OBJECT_IDENTIFIER, "").unwrap();
        let pbmac1 = Pbmac1::parse(&inside.any("").unwrap()).unwrap();
        assert_eq!(pbmac1.compute(b"changeit", b"content"), Some(mac));
    }

    #[test]
    fn key_lengths_that_mean_no_protection_are_refused() {
        let rounds = ber::unsigned(1);
        let missing = parse(&[&salt(), &rounds]).unwrap_err();
        let wrong = |refusal: &Refusal| match refusal {
            Refusal::Damaged(fault) => fault.kind == FaultKind::Wrong,
            _ => false,
        };
        assert!(wrong(&missing), "{missing:?}");
        for length in [0, 1, 19, 65, u64::MAX] {
            let refusal = parse(&[&salt(), &rounds, &ber::unsigned(length)]).unwrap_err();
            assert!(wrong(&refusal), "{length}: {refusal:?}");
        }
        assert!(parse(&[&salt(), &rounds, &ber::unsigned(20)]).is_ok());
    }
}
