//! The key derivation of PKCS#12 (RFC 7292, appendix B.2).

use sha1::Digest;
use zeroize::{Zeroize as _, Zeroizing};

use super::Hash;
use super::digest::dispatch;

/// What the derived octets are for (RFC 7292, appendix B.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// Derives `length` octets; the password is in its BMP form already.
pub(crate) fn derive(
    hash: Hash,
    purpose: Purpose,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let block = hash.block_len();
    // steps 2 to 4: salt and password, each repeated to whole blocks
    let lengths = [salt, password].map(|part| part.len().next_multiple_of(block));
    let mut input = Zeroizing::new(Vec::with_capacity(lengths.iter().sum()));
    input.extend(repeated(salt, block));
    input.extend(repeated(password, block));
    let mut derived = Zeroizing::new(Vec::with_capacity(length + hash.output_len()));
    while derived.len() < length {
        let digest = dispatch!(hash, D => iterate::<D>(purpose, block, &input, iterations));
        derived.extend_from_slice(&digest);
        step(&mut input, &digest, block);
    }
    derived.truncate(length);
    derived
}

/// Step 6A: the digest of diversifier and input, digested again and again.
fn iterate<D: Digest>(
    purpose: Purpose,
    block: usize,
    input: &[u8],
    iterations: u32,
) -> Zeroizing<Vec<u8>> {
    let mut digest = D::new()
        .chain_update(vec![purpose as u8; block])
        .chain_update(input)
        .finalize();
    for _ in 1..iterations {
        digest = D::digest(&digest);
    }
    let result = Zeroizing::new(digest.to_vec());
    digest.as_mut_slice().zeroize();
    result
}

/// Steps 6B and 6C: every block of the input grows by the digest, repeated to a block, and one.
fn step(input: &mut [u8], digest: &[u8], block: usize) {
    let addend: Zeroizing<Vec<u8>> =
        Zeroizing::new(digest.iter().copied().cycle().take(block).collect());
    for chunk in input.chunks_exact_mut(block) {
        let mut carry = 1_u16;
        for (octet, add) in chunk.iter_mut().zip(addend.iter()).rev() {
            let [high, low] = (u16::from(*octet) + u16::from(*add) + carry).to_be_bytes();
            *octet = low;
            carry = u16::from(high);
        }
    }
}

/// As many octets as whole blocks need; none for nothing.
fn repeated(bytes: &[u8], block: usize) -> impl Iterator<Item = u8> {
    let length = bytes.len().next_multiple_of(block);
    bytes.iter().copied().cycle().take(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::unhex;

    /// The vectors that BouncyCastle, OpenSSL and RustCrypto test with ("smeg" and "queeg", SHA-1).
    #[test]
    fn known_answers() {
        let smeg = b"\0s\0m\0e\0g\0\0";
        let queeg = b"\0q\0u\0e\0e\0g\0\0";
        let salt = [0x0a, 0x58, 0xcf, 0x64, 0x53, 0x0d, 0x82, 0x3f];
        let key = derive(Hash::Sha1, Purpose::Key, smeg, &salt, 1, 24);
        assert_eq!(
            *key,
            unhex("8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3")
        );
        let iv = derive(Hash::Sha1, Purpose::Iv, smeg, &salt, 1, 8);
        assert_eq!(*iv, unhex("79993dfe048d3b76"));
        let salt = [0x05, 0xde, 0xc9, 0x59, 0xac, 0xff, 0x72, 0xf7];
        let key = derive(Hash::Sha1, Purpose::Key, queeg, &salt, 1000, 24);
        assert_eq!(
            *key,
            unhex("ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4")
        );
        let iv = derive(Hash::Sha1, Purpose::Iv, queeg, &salt, 1000, 8);
        assert_eq!(*iv, unhex("11dedad7758d4860"));
        let salt = [0x3d, 0x83, 0xc0, 0xe4, 0x54, 0x6a, 0xc1, 0x40];
        let mac = derive(Hash::Sha1, Purpose::Mac, smeg, &salt, 1, 20);
        assert_eq!(*mac, unhex("8d967d88f6caa9d714800ab3d48051d63f73a312"));
    }

    #[test]
    fn empty_salt_and_password_are_fine() {
        assert_eq!(
            derive(Hash::Sha512, Purpose::Mac, &[], &[], 3, 100).len(),
            100
        );
    }
}
