//! PKCS#12 (RFC 7292) as Java, OpenSSL, Firefox, Windows and BouncyCastle write it.
//!
//! ```text
//! PFX ::= SEQUENCE { version 3, authSafe ContentInfo, macData OPTIONAL }
//! authSafe    data { SEQUENCE OF ContentInfo }           each one data, or encryptedData under a password
//! ContentInfo SEQUENCE OF SafeBag                        key, certificate, CRL, secret, or more bags
//! SafeBag     SEQUENCE { type OID, [0] value, attributes SET OPTIONAL }
//! ```
//!
//! Reading: `costs` looks ahead, `reader` opens the layers, `values` takes the bags, `matching` finds each key's chain, `assemble` makes
//! entries. Writing: `writer` is Java's layout, `encode` its DER. Both: `attributes`, `mac`.

mod assemble;
mod attributes;
mod encode;
mod mac;
mod matching;
mod outline;
mod place;
mod profile;
mod reader;
mod salts;
mod values;
mod writer;

pub use profile::{Profile, UnknownProfile};
pub(crate) use reader::read;
pub(crate) use writer::write;

#[cfg(test)]
mod tests;
