//! Secret keys in the clear: a name and some octets, and the PKCS#8 wrapper that holds both.
//!
//! ```text
//! SEQUENCE { INTEGER 0, SEQUENCE { algorithm OBJECT IDENTIFIER }, OCTET STRING key }
//! ```
//! is what Java puts into the secret bags of PKCS#12 (`PKCS12KeyStore.engineSetKeyEntry`), and the one form in which
//! this crate holds a secret key in the clear, whatever container it came in. Names without an object identifier, which
//! Java cannot store there, stand in it as text beside the identifier of plain data (RFC 5652, section 4).

use std::fmt;

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use crate::ber::{self, Fault, Tlv};
use crate::oid;

/// A symmetric key, or a password that is kept as one: what `javax.crypto.SecretKey` holds.
///
/// Wiped on drop; `Debug` prints the algorithm only.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey {
    algorithm: String,
    octets: Zeroizing<Vec<u8>>,
}

impl SecretKey {
    /// From the algorithm's name in Java, such as `AES`, `DESede`, `HmacSHA256` or `PBEWithMD5AndDES`, and the raw key.
    ///
    /// An object identifier in dotted text stands for an algorithm that has no name.
    pub fn new(algorithm: impl Into<String>, octets: Zeroizing<Vec<u8>>) -> Self {
        Self {
            algorithm: algorithm.into(),
            octets,
        }
    }

    /// The algorithm's name in Java, or its object identifier.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// The raw key.
    pub fn secret_octets(&self) -> &[u8] {
        &self.octets
    }

    /// Whether Java has an object identifier for the algorithm, without which some containers cannot hold the key.
    pub fn has_identifier(&self) -> bool {
        identifier(&self.algorithm).is_some()
    }

    /// The DER of the algorithm's object identifier; that of plain data when it has none.
    pub(crate) fn identifier(&self) -> Vec<u8> {
        identifier(&self.algorithm).unwrap_or_else(|| oid::der(&oid::DATA))
    }

    /// As Java's PKCS#8 wrapper.
    pub(crate) fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let algorithm = match identifier(&self.algorithm) {
            Some(identifier) => ber::encode(ber::SEQUENCE, &[&identifier]),
            None => {
                let name = ber::encode(UTF8_STRING, &[self.algorithm.as_bytes()]);
                ber::encode(ber::SEQUENCE, &[&oid::der(&oid::DATA), &name])
            }
        };
        let octets = Zeroizing::new(ber::encode(ber::OCTET_STRING, &[&self.octets]));
        Zeroizing::new(ber::encode(
            ber::SEQUENCE,
            &[&ber::unsigned(0), &algorithm, &octets],
        ))
    }

    /// From that wrapper.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, Fault> {
        let mut inside = Tlv::first(der)?.inside();
        inside.expect(ber::INTEGER, "a version")?;
        let mut algorithm = inside.expect(ber::SEQUENCE, "an algorithm")?.inside();
        let identifier = algorithm.expect(ber::OBJECT_IDENTIFIER, "an algorithm")?;
        let name = algorithm.optional(UTF8_STRING)?;
        let octets = inside.expect(ber::OCTET_STRING, "a key")?.octets()?;
        let algorithm = match name {
            Some(name) if identifier.content == oid::DATA.as_bytes() => {
                String::from_utf8_lossy(name.content).into_owned()
            }
            // octets that are no key of any algorithm, as BouncyCastle keeps them
            None if identifier.content == oid::DATA.as_bytes() => String::new(),
            _ => name_of(identifier.content),
        };
        Ok(Self::new(algorithm, Zeroizing::new(octets.into_owned())))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{} key elided]", self.algorithm)
    }
}

/// The wrapper around raw octets; see [`SecretKey::new`]. No name at all stands for octets that are no known key.
pub(crate) fn wrap(algorithm: &str, octets: &[u8]) -> Zeroizing<Vec<u8>> {
    SecretKey::new(algorithm, Zeroizing::new(octets.to_vec())).to_pkcs8()
}

/// What the wrapper holds; `None` when it is none.
pub(crate) fn unwrap(pkcs8: &[u8]) -> Option<SecretKey> {
    SecretKey::from_pkcs8(pkcs8).ok()
}

/// Whether the wrapper names its algorithm in a way that Java does not know.
pub(crate) fn is_nameless_to_java(pkcs8: &[u8]) -> bool {
    SecretKey::from_pkcs8(pkcs8).is_ok_and(|key| identifier(&key.algorithm).is_none())
}

