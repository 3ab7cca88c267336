//! One value of a text: whether it matters, and what is in it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use trustpack_keystore::Format;
use zeroize::Zeroizing;

use super::super::detect::{self, BASE64_OF_PEM, extension};
use super::{Opener, Place, SourceError};

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Base64,
    Text,
}

/// Fields whose value is base64 wherever they stand: webhooks, CRDs and API services, kubeconfig.
const BASE64_FIELDS: [&str; 4] = [
    "caBundle",
    "certificate-authority-data",
    "client-certificate-data",
    "client-key-data",
];

/// Keys that nobody checks, since they hold no certificate: PEM labels of SSH and PGP.
const FOREIGN_LABELS: [&str; 4] = ["OPENSSH ", "PGP ", "SSH2 ", "AGE "];

/// How a value is written that stands anywhere; `None` when it cannot matter.
pub(super) fn encoding(field: &str, text: &str) -> Option<Encoding> {
    if BASE64_FIELDS.contains(&field) || text.trim_start().starts_with(BASE64_OF_PEM) {
        return Some(Encoding::Base64);
    }
    text.contains("-----BEGIN ").then_some(Encoding::Text)
}

/// Whether a field of that name holds a certificate or a store, and nothing else. A `.key` can be any secret.
pub(super) fn promises(field: &str) -> bool {
    let word = extension(field);
    let is_store = Format::for_extension(&word).is_some();
    is_store && !matches!(word.as_str(), "key" | "keystore" | "ks" | "truststore")
        || BASE64_FIELDS.contains(&field) && field != "client-key-data"
}

/// A value of a text and where it stands.
pub(super) struct Found<'v> {
    pub(super) place: Place,
    /// The last part of its path.
    pub(super) field: &'v str,
    pub(super) text: &'v str,
    pub(super) encoding: Encoding,
    /// Whether nothing at all is a fault too.
    pub(super) required: bool,
    pub(super) depth: usize,
}

impl Found<'_> {
    /// Decodes it and hands it on.
    pub(super) fn hand_out(self, opener: &mut Opener<'_>) -> Result<(), SourceError> {
        let promised = promises(self.field);
        let bytes = match self.decode() {
            Ok(bytes) => bytes,
            // A placeholder that a template engine fills in.
            Err(_) if self.text.contains("{{") || self.text.contains("${") => {
                opener.passed_over += 1;
                return Ok(());
            }
            Err(SourceError::Encrypted { .. }) if !promised => {
                opener.passed_over += 1;
                return Ok(());
            }
            Err(error) => return opener.problem(self.place, error),
        };
        // An injector of CA certificates waits for its place with nothing, or with a line end, in it.
        if bytes.trim_ascii().is_empty() {
            if self.required {
                return opener.problem(self.place, SourceError::Empty);
            }
            opener.passed_over += 1;
            return Ok(());
        }
        if is_foreign(&bytes) {
            opener.passed_over += 1;
            return Ok(());
        }
        let is_one =
            Format::detect(&bytes).is_some() || detect::shape(self.field, &bytes).is_some();
        if promised && !is_one {
            return opener.problem(self.place, SourceError::NoCertificate);
        }
        opener.member(self.place, self.field, bytes, promised, self.depth)
    }

    fn decode(&self) -> Result<Zeroizing<Vec<u8>>, SourceError> {
        // <https://github.com/getsops/sops>: what it encrypts begins so, in every format
        if self.text.starts_with("ENC[") {
            return Err(SourceError::Encrypted { by: "SOPS" });
        }
        match self.encoding {
            Encoding::Text => Ok(Zeroizing::new(self.text.as_bytes().to_vec())),
            Encoding::Base64 => base64(self.text),
        }
    }
}

/// Base64 as Kubernetes takes it (RFC 4648 section 4), with line ends and blanks left out, and padding or not.
fn base64(text: &str) -> Result<Zeroizing<Vec<u8>>, SourceError> {
    let plain: Zeroizing<Vec<u8>> = Zeroizing::new(
        text.bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect(),
    );
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, config);
    match engine.decode(plain.as_slice()) {
        Ok(bytes) => Ok(Zeroizing::new(bytes)),
        // The decoder would repeat the character, which may be one of a secret.
        Err(base64::DecodeError::InvalidByte(place, _)) => Err(SourceError::NotBase64 {
            why: format!("character {} is none of it", place + 1),
        }),
        Err(_) => Err(SourceError::NotBase64 {
            why: "it is not whole at its end".to_owned(),
        }),
    }
}

/// Whether all PEM in it is for other programs.
fn is_foreign(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let mut labels = text.split("-----BEGIN ").skip(1).peekable();
    labels.peek().is_some()
        && labels.all(|label| {
            FOREIGN_LABELS
                .iter()
                .any(|foreign| label.starts_with(foreign))
        })
}
