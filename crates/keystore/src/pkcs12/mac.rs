//! The password-based MAC over the whole content (RFC 7292, section 4 and appendix B.4).

use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::Profile;
use crate::Password;
use crate::ber::{self, Tlv};
use crate::oid;
use crate::protect::{
    Budget, Hash, Pbmac1, Purpose, Refusal, bmp_forms, byte_forms, derive_pkcs12, iterations,
};

/// `MacData ::= SEQUENCE { mac DigestInfo, macSalt OCTET STRING, iterations INTEGER DEFAULT 1 }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MacData {
    method: Method,
    digest: Vec<u8>,
}

/// How the key of the MAC is made.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Method {
    /// By the derivation of PKCS#12.
    Pkcs12 {
        hash: Hash,
        salt: Vec<u8>,
        iterations: u64,
    },
    /// As the algorithm says itself; salt and iterations of `MacData` mean nothing then (RFC 9579).
    Pbmac1(Pbmac1),
}

impl MacData {
    pub(super) fn parse(mac_data: &Tlv<'_>) -> Result<Self, Refusal> {
        let mut inside = mac_data.inside();
        let mut info = inside.expect(ber::SEQUENCE, "a MAC")?.inside();
        let mut algorithm = info.expect(ber::SEQUENCE, "a MAC algorithm")?.inside();
        let identifier = algorithm.expect(ber::OBJECT_IDENTIFIER, "a MAC algorithm")?;
        let digest = info.any("a MAC")?.octets()?.into_owned();
        let salt = inside.any("the salt of the MAC")?.octets()?.into_owned();
        if identifier.content == oid::PBMAC1.as_bytes() {
            let parameters = algorithm.expect(ber::SEQUENCE, "PBMAC1 parameters")?;
            let method = Method::Pbmac1(Pbmac1::parse(&parameters)?);
            return Ok(Self { method, digest });
        }
        let hash = Hash::by_digest_oid(identifier.content).ok_or_else(|| {
            Refusal::Unsupported(format!(
                "the MAC algorithm {}",
                oid::dotted(identifier.content)
            ))
        })?;
        let iterations = match inside.optional(ber::INTEGER)? {
            None => 1,
            Some(count) => iterations(&count)?,
        };
        let method = Method::Pkcs12 {
            hash,
            salt,
            iterations,
        };
        Ok(Self { method, digest })
    }

    /// What one derivation costs, in iterations.
    pub(super) fn cost(&self) -> u64 {
        match &self.method {
            Method::Pkcs12 { iterations, .. } => *iterations,
            Method::Pbmac1(pbmac1) => pbmac1.cost(),
        }
    }

    /// Whether the key is made by PBMAC1.
    pub(super) const fn is_pbmac1(&self) -> bool {
        matches!(self.method, Method::Pbmac1(_))
    }

    /// Whether the digest is one of before SHA-2.
    pub(super) const fn is_old(&self) -> bool {
        matches!(
            self.method,
            Method::Pkcs12 {
                hash: Hash::Md5 | Hash::Sha1,
                ..
            }
        )
    }

    /// Checks the content octets of authSafe, not a re-encoding of them: BER writers digest what they write.
    pub(super) fn verify(
        &self,
        content: &[u8],
        password: &Password,
        budget: &mut Budget,
    ) -> Result<(), Refusal> {
        let cost = self.cost();
        let forms = match &self.method {
            Method::Pkcs12 { .. } => bmp_forms(password),
            Method::Pbmac1(_) => byte_forms(password),
        };
        budget.charge(cost)?;
        for (place, form) in forms.into_iter().enumerate() {
            if place > 0 {
                budget.charge_again(cost)?;
            }
            let computed = match &self.method {
                Method::Pkcs12 {
                    hash,
                    salt,
                    iterations,
                } => {
                    let iterations = u32::try_from(*iterations).unwrap_or(u32::MAX);
                    Some(compute(*hash, content, &form, salt, iterations))
                }
                Method::Pbmac1(pbmac1) => pbmac1.compute(&form, content),
            };
            if computed.is_some_and(|computed| bool::from(computed.ct_eq(&self.digest))) {
                return Ok(());
            }
        }
        Err(Refusal::WrongPassword)
    }
}

impl fmt::Display for MacData {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.method {
            Method::Pkcs12 {
                hash, iterations, ..
            } => write!(
                formatter,
                "HMAC-{}, PKCS#12 derivation, {iterations} iterations",
                hash.short_name()
            ),
            Method::Pbmac1(pbmac1) => pbmac1.fmt(formatter),
        }
    }
}

/// `MacData` with 10,000 iterations: of SHA-256, as Java writes it since 16, of SHA-1, or PBMAC1.
pub(super) fn write(
    profile: Profile,
    content: &[u8],
    password: &Password,
    salt: &[u8; 20],
) -> Vec<u8> {
    let sequence = |parts: &[&[u8]]| ber::encode(ber::SEQUENCE, parts);
    let octets = |octets: &[u8]| ber::encode(ber::OCTET_STRING, &[octets]);
    let (hash, identifier) = match profile {
        Profile::Pbmac1 => {
            let password = password.expose_secret().as_bytes();
            let (algorithm, digest) = Pbmac1::write(content, password, salt);
            // the salt must be there and means nothing; the RFC's own files have this one, and one iteration by default
            let info = sequence(&[&algorithm, &octets(&digest)]);
            return sequence(&[&info, &octets(b"NOT USED")]);
        }
        Profile::Legacy => (Hash::Sha1, oid::SHA1),
        Profile::Modern | Profile::Passwordless => (Hash::Sha256, oid::SHA256),
    };
    let form = bmp_forms(password).into_iter().next();
    let form: Zeroizing<Vec<u8>> = form.unwrap_or_default();
    let digest = compute(hash, content, &form, salt, ITERATIONS);
    let info = sequence(&[&oid::algorithm(&identifier), &octets(&digest)]);
    let iterations = ber::unsigned(u64::from(ITERATIONS));
    sequence(&[&info, &octets(salt), &iterations])
}

const ITERATIONS: u32 = 10_000;

fn compute(hash: Hash, content: &[u8], password: &[u8], salt: &[u8], iterations: u32) -> Vec<u8> {
    let length = hash.output_len();
    let key = derive_pkcs12(hash, Purpose::Mac, password, salt, iterations, length);
    hash.hmac(&key, content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_verifies_and_nothing_else() {
        let password = Password::new("changeit");
        for profile in Profile::ALL {
            let der = write(*profile, b"content", &password, &[3; 20]);
            let mac = MacData::parse(&Tlv::first(&der).unwrap()).unwrap();
            let check = |content: &[u8], password: &str| {
                mac.verify(content, &Password::new(password), &mut Budget::new())
            };
            assert_eq!(check(b"content", "changeit"), Ok(()));
            assert_eq!(check(b"Content", "changeit"), Err(Refusal::WrongPassword));
            assert_eq!(check(b"content", ""), Err(Refusal::WrongPassword));
        }
    }
}
