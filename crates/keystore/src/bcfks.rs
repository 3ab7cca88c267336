//! BCFKS, the key store of BouncyCastle's FIPS module
//! (`org.bouncycastle.jcajce.provider.keystore.bcfks.BcFKSKeyStoreSpi`, ASN.1 in `org.bouncycastle.asn1.bc`).
//!
//! ```text
//! ObjectStore ::= SEQUENCE { data, integrity }
//! data        ::= SEQUENCE { encryptionAlgorithm, OCTET STRING } | ObjectStoreData
//! integrity   ::= SEQUENCE { macAlgorithm, pbkdAlgorithm, mac OCTET STRING } | [0] SignatureCheck
//! ObjectStoreData ::= SEQUENCE { version INTEGER 1, integrityAlgorithm, creationDate GeneralizedTime,
//!                                lastModifiedDate GeneralizedTime, SEQUENCE OF ObjectData, comment UTF8String OPTIONAL }
//! ObjectData  ::= SEQUENCE { type INTEGER, identifier UTF8String, creationDate GeneralizedTime,
//!                            lastModifiedDate GeneralizedTime, data OCTET STRING, comment UTF8String OPTIONAL }
//! data of a certificate (type 0): its DER
//! data of a private key (1, 3)  : SEQUENCE { EncryptedPrivateKeyInfo, SEQUENCE OF Certificate }
//! data of a secret key (2, 4)   : EncryptedSecretKeyData
//! ```
//! The MAC is over the encoding of `data`. Types 3 and 4 are keys that the program has sealed by itself; for the rest
//! see [`crate::pkcs8::fips`]. Aliases are case-sensitive.

mod date;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;

const CERTIFICATE: u64 = 0;
const PRIVATE_KEY: u64 = 1;
const SECRET_KEY: u64 = 2;
const PROTECTED_PRIVATE_KEY: u64 = 3;
const PROTECTED_SECRET_KEY: u64 = 4;

const UTF8_STRING: u8 = 0x0c;
