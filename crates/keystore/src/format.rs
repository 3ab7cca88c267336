//! The formats, and which one some bytes are: by content, never by file name.

#[cfg(test)]
mod tests;

use std::fmt;

use zeroize::Zeroizing;

use crate::Error;
use crate::bks;
use crate::der::Shape;
use crate::jks;
use crate::pem::body;
use crate::pem::scan;
use crate::pem::text::Text;

/// A container or encoding that can be read, written or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// BouncyCastle's FIPS key store (`BcFKSKeyStoreSpi`).
    Bcfks,
    /// BouncyCastle's key store, version 2; 1 and 0 are read (`BcKeyStoreSpi`).
    Bks,
    /// One DER object; as output: exactly one certificate (`.cer`, `.der`).
    Der,
    /// Java key store, version 2 or 1 (`sun.security.provider.JavaKeyStore`).
    Jks,
    /// The same with secret keys and stronger protection of keys (`com.sun.crypto.provider.JceKeyStore`).
    Jceks,
    /// PEM text with any number of blocks (RFC 7468 and everything looser that occurs in the wild).
    Pem,
    /// PKCS#12 (RFC 7292).
    Pkcs12,
    /// Certs-only PKCS#7 `SignedData` (RFC 2315, RFC 5652), DER or PEM (`.p7b`).
    Pkcs7,
    /// One chain as `java.security.cert.CertPath` encodes it, the certificate nearest to the root first (X.509, RFC 6066
    /// section 10.1).
    PkiPath,
    /// BouncyCastle's key store that is encrypted as a whole (`BcKeyStoreSpi.BouncyCastleStore`).
    Uber,
}

impl Format {
    /// Every format, in the order in which help and documentation list them.
    pub const ALL: &[Self] = &[
        Self::Pem,
        Self::Der,
        Self::Pkcs7,
        Self::PkiPath,
        Self::Jks,
        Self::Jceks,
        Self::Pkcs12,
        Self::Bks,
        Self::Uber,
        Self::Bcfks,
    ];

    /// What the bytes are, by content; `None` for what [`read`](crate::read) would refuse as empty, unknown or unreadable.
    ///
    /// Blocks are not opened: PEM text of nothing but PKCS#7 is `Pem` here, and [`Pkcs7`](Self::Pkcs7) once it is read.
    pub fn detect(bytes: &[u8]) -> Option<Self> {
        match identify(bytes).ok()? {
            Identified::Base64(inner) => Self::detect(&inner),
            Identified::Format(format) => Some(format),
        }
    }

    /// The word for flags and JSON: `pem`, `der`, `p7b`, `pkipath`, `jks`, `jceks`, `pkcs12`, `bks`, `uber`, `bcfks`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bcfks => "bcfks",
            Self::Bks => "bks",
            Self::Der => "der",
            Self::Jks => "jks",
            Self::Jceks => "jceks",
            Self::Pem => "pem",
            Self::Pkcs12 => "pkcs12",
            Self::Pkcs7 => "p7b",
            Self::PkiPath => "pkipath",
            Self::Uber => "uber",
        }
    }

    /// The format that a file extension asks for when writing; reading never uses it.
    ///
    /// Case is ignored and there is no leading dot: `pem crt`, `cer der`, `p7b p7c`, `pkipath`, `jks`, `jceks`,
    /// `p12 pfx`, `bks`, `uber ubr`, `bcfks`.
    pub fn for_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "pem" | "crt" | "key" => Some(Self::Pem),
            "cer" | "der" => Some(Self::Der),
            "p7b" | "p7c" | "p7s" | "spc" => Some(Self::Pkcs7),
            "jks" | "ks" | "keystore" | "truststore" => Some(Self::Jks),
            "jceks" => Some(Self::Jceks),
            "p12" | "pfx" | "pkcs12" => Some(Self::Pkcs12),
            "bcfks" => Some(Self::Bcfks),
            "bks" => Some(Self::Bks),
            "pkipath" => Some(Self::PkiPath),
            "uber" | "ubr" => Some(Self::Uber),
            _ => None,
        }
    }

    /// The extension that a file of this format gets, without a dot: `pem`, `cer`, `p7b`, `jks`, `jceks`, `p12`.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Der => "cer",
            Self::Pkcs12 => "p12",
            _ => self.word(),
        }
    }

    /// The words of all formats, for messages: `pem, der, …, jceks or pkcs12`.
    pub fn words() -> String {
        one_of(|format| format.word().to_owned())
    }

    /// The names of all formats, for messages: `PEM, DER, …, JCEKS or PKCS#12`.
    pub fn names() -> String {
        one_of(|format| format.to_string())
    }

    /// Whether the container protects itself with a password.
    pub const fn has_password(self) -> bool {
        matches!(
            self,
            Self::Bcfks | Self::Bks | Self::Jceks | Self::Jks | Self::Pkcs12 | Self::Uber
        )
    }

    /// Whether the container names its entries.
    pub const fn has_aliases(self) -> bool {
        matches!(
            self,
            Self::Bcfks | Self::Bks | Self::Jceks | Self::Jks | Self::Pkcs12 | Self::Uber
        )
    }

    /// Whether the bytes are text.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Pem)
    }
}

fn one_of(each: fn(Format) -> String) -> String {
    let all: Vec<String> = Format::ALL.iter().copied().map(each).collect();
    match all.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => all.concat(),
    }
}