/// The DER of the object identifier that Java has for a name.
fn identifier(name: &str) -> Option<Vec<u8>> {
    let known = NAMES
        .iter()
        .find(|(_, known)| known.eq_ignore_ascii_case(name));
    known
        .map(|(identifier, _)| oid::der(identifier))
        .or_else(|| oid::from_dotted(name))
}

/// The name that Java has for the content of an object identifier; without one, the identifier.
fn name_of(content: &[u8]) -> String {
    let known = NAMES
        .iter()
        .find(|(identifier, _)| identifier.as_bytes() == content);
    known.map_or_else(|| oid::dotted(content), |(_, name)| (*name).to_owned())
}

const UTF8_STRING: u8 = 0x0c;

/// As `sun.security.util.KnownOIDs` has them; of several names for one identifier the first is Java's own, except that
/// Java calls every RC2 key after the cipher in one of its modes.
const NAMES: &[(ObjectIdentifier, &str)] = &[
    (oid::AES, "AES"),
    (arcs("1.3.14.3.2.7"), "DES"),
    (arcs("1.3.14.3.2.17"), "DESede"),
    (arcs("1.2.840.113549.3.2"), "RC2"),
    (arcs("1.2.840.113549.3.2"), "RC2/CBC/PKCS5Padding"),
    (oid::RC4, "ARCFOUR"),
    (oid::RC4, "RC4"),
    (arcs("1.3.6.1.4.1.3029.1.1.2"), "Blowfish"),
    (oid::HMAC_SHA1, "HmacSHA1"),
    (oid::HMAC_SHA224, "HmacSHA224"),
    (oid::HMAC_SHA256, "HmacSHA256"),
    (oid::HMAC_SHA384, "HmacSHA384"),
    (oid::HMAC_SHA512, "HmacSHA512"),
    (oid::HMAC_SHA512_224, "HmacSHA512/224"),
    (oid::HMAC_SHA512_256, "HmacSHA512/256"),
    (arcs("2.16.840.1.101.3.4.2.13"), "HmacSHA3-224"),
    (arcs("2.16.840.1.101.3.4.2.14"), "HmacSHA3-256"),
    (arcs("2.16.840.1.101.3.4.2.15"), "HmacSHA3-384"),
    (arcs("2.16.840.1.101.3.4.2.16"), "HmacSHA3-512"),
    (oid::PBE_MD5_DES, "PBEWithMD5AndDES"),
    (oid::PBE_MD5_RC2, "PBEWithMD5AndRC2"),
    (oid::PBE_SHA1_DES, "PBEWithSHA1AndDES"),
    (oid::PBE_SHA1_RC2, "PBEWithSHA1AndRC2"),
    (oid::PBKDF2, "PBKDF2WithHmacSHA1"),
    (oid::PBE_SHA1_RC4_128, "PBEWithSHA1AndRC4_128"),
    (oid::PBE_SHA1_RC4_40, "PBEWithSHA1AndRC4_40"),
    (oid::PBE_SHA1_3DES, "PBEWithSHA1AndDESede"),
    (oid::PBE_SHA1_RC2_128, "PBEWithSHA1AndRC2_128"),
    (oid::PBE_SHA1_RC2_40, "PBEWithSHA1AndRC2_40"),
];

const fn arcs(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkcs8::is_private_key_info;

    #[test]
    fn names_come_back_through_the_wrapper() {
        let names = NAMES.iter().map(|(_, name)| *name);
        for name in names.chain(["ChaCha20", "größer", "", "1.2.3.4"]) {
            let key = SecretKey::new(name, Zeroizing::new(vec![1, 2, 3]));
            let wrapped = key.to_pkcs8();
            assert!(is_private_key_info(&wrapped), "{name}");
            let back = SecretKey::from_pkcs8(&wrapped).unwrap();
            assert_eq!(back.secret_octets(), [1, 2, 3]);
            let expected = match name {
                "RC4" => "ARCFOUR",
                "RC2/CBC/PKCS5Padding" => "RC2",
                name => name,
            };
            assert_eq!(back.algorithm(), expected);
            let nameless = matches!(name, "ChaCha20" | "größer" | "");
            assert_eq!(is_nameless_to_java(&wrapped), nameless, "{name}");
        }
        let aes = SecretKey::new("aes", Zeroizing::new(vec![1]));
        let back = SecretKey::from_pkcs8(&aes.to_pkcs8()).unwrap();
        assert_eq!(back.algorithm(), "AES");
    }

    #[test]
    fn debug_shows_no_key() {
        let key = SecretKey::new("AES", Zeroizing::new(b"hunter2".to_vec()));
        assert_eq!(format!("{key:?}"), "[AES key elided]");
    }
}
