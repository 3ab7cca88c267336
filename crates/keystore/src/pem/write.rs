//! Writing: 64 columns, LF, one block per key and certificate (RFC 7468).

use ::pem::{EncodeConfig, LineEnding, Pem};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::der::note_lost_aliases;
use crate::note::Notes;
use crate::{Entry, EntryKind, Error, Format, KeyStore, Request, SealedKey, WriteOptions, Written};

/// Writes every entry in order, a key before its chain, then what stands beside them. Keys stay as they are: in the
/// clear, or encrypted.
pub(crate) fn write(store: &KeyStore, options: &WriteOptions<'_>) -> Result<Written, Error> {
    let mut blocks = Vec::new();
    for entry in store.entries() {
        match &entry.kind {
            EntryKind::PrivateKey { key, .. } => blocks.push(key_block(key, entry, options)?),
            EntryKind::SecretKey(_) => {
                return Err(Error::EntryUnfit {
                    format: Format::Pem,
                    alias: entry.alias.to_string(),
                    what: "the secret key",
                });
            }
            EntryKind::TrustedCertificate(_) => (),
        }
        let certificates = entry.certificates().iter();
        blocks.extend(certificates.map(|certificate| block("CERTIFICATE", certificate)));
    }
    if let Some(others) = options.others {
        blocks.extend(others.requests.iter().filter_map(|request| match request {
            Request::Pkcs10(der) => Some(block("CERTIFICATE REQUEST", der)),
            Request::Spkac(_) => None,
        }));
        blocks.extend(others.crls.iter().map(|der| block("X509 CRL", der)));
        blocks.extend(
            others
                .public_keys
                .iter()
                .map(|der| block("PUBLIC KEY", der)),
        );
    }
    if blocks.is_empty() {
        return Err(Error::NothingToWrite {
            format: Format::Pem,
        });
    }
    let mut notes = Notes::default();
    note_lost_aliases(store, Format::Pem, &mut notes);
    Ok(Written {
        bytes: joined(&blocks),
        notes: notes.into_list(),
    })
}

fn key_block(
    key: &SealedKey,
    entry: &Entry,
    options: &WriteOptions<'_>,
) -> Result<Zeroizing<String>, Error> {
    if !key.is_sealed() {
        let clear = key.unlock(None)?;
        if options.traditional_keys {
            let (label, der) = clear.to_traditional()?;
            return Ok(clear_block(label, &der));
        }
        return Ok(clear_block("PRIVATE KEY", clear.secret_pkcs8()));
    }
    if let Some((label, dek_info, body)) = key.as_traditional() {
        return Ok(locked_block(label, &dek_info, body));
    }
    // Nothing but Java opens a key under Sun's protector, and Java takes no such PEM file.
    let sealed = key.as_encrypted_pkcs8().ok_or_else(|| Error::KeySealed {
        format: Format::Pem,
        alias: entry.alias.to_string(),
    })?;
    Ok(block("ENCRYPTED PRIVATE KEY", sealed))
}

/// With the headers of RFC 1421, section 4.6.1.
fn locked_block(label: &str, dek_info: &str, body: &[u8]) -> Zeroizing<String> {
    let body = block(label, body);
    let headers = format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: {dek_info}\n\n");
    let (begin, rest) = body.split_once('\n').unwrap_or((&body, ""));
    Zeroizing::new(format!("{begin}\n{headers}{rest}"))
}

/// One block; of what is no secret.
pub(crate) fn block(label: &str, der: &[u8]) -> Zeroizing<String> {
    let config = EncodeConfig::new()
        .set_line_ending(LineEnding::LF)
        .set_line_wrap(COLUMNS);
    Zeroizing::new(::pem::encode_config(&Pem::new(label, der), config))
}

/// A key in the clear; the pem crate would leave copies of it in memory.
fn clear_block(label: &str, der: &[u8]) -> Zeroizing<String> {
    let base64 = Zeroizing::new(STANDARD.encode(der));
    let mut text = Zeroizing::new(String::with_capacity(
        base64.len() + base64.len() / COLUMNS + 2 * label.len() + 40,
    ));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at_checked(COLUMNS).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = next;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

fn joined(blocks: &[Zeroizing<String>]) -> Zeroizing<Vec<u8>> {
    let length = blocks.iter().map(|block| block.len()).sum();
    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
    for block in blocks {
        bytes.extend_from_slice(block.as_bytes());
    }
    bytes
}

const COLUMNS: usize = 64;

#[cfg(test)]
mod tests;