/// A word that names no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is none of {}", Format::words())]
pub struct UnknownFormat {
    /// As written.
    pub word: String,
}

impl std::str::FromStr for Format {
    type Err = UnknownFormat;

    /// The word of the format, or an extension that stands for it, in any case.
    ///
    /// # Errors
    /// [`UnknownFormat`] for any other word.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL
            .iter()
            .find(|format| format.word().eq_ignore_ascii_case(word));
        named
            .copied()
            .or_else(|| Self::for_extension(word))
            .ok_or_else(|| UnknownFormat {
                word: word.to_owned(),
            })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bcfks => "BCFKS",
            Self::Bks => "BKS",
            Self::Der => "DER",
            Self::Jks => "JKS",
            Self::Jceks => "JCEKS",
            Self::Pem => "PEM",
            Self::Pkcs12 => "PKCS#12",
            Self::Pkcs7 => "PKCS#7",
            Self::PkiPath => "PkiPath",
            Self::Uber => "UBER",
        })
    }
}

/// What some bytes turned out to be.
#[derive(Debug)]
pub(crate) enum Identified {
    /// Base64 without armour around something that can be read.
    Base64(Zeroizing<Vec<u8>>),
    Format(Format),
}

/// Decides by content: magic numbers, then the outline of DER, then text.
pub(crate) fn identify(bytes: &[u8]) -> Result<Identified, Error> {
    identify_within(bytes, MAX_WRAPS)
}

fn identify_within(bytes: &[u8], wraps: usize) -> Result<Identified, Error> {
    if let Some(format) = jks::format_of(bytes) {
        return Ok(Identified::Format(format));
    }
    if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(recognised(what));
    }
    if let Some(format) = bks::detect(bytes) {
        return Ok(Identified::Format(format));
    }
    match Shape::of(bytes) {
        Some(shape @ (Shape::NetscapeSequence | Shape::OcspResponse)) => {
            return Err(recognised(shape.name()));
        }
        Some(Shape::Bcfks) => return Ok(Identified::Format(Format::Bcfks)),
        Some(Shape::ContentInfo) => return Ok(Identified::Format(Format::Pkcs7)),
        Some(Shape::Pfx) => return Ok(Identified::Format(Format::Pkcs12)),
        Some(Shape::PkiPath) => return Ok(Identified::Format(Format::PkiPath)),
        Some(_) => return Ok(Identified::Format(Format::Der)),
        None => (),
    }

    let text = Text::decode(bytes);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::Empty);
    }
    if scan::has_marker(&text) {
        return Ok(Identified::Format(Format::Pem));
    }
    let inner = bare_base64(spkac(&text).unwrap_or(&text));
    if let Some(inner) = inner.filter(|_| wraps > 0) {
        match identify_within(&inner, wraps - 1) {
            Ok(_) => return Ok(Identified::Base64(inner)),
            Err(error @ Error::Recognised { .. }) => return Err(error),
            Err(_) => (),
        }
    }
    match foreign_text(&text) {
        Some(what) => Err(recognised(what)),
        None => Err(Error::unknown(bytes)),
    }
}

fn bare_base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let body = body::decode(text, b"").ok()?;
    let is_plain = body.dek_info.is_none() && body.flaw.is_none();
    is_plain.then_some(body.bytes)
}

/// What follows `SPKAC=`, the line of base64 that `openssl spkac` reads and writes, between others with names.
fn spkac(text: &[u8]) -> Option<&[u8]> {
    let lines = text.split(|byte| matches!(byte, b'\n' | b'\r'));
    lines
        .map(<[u8]>::trim_ascii)
        .find_map(|line| line.strip_prefix(b"SPKAC="))
}

fn foreign_text(text: &[u8]) -> Option<&'static str> {
    let start = text.trim_ascii_start();
    let start = start.get(..start.len().min(40)).unwrap_or_default();
    let start = start.to_ascii_lowercase();
    FOREIGN_TEXT
        .iter()
        .find(|(prefix, _)| start.starts_with(prefix.as_bytes()))
        .map(|(_, what)| *what)
}

fn recognised(what: &str) -> Error {
    Error::Recognised {
        what: what.to_owned(),
    }
}

/// Base64 of base64 of a PEM file occurs in Kubernetes secrets; more does not.
const MAX_WRAPS: usize = 2;

/// First bytes of files that people mistake for certificates and key stores.
const FOREIGN: &[(&[u8], &str)] = &[
    (&[0x37, 0x48, 0x04], "an IBM KDB key database"),
    (&[0x37, 0x48, 0x06], "an IBM KDB key database"),
    (b"PK\x03\x04", "a ZIP archive"),
    (&[0x1f, 0x8b], "a gzip archive"),
    (b"SQLite format 3\0", "an SQLite database, perhaps of NSS"),
    (b"%PDF", "a PDF document"),
];

/// The same for text; in lower case.
const FOREIGN_TEXT: &[(&str, &str)] = &[
    ("<!doctype html", "an HTML page"),
    ("<html", "an HTML page"),
    ("<", "an XML or HTML document without PEM blocks"),
    ("{", "JSON without PEM blocks"),
    ("[", "JSON without PEM blocks"),
    ("ssh-", "an OpenSSH public key"),
    ("ecdsa-sha2-", "an OpenSSH public key"),
    ("---- begin ssh2", "an SSH2 public key"),
    ("putty-user-key-file", "a PuTTY private key"),
];
