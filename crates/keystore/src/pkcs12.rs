//! PKCS#12 (RFC 7292) as Java, OpenSSL, Firefox, Windows and BouncyCastle write it.
//!
//! ```text
//! PFX ::= SEQUENCE { version 3, authSafe ContentInfo, macData OPTIONAL }
//! authSafe    data { SEQUENCE OF ContentInfo }           each one data, or encryptedData under a password
//! ContentInfo SEQUENCE OF SafeBag                        key, certificate, CRL, secret, or more bags
//! SafeBag     SEQUENCE { type OID, [0] value, attributes SET OPTIONAL }
//! ```
//!
//! `reader` opens the layers and collects bags, `assemble` makes entries of them, `writer` is Java's layout.

mod assemble;
mod attributes;
mod mac;
mod reader;
mod salts;
mod writer;

pub(crate) use reader::{MAX_BAGS, read};
pub(crate) use writer::write;

#[cfg(test)]
mod tests;
