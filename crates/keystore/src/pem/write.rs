//! Writing: 64 columns, LF, one block per key and certificate (RFC 7468).

use ::pem::{EncodeConfig, LineEnding, Pem};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::der::note_lost_aliases;
use crate::jks::is_sun_protected;
use crate::note::Notes;
use crate::{Entry, EntryKind, Error, Format, KeyStore, SealedKey, WriteOptions, Written};

/// Writes every entry in order, a key before its chain. Keys stay as they are: in the clear, or encrypted.
pub(crate) fn write(store: &KeyStore, _: &WriteOptions<'_>) -> Result<Written, Error> {
    if store.is_empty() {
        return Err(Error::NothingToWrite {
            format: Format::Pem,
        });
    }
    let mut blocks = Vec::new();
    for entry in store.entries() {
        match &entry.kind {
            EntryKind::PrivateKey { key, .. } => blocks.push(key_block(key, entry)?),
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
    let mut notes = Notes::default();
    note_lost_aliases(store, Format::Pem, &mut notes);
    Ok(Written {
        bytes: joined(&blocks),
        notes: notes.into_list(),
    })
}

fn key_block(key: &SealedKey, entry: &Entry) -> Result<Zeroizing<String>, Error> {
    if !key.is_sealed() {
        return Ok(clear_block(key.unlock(None)?.secret_pkcs8()));
    }
    match key.encrypted_pkcs8() {
        // Nothing but Java opens a key under Sun's protector, and Java takes no such PEM file.
        Some(der) if !is_sun_protected(der) => Ok(block("ENCRYPTED PRIVATE KEY", der)),
        _ => Err(Error::KeySealed {
            format: Format::Pem,
            alias: entry.alias.to_string(),
        }),
    }
}

fn block(label: &str, der: &[u8]) -> Zeroizing<String> {
    let config = EncodeConfig::new()
        .set_line_ending(LineEnding::LF)
        .set_line_wrap(COLUMNS);
    Zeroizing::new(::pem::encode_config(&Pem::new(label, der), config))
}

/// A key in the clear; the pem crate would leave copies of it in memory.
fn clear_block(pkcs8: &[u8]) -> Zeroizing<String> {
    let base64 = Zeroizing::new(STANDARD.encode(pkcs8));
    let mut text = Zeroizing::new(String::with_capacity(
        base64.len() + base64.len() / COLUMNS + 60,
    ));
    text.push_str("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at_checked(COLUMNS).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = next;
    }
    text.push_str("-----END PRIVATE KEY-----\n");
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
