//! The ciphers of old and new stores: CBC with PKCS#7 padding, and RC4.

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, InnerIvInit as _, KeyIvInit as _};
use des::{Des, TdesEde2, TdesEde3};
use rc2::Rc2;
use twofish::Twofish;
use zeroize::{Zeroize, Zeroizing};

/// A cipher with its key length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    Des,
    TripleDes,
    TripleDesTwoKeys,
    /// With 256 bits.
    Twofish,
    /// With 40, 64 or 128 bits, of which all are effective.
    Rc2 {
        bits: usize,
    },
    /// With 40 or 128 bits.
    Rc4 {
        bits: usize,
    },
}

impl Cipher {
    /// As people write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Aes128 => "AES-128-CBC",
            Self::Aes192 => "AES-192-CBC",
            Self::Aes256 => "AES-256-CBC",
            Self::Des => "DES",
            Self::TripleDes => "3DES",
            Self::TripleDesTwoKeys => "2-key 3DES",
            Self::Twofish => "Twofish-256",
            Self::Rc2 { bits: 40 } => "RC2-40",
            Self::Rc2 { bits: 64 } => "RC2-64",
            Self::Rc2 { .. } => "RC2-128",
            Self::Rc4 { bits: 40 } => "RC4-40",
            Self::Rc4 { .. } => "RC4-128",
        }
    }

    /// In octets.
    pub(crate) const fn key_len(self) -> usize {
        match self {
            Self::Des => 8,
            Self::Aes128 | Self::TripleDesTwoKeys => 16,
            Self::Aes192 | Self::TripleDes => 24,
            Self::Aes256 | Self::Twofish => 32,
            Self::Rc2 { bits } | Self::Rc4 { bits } => bits / 8,
        }
    }

    /// In octets; zero for a stream cipher.
    pub(crate) const fn iv_len(self) -> usize {
        match self {
            Self::Aes128 | Self::Aes192 | Self::Aes256 | Self::Twofish => 16,
            Self::Des | Self::TripleDes | Self::TripleDesTwoKeys | Self::Rc2 { .. } => 8,
            Self::Rc4 { .. } => 0,
        }
    }

    /// The clear text without its padding; `None` when the padding, the key or the IV does not fit.
    pub(crate) fn decrypt(
        self,
        key: &[u8],
        iv: &[u8],
        encrypted: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        macro_rules! cbc {
            ($Block:ty) => {
                cbc::Decryptor::<$Block>::new_from_slices(key, iv)
                    .ok()?
                    .decrypt_padded_vec::<Pkcs7>(encrypted)
                    .ok()
            };
        }
        let clear = match self {
            Self::Aes128 => cbc!(Aes128),
            Self::Aes192 => cbc!(Aes192),
            Self::Aes256 => cbc!(Aes256),
            Self::Des => cbc!(Des),
            Self::TripleDes => cbc!(TdesEde3),
            Self::TripleDesTwoKeys => cbc!(TdesEde2),
            Self::Twofish => {
                // the block cipher takes shorter keys too
                if key.len() != self.key_len() {
                    return None;
                }
                cbc!(Twofish)
            }
            Self::Rc2 { bits } => {
                // the block cipher's constructor panics on other lengths (RFC 2268, section 2)
                if key.len() != bits / 8 || key.is_empty() || key.len() > 128 {
                    return None;
                }
                let block = Rc2::new_with_eff_key_len(key, bits);
                cbc::Decryptor::inner_iv_slice_init(block, iv)
                    .ok()?
                    .decrypt_padded_vec::<Pkcs7>(encrypted)
                    .ok()
            }
            Self::Rc4 { .. } => rc4(key, encrypted),
        };
        let clear = clear.map(Zeroizing::new);
        wipe_stack();
        clear
    }

    /// With padding; `None` for a cipher that is only read, or when the key or the IV does not fit.
    pub(crate) fn encrypt(self, key: &[u8], iv: &[u8], clear: &[u8]) -> Option<Vec<u8>> {
        if key.len() != self.key_len() {
            return None;
        }
        macro_rules! cbc {
            ($Block:ty) => {
                cbc::Encryptor::<$Block>::new_from_slices(key, iv)
                    .ok()
                    .map(|cipher| cipher.encrypt_padded_vec::<Pkcs7>(clear))
            };
        }
        match self {
            Self::Aes256 => cbc!(Aes256),
            Self::TripleDes => cbc!(TdesEde3),
            Self::Twofish => cbc!(Twofish),
            _ => None,
        }
    }
}

