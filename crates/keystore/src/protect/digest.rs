//! The digests and HMACs that stores name by object identifier.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Digest as _;
use zeroize::Zeroizing;

use crate::oid;

/// A digest algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha512_224,
    Sha512_256,
}

/// Runs one body with `$D` as the digest's type.
macro_rules! dispatch {
    ($hash:expr, $D:ident => $body:expr) => {{
        match $hash {
            $crate::protect::Hash::Md5 => {
                type $D = md5::Md5;
                $body
            }
            $crate::protect::Hash::Sha1 => {
                type $D = sha1::Sha1;
                $body
            }
            $crate::protect::Hash::Sha224 => {
                type $D = sha2::Sha224;
                $body
            }
            $crate::protect::Hash::Sha256 => {
                type $D = sha2::Sha256;
                $body
            }
            $crate::protect::Hash::Sha384 => {
                type $D = sha2::Sha384;
                $body
            }
            $crate::protect::Hash::Sha512 => {
                type $D = sha2::Sha512;
                $body
            }
            $crate::protect::Hash::Sha512_224 => {
                type $D = sha2::Sha512_224;
                $body
            }
            $crate::protect::Hash::Sha512_256 => {
                type $D = sha2::Sha512_256;
                $body
            }
        }
    }};
}
pub(super) use dispatch;

impl Hash {
    /// By the content octets of a digest's OID.
    pub(crate) fn by_digest_oid(content: &[u8]) -> Option<Self> {
        Self::ALL.iter().copied().find(|hash| {
            let oid = match hash {
                Self::Md5 => oid::MD5,
                Self::Sha1 => oid::SHA1,
                Self::Sha224 => oid::SHA224,
                Self::Sha256 => oid::SHA256,
                Self::Sha384 => oid::SHA384,
                Self::Sha512 => oid::SHA512,
                Self::Sha512_224 => oid::SHA512_224,
                Self::Sha512_256 => oid::SHA512_256,
            };
            oid.as_bytes() == content
        })
    }

    /// By the content octets of an HMAC's OID.
    pub(crate) fn by_hmac_oid(content: &[u8]) -> Option<Self> {
        Self::ALL.iter().copied().find(|hash| {
            let oid = match hash {
                Self::Md5 => oid::HMAC_MD5,
                Self::Sha1 => oid::HMAC_SHA1,
                Self::Sha224 => oid::HMAC_SHA224,
                Self::Sha256 => oid::HMAC_SHA256,
                Self::Sha384 => oid::HMAC_SHA384,
                Self::Sha512 => oid::HMAC_SHA512,
                Self::Sha512_224 => oid::HMAC_SHA512_224,
                Self::Sha512_256 => oid::HMAC_SHA512_256,
            };
            oid.as_bytes() == content
        })
    }

    /// As people write it: `SHA-256`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha512_224 => "SHA-512/224",
            Self::Sha512_256 => "SHA-512/256",
        }
    }

    /// As it stands in the name of an HMAC: `SHA256`.
    pub(crate) fn short_name(self) -> String {
        self.name().replace('-', "")
    }

    /// The block length of the compression function, in octets.
    pub(crate) const fn block_len(self) -> usize {
        match self {
            Self::Md5 | Self::Sha1 | Self::Sha224 | Self::Sha256 => 64,
            Self::Sha384 | Self::Sha512 | Self::Sha512_224 | Self::Sha512_256 => 128,
        }
    }

    /// The length of a digest, in octets.
    pub(crate) const fn output_len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 | Self::Sha512_224 => 28,
            Self::Sha256 | Self::Sha512_256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of the parts, joined.
    pub(crate) fn digest(self, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        dispatch!(self, D => {
            let mut digest = D::new();
            for part in parts {
                digest.update(part);
            }
            Zeroizing::new(digest.finalize().to_vec())
        })
    }

    /// The HMAC of a message (RFC 2104).
    pub(crate) fn hmac(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        dispatch!(self, D => {
            // HMAC takes a key of any length, so this never fails
            Hmac::<D>::new_from_slice(key).map_or_else(
                |_| Vec::new(),
                |mac| mac.chain_update(message).finalize().into_bytes().to_vec(),
            )
        })
    }

    const ALL: [Self; 8] = [
        Self::Md5,
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Sha512_224,
        Self::Sha512_256,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sizes_agree() {
        for hash in Hash::ALL {
            assert_eq!(hash.digest(&[]).len(), hash.output_len(), "{}", hash.name());
            assert_eq!(hash.hmac(b"", b"").len(), hash.output_len());
            assert!(hash.output_len() < hash.block_len());
        }
        assert_eq!(
            Hash::by_digest_oid(oid::SHA384.as_bytes()),
            Some(Hash::Sha384)
        );
        assert_eq!(
            Hash::by_hmac_oid(oid::HMAC_SHA1.as_bytes()),
            Some(Hash::Sha1)
        );
        assert_eq!(Hash::by_hmac_oid(oid::SHA1.as_bytes()), None);
    }
}
