//! The formats, and which one some bytes are: by content, never by file name.

use std::fmt;

/// A container or encoding that can be read, written or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// One DER object; as output: exactly one certificate (`.cer`, `.der`).
    Der,
    /// Java key store, version 2 or 1 (`sun.security.provider.JavaKeyStore`).
    Jks,
    /// PEM text with any number of blocks (RFC 7468 and everything looser that occurs in the wild).
    Pem,
    /// PKCS#12 (RFC 7292).
    Pkcs12,
    /// Certs-only PKCS#7 `SignedData` (RFC 2315, RFC 5652), DER or PEM (`.p7b`).
    Pkcs7,
}

impl Format {
    /// Every format, in the order in which help and documentation list them.
    pub const ALL: &[Self] = &[Self::Pem, Self::Der, Self::Pkcs7, Self::Jks, Self::Pkcs12];

    /// The word for flags and JSON: `pem`, `der`, `p7b`, `jks`, `pkcs12`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Der => "der",
            Self::Jks => "jks",
            Self::Pem => "pem",
            Self::Pkcs12 => "pkcs12",
            Self::Pkcs7 => "p7b",
        }
    }

    /// The format that a file extension asks for when writing; reading never uses it.
    ///
    /// Case is ignored and there is no leading dot: `pem crt`, `cer der`, `p7b p7c`, `jks`, `p12 pfx`.
    pub fn for_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "pem" | "crt" | "key" => Some(Self::Pem),
            "cer" | "der" => Some(Self::Der),
            "p7b" | "p7c" | "p7s" | "spc" => Some(Self::Pkcs7),
            "jks" | "ks" | "keystore" | "truststore" => Some(Self::Jks),
            "p12" | "pfx" | "pkcs12" => Some(Self::Pkcs12),
            _ => None,
        }
    }

    /// Whether the container protects itself with a password.
    pub const fn has_password(self) -> bool {
        matches!(self, Self::Jks | Self::Pkcs12)
    }

    /// Whether the container names its entries.
    pub const fn has_aliases(self) -> bool {
        matches!(self, Self::Jks | Self::Pkcs12)
    }

    /// Whether the bytes are text.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Pem)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Der => "DER",
            Self::Jks => "JKS",
            Self::Pem => "PEM",
            Self::Pkcs12 => "PKCS#12",
            Self::Pkcs7 => "PKCS#7",
        })
    }
}
