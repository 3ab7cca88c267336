//! The shapes of private keys: which bytes are PKCS#8, and older forms wrapped into it.

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use crate::ber::{self, Fault, Tlv};
use crate::oid;

/// What a traditional PEM block holds once it is decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TraditionalKind {
    Dsa,
    Pkcs1,
    Pkcs8,
    Sec1,
}

/// Whether bytes are one `PrivateKeyInfo` or `OneAsymmetricKey` (RFC 5958, section 2), and nothing after it.
pub(crate) fn is_private_key_info(bytes: &[u8]) -> bool {
    let shape = |tlv: Tlv<'_>| -> Result<bool, Fault> {
        let mut inside = tlv.inside();
        let version = inside.expect(ber::INTEGER, "a version")?.unsigned()?;
        let algorithm = inside.expect(ber::SEQUENCE, "an algorithm")?;
        algorithm
            .inside()
            .expect(ber::OBJECT_IDENTIFIER, "an algorithm")?;
        inside.any("a key")?.octets()?;
        while inside.next()?.is_some() {}
        Ok(version <= 1)
    };
    Tlv::exactly(bytes, ber::SEQUENCE).is_some_and(|tlv| shape(tlv) == Ok(true))
}

/// Whether a value looks like `EncryptedPrivateKeyInfo`, whatever its scheme.
pub(crate) fn is_encrypted_private_key_info(tlv: &Tlv<'_>) -> bool {
    let shape = || -> Result<(), Fault> {
        let mut inside = tlv.inside();
        let algorithm = inside.expect(ber::SEQUENCE, "an algorithm")?;
        algorithm
            .inside()
            .expect(ber::OBJECT_IDENTIFIER, "an algorithm")?;
        inside.any("the encrypted key")?.octets().map(|_| ())
    };
    tlv.tag == ber::SEQUENCE && shape().is_ok()
}

/// `PrivateKeyInfo` around an older form of private key.
pub(super) fn to_pkcs8(kind: TraditionalKind, der: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let whole = Tlv::first(der)?;
    if whole.tag != ber::SEQUENCE || whole.whole.len() != der.len() {
        return Err(whole.expected("a private key"));
    }
    match kind {
        TraditionalKind::Pkcs8 if is_private_key_info(der) => Ok(Zeroizing::new(der.to_vec())),
        TraditionalKind::Pkcs8 => Err(whole.expected("a PKCS#8 private key")),
        TraditionalKind::Pkcs1 => {
            // version, modulus, two exponents, two primes, three more of the Chinese remainder theorem
            integers(&whole, 9)?;
            let parameters = [ber::NULL, 0];
            Ok(private_key_info(&oid::RSA_ENCRYPTION, &parameters, der))
        }
        TraditionalKind::Dsa => {
            // version, p, q, g, public and private value (openssl-dsa); PKCS#8 has three of them as parameters
            let parts = integers(&whole, 6)?;
            let [_, p, q, g, _, private] = parts.as_slice() else {
                return Err(whole.expected("a DSA private key"));
            };
            let parameters = ber::encode(ber::SEQUENCE, &[p.whole, q.whole, g.whole]);
            Ok(private_key_info(&oid::DSA, &parameters, private.whole))
        }
        TraditionalKind::Sec1 => {
            let mut inside = whole.inside();
            let version = inside.expect(ber::INTEGER, "an EC private key")?;
            let private = inside.expect(ber::OCTET_STRING, "an EC private key")?;
            let curve = inside
                .optional(ber::context(0))?
                .ok_or_else(|| whole.expected("the curve of the EC private key"))?;
            let public = inside.optional(ber::context(1))?;
            // the curve moves into the algorithm, as `openssl pkcs8 -topk8` does it
            let key = Zeroizing::new(ber::encode(
                ber::SEQUENCE,
                &[
                    version.whole,
                    private.whole,
                    public.map_or(&[], |public| public.whole),
                ],
            ));
            Ok(private_key_info(&oid::EC_PUBLIC_KEY, curve.content, &key))
        }
    }
}

impl TraditionalKind {
    /// Of the PEM block.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Dsa => "DSA PRIVATE KEY",
            Self::Pkcs1 => "RSA PRIVATE KEY",
            Self::Pkcs8 => "PRIVATE KEY",
            Self::Sec1 => "EC PRIVATE KEY",
        }
    }

    /// By the label of a PEM block.
    pub(super) fn by_label(label: &str) -> Option<Self> {
        let all = [Self::Dsa, Self::Pkcs1, Self::Pkcs8, Self::Sec1];
        all.into_iter().find(|kind| kind.label() == label)
    }
}

/// The older form inside a `PrivateKeyInfo`; `None` for an algorithm that has none, and for DSA, whose public value is not
/// in PKCS#8.
pub(super) fn from_pkcs8(pkcs8: &[u8]) -> Option<(TraditionalKind, Zeroizing<Vec<u8>>)> {
    let mut inside = Tlv::exactly(pkcs8, ber::SEQUENCE)?.inside();
    inside.expect(ber::INTEGER, "a version").ok()?;
    let algorithm = inside.expect(ber::SEQUENCE, "an algorithm").ok()?;
    let mut algorithm = algorithm.inside();
    let identifier = algorithm
        .expect(ber::OBJECT_IDENTIFIER, "an algorithm")
        .ok()?;
    let key = inside.any("a key").ok()?.octets().ok()?;
    if identifier.content == oid::RSA_ENCRYPTION.as_bytes() {
        return Some((TraditionalKind::Pkcs1, Zeroizing::new(key.into_owned())));
    }
    if identifier.content != oid::EC_PUBLIC_KEY.as_bytes() {
        return None;
    }
    // the curve moves back into the key
    let curve = algorithm.next().ok()??;
    let mut parts = Tlv::exactly(&key, ber::SEQUENCE)?.inside();
    let version = parts.expect(ber::INTEGER, "an EC private key").ok()?;
    let private = parts.expect(ber::OCTET_STRING, "an EC private key").ok()?;
    let own = parts.optional(ber::context(0)).ok()?;
    let public = parts.optional(ber::context(1)).ok()?;
    let curve = match own {
        Some(own) => own.whole.to_vec(),
        None => ber::encode(ber::context(0), &[curve.whole]),
    };
    let public = public.map_or(&[][..], |public| public.whole);
    let sec1 = ber::encode(
        ber::SEQUENCE,
        &[version.whole, private.whole, &curve, public],
    );
    Some((TraditionalKind::Sec1, Zeroizing::new(sec1)))
}

/// At least `least` INTEGER values, and nothing else before them.
fn integers<'a>(whole: &Tlv<'a>, least: usize) -> Result<Vec<Tlv<'a>>, Fault> {
    let mut inside = whole.inside();
    let mut found = Vec::with_capacity(least);
    for _ in 0..least {
        found.push(inside.expect(ber::INTEGER, "a number of the private key")?);
    }
    Ok(found)
}

/// `SEQUENCE { version 0, SEQUENCE { algorithm, parameters }, OCTET STRING }` (RFC 5958, section 2).
pub(super) fn private_key_info(
    algorithm: &ObjectIdentifier,
    parameters: &[u8],
    key: &[u8],
) -> Zeroizing<Vec<u8>> {
    let algorithm = ber::encode(ber::SEQUENCE, &[&oid::der(algorithm), parameters]);
    let key = Zeroizing::new(ber::encode(ber::OCTET_STRING, &[key]));
    Zeroizing::new(ber::encode(
        ber::SEQUENCE,
        &[&ber::unsigned(0), &algorithm, &key],
    ))
}
