//! What bags hold (RFC 7292, section 4.2), each checked for its shape only.

use zeroize::Zeroizing;

use crate::ber::{self, Fault, Tlv};
use crate::pkcs8::{is_encrypted_private_key_info, is_private_key_info};
use crate::protect::Refusal;
use crate::secret::wrap;
use crate::{Format, SealedKey, oid};

/// `KeyBag ::= PrivateKeyInfo` (RFC 7292, section 4.2.1).
pub(super) fn clear_key(value: &Tlv<'_>) -> Result<SealedKey, Refusal> {
    let der = Zeroizing::new(ber::to_der(value)?);
    if !is_private_key_info(&der) {
        return Err(value.expected("a PKCS#8 private key").into());
    }
    Ok(SealedKey::from_pkcs8(der).within(Format::Pkcs12))
}

/// `PKCS8ShroudedKeyBag ::= EncryptedPrivateKeyInfo` (RFC 7292, section 4.2.2).
pub(super) fn encrypted_key(value: &Tlv<'_>) -> Result<SealedKey, Refusal> {
    if !is_encrypted_private_key_info(value) {
        return Err(value.expected("an encrypted PKCS#8 private key").into());
    }
    Ok(SealedKey::from_encrypted_pkcs8(ber::to_der(value)?).within(Format::Pkcs12))
}

/// `SEQUENCE { type OBJECT IDENTIFIER, value [0] EXPLICIT OCTET STRING }`, as certificate and CRL bags are.
pub(super) fn inner_octets(value: &Tlv<'_>, wanted: &[u8], what: &str) -> Result<Vec<u8>, Refusal> {
    let (kind, octets) = content_info(value)?;
    if kind.content != wanted {
        return Err(Refusal::Unsupported(format!(
            "a {what} of type {}",
            oid::dotted(kind.content)
        )));
    }
    Ok(octets.octets()?.into_owned())
}

/// `SecretBag ::= SEQUENCE { secretTypeId OBJECT IDENTIFIER, secretValue [0] EXPLICIT ANY }` (RFC 7292, section 4.2.5).
///
/// Java's type is that of a shrouded key bag, its value an octet string with the `EncryptedPrivateKeyInfo`
/// (`sun.security.pkcs12.PKCS12KeyStore`, `SecretBag`). A secret of any other type is its octets under that identifier.
pub(super) fn secret(value: &Tlv<'_>) -> Result<SealedKey, Refusal> {
    let (kind, content) = content_info(value)?;
    if kind.content == oid::SHROUDED_KEY_BAG.as_bytes() {
        let octets = content.octets()?;
        let inner = Tlv::first(&octets).map_err(|_| value.expected("an encrypted secret key"))?;
        return encrypted_key(&inner).map_err(|_| value.expected("an encrypted secret key").into());
    }
    let octets = match content.octets() {
        Ok(octets) => Zeroizing::new(octets.into_owned()),
        Err(_) => Zeroizing::new(ber::to_der(&content)?),
    };
    let wrapped = wrap(&oid::dotted(kind.content), &octets);
    Ok(SealedKey::from_pkcs8(wrapped).within(Format::Pkcs12))
}

/// `ContentInfo ::= SEQUENCE { contentType OBJECT IDENTIFIER, content [0] EXPLICIT ANY }`.
pub(super) fn content_info<'a>(info: &Tlv<'a>) -> Result<(Tlv<'a>, Tlv<'a>), Fault> {
    let mut inside = info.inside();
    let content_type = inside.expect(ber::OBJECT_IDENTIFIER, "a content type")?;
    let explicit = inside.expect(ber::context(0), "content")?;
    Ok((content_type, explicit.inside().any("content")?))
}

/// Algorithm and content of `EncryptedData ::= SEQUENCE { version, EncryptedContentInfo }` (RFC 5652, section 8); the
/// content is `[0] IMPLICIT OCTET STRING`, which BER writers cut into chunks.
pub(super) fn encrypted_content<'a>(data: &Tlv<'a>) -> Result<(Tlv<'a>, Tlv<'a>), Fault> {
    let mut inside = data.inside();
    inside.expect(ber::INTEGER, "a version")?;
    let mut info = inside.expect(ber::SEQUENCE, "encrypted content")?.inside();
    info.expect(ber::OBJECT_IDENTIFIER, "a content type")?;
    let algorithm = info.expect(ber::SEQUENCE, "an encryption algorithm")?;
    match info.optional_context(0)? {
        Some(encrypted) => Ok((algorithm, encrypted)),
        None => Err(data.expected("encrypted content")),
    }
}
