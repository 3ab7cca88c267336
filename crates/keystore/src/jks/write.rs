//! Writing: version 2, strict about what Java would refuse or lose.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::{KEY, MAGIC, TRUSTED, X509, is_sun_protected, store_digest};
use crate::der::peek;
use crate::java::DataOutput;
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::protect::java::protect;
use crate::{
    At, Entry, EntryKind, Error, Format, KeyStore, Password, SealedKey, Timestamp, WriteOptions,
    Written,
};

/// Writes version 2, entries in the order of the store, aliases in lower case as Java does.
pub(crate) fn write(store: &KeyStore, options: &WriteOptions<'_>) -> Result<Written, Error> {
    let Some(password) = options.password else {
        return Err(password_unfit("a JKS file needs one"));
    };
    check_password(password)?;
    let count = u32::try_from(store.len())
        .ok()
        .filter(|_| store.len() <= MAX_ENTRIES);
    let Some(count) = count else {
        return Err(Error::OverLimit {
            format: Format::Jks,
            what: "entry count".to_owned(),
            found: store.len() as u64,
            limit: MAX_ENTRIES as u64,
        });
    };

    let mut notes = Notes::default();
    let mut output = DataOutput::default();
    output.raw(&MAGIC);
    output.u32(2);
    output.u32(count);
    let mut folded = HashMap::new();
    for entry in store.entries() {
        let alias = entry.alias.folded();
        if let Some(first) = folded.insert(alias.clone(), entry.alias.as_str()) {
            return Err(Error::AliasCollision {
                format: Format::Jks,
                first: first.to_owned(),
                second: entry.alias.to_string(),
            });
        }
        if alias != entry.alias.as_str() {
            let message = format!("written as {alias:?}, Java keeps aliases in lower case");
            notes.oddity(At::Entry(entry.alias.to_string()), message);
        }
        if !entry.attributes.is_empty() {
            let message = "its attributes are not written, JKS has none";
            notes.oddity(At::Entry(entry.alias.to_string()), message);
        }
        write_entry(entry, &alias, options, password, &mut output)?;
    }
    let digest = store_digest(password, output.bytes());
    output.raw(&digest);
    Ok(Written {
        bytes: Zeroizing::new(output.into_bytes()),
        notes: notes.into_list(),
    })
}

fn write_entry(
    entry: &Entry,
    alias: &str,
    options: &WriteOptions<'_>,
    password: &Password,
    output: &mut DataOutput,
) -> Result<(), Error> {
    let unfit = |what| Error::EntryUnfit {
        format: Format::Jks,
        alias: entry.alias.to_string(),
        what,
    };
    let (tag, key) = match &entry.kind {
        EntryKind::PrivateKey { chain, .. } if chain.is_empty() => {
            return Err(unfit("a private key without its certificate:"));
        }
        EntryKind::PrivateKey { key, .. } => {
            let sealed = seal(key, entry, options, password)?;
            (KEY, Some(sealed))
        }
        EntryKind::SecretKey(_) => return Err(unfit("the secret key")),
        EntryKind::TrustedCertificate(_) => (TRUSTED, None),
    };
    output.u32(tag);
    output.utf(alias).ok_or_else(|| Error::AliasUnfit {
        format: Format::Jks,
        alias: entry.alias.to_string(),
        why: "it takes more than 65535 bytes".to_owned(),
    })?;
    output.i64(entry.created.map_or(0, Timestamp::millis));
    if let Some(key) = key {
        let count = u32::try_from(entry.certificates().len()).ok();
        output
            .blob(&key)
            .ok_or_else(|| unfit("the oversized private key"))?;
        output.u32(count.ok_or_else(|| unfit("the endless chain of"))?);
    }
    for certificate in entry.certificates() {
        output
            .utf(X509)
            .and_then(|()| output.blob(certificate))
            .ok_or_else(|| unfit("the oversized certificate of"))?;
    }
    Ok(())
}

/// The `EncryptedPrivateKeyInfo` of a key: as it is when Sun's protector made it, else sealed now.
fn seal(
    key: &SealedKey,
    entry: &Entry,
    options: &WriteOptions<'_>,
    password: &Password,
) -> Result<Vec<u8>, Error> {
    if key.is_sealed() {
        return match key.encrypted_pkcs8() {
            Some(der) if is_sun_protected(der) => Ok(der.to_vec()),
            _ => Err(Error::KeySealed {
                format: Format::Jks,
                alias: entry.alias.to_string(),
            }),
        };
    }
    let clear = key.unlock(None)?;
    let password = options.key_password.unwrap_or(password);
    check_password(password)?;
    let mut salt = [0; 20];
    options.random.ok_or(Error::NoRandomness)?.fill(&mut salt)?;
    let octets = protect(clear.secret_pkcs8(), password, salt);
    let content = [SUN_PROTECTOR, &peek::encode(peek::OCTETS, &octets)].concat();
    Ok(peek::encode(peek::SEQUENCE, &content))
}

/// keytool and Portecle ask for six characters, counted as Java counts them.
fn check_password(password: &Password) -> Result<(), Error> {
    let length = password.expose_secret().encode_utf16().count();
    if length < MIN_PASSWORD {
        return Err(password_unfit(
            "keytool refuses passwords of fewer than 6 characters",
        ));
    }
    Ok(())
}

fn password_unfit(why: &str) -> Error {
    Error::PasswordUnfit {
        format: Format::Jks,
        why: why.to_owned(),
    }
}

const MIN_PASSWORD: usize = 6;
/// The same as `AlgorithmIdentifier` with NULL parameters.
const SUN_PROTECTOR: &[u8] = &[
    0x30, 0x0e, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x11, 0x01, 0x01, 0x05, 0x00,
];