/// Wipes the stack below the caller: a block mode that works on several blocks at a time leaves the last of them there,
/// and nothing else need ever come by.
#[inline(never)]
pub(super) fn wipe_stack() {
    let mut below = [0_u8; STACK];
    below.zeroize();
}

/// More than the frames of a decryption take, in a debug build too.
const STACK: usize = 16 << 10;

/// AES-256-CBC with PKCS#7 padding.
pub(super) fn encrypt_aes256(key: &[u8; 32], iv: &[u8; 16], clear: &[u8]) -> Vec<u8> {
    cbc::Encryptor::<Aes256>::new(key.into(), iv.into()).encrypt_padded_vec::<Pkcs7>(clear)
}

/// 3DES-CBC with PKCS#7 padding, for a key of 24 octets and a vector of 8; of other lengths nothing comes out.
pub(super) fn encrypt_triple_des(key: &[u8], iv: &[u8], clear: &[u8]) -> Vec<u8> {
    cbc::Encryptor::<TdesEde3>::new_from_slices(key, iv).map_or_else(
        |_| Vec::new(),
        |encryptor| encryptor.encrypt_padded_vec::<Pkcs7>(clear),
    )
}

/// RC4: key schedule, then one octet of key stream for each octet of data.
fn rc4(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    if key.is_empty() {
        return None;
    }
    let mut state: Zeroizing<[u8; 256]> = Zeroizing::new(std::array::from_fn(|place| {
        u8::try_from(place).unwrap_or_default()
    }));
    let mut other = 0_u8;
    for (place, octet) in (0..=255_u8).zip(key.iter().cycle()) {
        other = other
            .wrapping_add(state[usize::from(place)])
            .wrapping_add(*octet);
        state.swap(usize::from(place), usize::from(other));
    }
    let (mut place, mut other) = (0_u8, 0_u8);
    let clear = data.iter().map(|octet| {
        place = place.wrapping_add(1);
        other = other.wrapping_add(state[usize::from(place)]);
        state.swap(usize::from(place), usize::from(other));
        let sum = state[usize::from(place)].wrapping_add(state[usize::from(other)]);
        octet ^ state[usize::from(sum)]
    });
    Some(clear.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rc4_known_answers() {
        // the vectors of the original posting, as in RFC 6229's sources
        let clear = rc4(b"Key", b"Plaintext").unwrap();
        assert_eq!(
            clear,
            [0xbb, 0xf3, 0x16, 0xe8, 0xd9, 0x40, 0xaf, 0x0a, 0xd3]
        );
        let clear = rc4(b"Wiki", b"pedia").unwrap();
        assert_eq!(clear, [0x10, 0x21, 0xbf, 0x04, 0x20]);
    }

    #[test]
    fn wrong_lengths_are_no_panic() {
        for cipher in [
            Cipher::Aes128,
            Cipher::Aes256,
            Cipher::Des,
            Cipher::TripleDes,
            Cipher::TripleDesTwoKeys,
            Cipher::Rc2 { bits: 40 },
            Cipher::Rc2 { bits: 128 },
        ] {
            let (key, iv) = (vec![1; cipher.key_len()], vec![2; cipher.iv_len()]);
            assert_eq!(cipher.decrypt(&key[1..], &iv, &[0; 16]), None);
            assert_eq!(cipher.decrypt(&key, &iv[1..], &[0; 16]), None);
            assert_eq!(cipher.decrypt(&key, &iv, &[0; 15]), None);
            assert_eq!(cipher.decrypt(&key, &iv, &[]), None);
        }
        assert_eq!(Cipher::Rc4 { bits: 40 }.decrypt(&[], &[], &[1]), None);
    }

    #[test]
    fn aes_round_trip() {
        let encrypted = encrypt_aes256(&[1; 32], &[2; 16], b"text");
        let clear = Cipher::Aes256.decrypt(&[1; 32], &[2; 16], &encrypted);
        assert_eq!(clear.unwrap().as_slice(), b"text");
    }
}
