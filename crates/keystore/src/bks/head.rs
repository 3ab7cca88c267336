//! What stands before the content, and what follows from it: the check of the MAC, the decryption.

use std::cell::Cell;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{BLOCK, DIGEST, mac, starts_as_stream};
use crate::java::DataInput;
use crate::protect::{Budget, Cipher, Hash, Refusal, Scheme, bmp_forms};
use crate::{Error, Facts, Format, Password};

/// What stands before the content.
pub(super) struct Head<'a> {
    pub(super) format: Format,
    pub(super) version: u32,
    pub(super) salt: &'a [u8],
    pub(super) iterations: u32,
}

impl Head<'_> {
    /// What it says about the file.
    pub(super) fn facts(&self) -> Facts {
        let iterations = self.iterations;
        let facts = Facts::of_version(self.version);
        if self.format == Format::Uber {
            let scheme = Scheme::pkcs12(Cipher::Twofish, self.salt, iterations);
            return Facts {
                integrity: Some("SHA-1 of the content, encrypted with it".to_owned()),
                encryption: vec![scheme.to_string()],
                ..facts
            };
        }
        let bits = if self.version >= 2 {
            ""
        } else {
            " with a key of 16 bits"
        };
        Facts {
            integrity: Some(format!(
                "HMAC-SHA1{bits}, PKCS#12 derivation, {iterations} iterations"
            )),
            ..facts
        }
    }

    /// Whether the MAC of BKS fits.
    pub(super) fn verify(
        &self,
        stream: &[u8],
        expected: &[u8; DIGEST],
        password: &Password,
        budget: &mut Budget,
    ) -> Result<bool, Refusal> {
        let cost = u64::from(self.iterations);
        budget.charge(cost)?;
        for (place, form) in bmp_forms(password).into_iter().enumerate() {
            if place > 0 && budget.charge(cost).is_err() {
                break;
            }
            let found = mac(self.version, &form, self.salt, self.iterations, stream);
            if bool::from(found.ct_eq(expected)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The stream of UBER, without its digest.
    pub(super) fn decrypt(
        &self,
        input: &DataInput<'_>,
        password: &Password,
        budget: &mut Budget,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let encrypted = input.rest();
        // the end mark and the digest fill two blocks at least
        let whole = encrypted.len().next_multiple_of(BLOCK).max(2 * BLOCK);
        if encrypted.len() < whole {
            return Err(Error::Truncated {
                format: self.format,
                at: input.at() + encrypted.len(),
                needed: whole - encrypted.len(),
                what: "encrypted content".to_owned(),
            });
        }
        let scheme = Scheme::pkcs12(Cipher::Twofish, self.salt, self.iterations);
        let is_stream = Cell::new(false);
        let is_sound = |clear: &[u8]| {
            let Some((stream, digest)) = clear.split_last_chunk::<DIGEST>() else {
                return false;
            };
            is_stream.set(is_stream.get() || starts_as_stream(stream));
            bool::from(Hash::Sha1.digest(&[stream]).ct_eq(digest))
        };
        let mut clear = scheme
            .decrypt(encrypted, password, budget, is_sound)
            .map_err(|refusal| match refusal {
                Refusal::WrongPassword if is_stream.get() => Error::IntegrityFailed {
                    format: self.format,
                    what: "digest",
                },
                refusal => refusal.of(self.format, "file"),
            })?;
        let length = clear.len().saturating_sub(DIGEST);
        clear.truncate(length);
        Ok(clear)
    }
}
