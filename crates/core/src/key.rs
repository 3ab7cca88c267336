//! Public keys: what they are, and which private key they belong to.

mod belongs;
mod facts;
mod private;
mod public;
#[cfg(test)]
mod tests;

pub use belongs::{Belongs, belongs, belongs_to, is_same_private, is_same_public};
pub use facts::KeyFacts;
pub(crate) use private::PrivateKey;
pub(crate) use public::{PublicKey, modulus_bits};

pub(crate) const DSA: &str = "1.2.840.10040.4.1";
pub(crate) const RSA_PSS: &str = "1.2.840.113549.1.1.10";
pub(crate) const RSA: &str = "1.2.840.113549.1.1.1";
pub(crate) const EC: &str = "1.2.840.10045.2.1";
pub(crate) const ED25519: &str = "1.3.101.112";
pub(crate) const ED448: &str = "1.3.101.113";
pub(crate) const ML_DSA_44: &str = "2.16.840.1.101.3.4.3.17";
pub(crate) const ML_DSA_65: &str = "2.16.840.1.101.3.4.3.18";
pub(crate) const ML_DSA_87: &str = "2.16.840.1.101.3.4.3.19";
pub(crate) const P256: &str = "1.2.840.10045.3.1.7";
pub(crate) const P384: &str = "1.3.132.0.34";
pub(crate) const P521: &str = "1.3.132.0.35";
pub(crate) const SECP256K1: &str = "1.3.132.0.10";

/// Object identifier, name, bits.
const CURVES: [(&str, &str, u32); 9] = [
    ("1.2.840.10045.3.1.1", "P-192", 192),
    (P256, "P-256", 256),
    (SECP256K1, "secp256k1", 256),
    ("1.3.132.0.33", "P-224", 224),
    (P384, "P-384", 384),
    (P521, "P-521", 521),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512),
];
