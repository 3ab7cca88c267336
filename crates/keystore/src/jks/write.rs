//! Writing: version 2, strict about what Java would refuse or lose.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::{KEY, SECRET_KEY, TRUSTED, X509, magic_of, store_digest};
use crate::java::{DataOutput, sealed};
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::pkcs8::Carried;
use crate::protect::{self, jce};
use crate::{
    At, Entry, EntryKind, Error, Format, KeyStore, Password, SealedKey, Timestamp, WriteOptions,
    Written, chain,
};

/// Writes version 2 of JKS or JCEKS, entries in the order of the store, aliases in lower case as Java does unless told to
/// keep them.
pub(crate) fn write(
    store: &KeyStore,
    format: Format,
    options: &WriteOptions<'_>,
) -> Result<Written, Error> {
    let Some(password) = options.password else {
        return Err(password_unfit(format, "the file needs one"));
    };
    let count = u32::try_from(store.len())
        .ok()
        .filter(|_| store.len() <= MAX_ENTRIES);
    let Some(count) = count else {
        return Err(Error::OverLimit {
            format,
            what: "entry count".to_owned(),
            found: store.len() as u64,
            limit: MAX_ENTRIES as u64,
        });
    };

    let mut writer = Writer {
        format,
        options,
        password,
        output: DataOutput::default(),
        notes: Notes::default(),
        carried: Carried::new(),
    };
    writer.note_password();
    writer.output.raw(&magic_of(format));
    writer.output.u32(2);
    writer.output.u32(count);
    let keeps_case = options.keep_alias_case && format == Format::Jks;
    let mut folded = HashMap::new();
    for entry in store.entries() {
        let alias = if keeps_case {
            entry.alias.to_string()
        } else {
            entry.alias.folded()
        };
        if let Some(first) = folded.insert(alias.clone(), entry.alias.as_str()) {
            return Err(Error::AliasCollision {
                format,
                first: first.to_owned(),
                second: entry.alias.to_string(),
            });
        }
        writer.note_changes(entry, &alias);
        writer.entry(entry, &alias)?;
    }
    let has_upper = |entry: &Entry| entry.alias.folded() != entry.alias.as_str();
    if keeps_case && store.entries().iter().any(has_upper) {
        let message = "aliases keep their case: keytool needs -storetype CaseExactJKS to find them";
        writer.notes.oddity(At::Input, message);
    }
    let Writer {
        mut output, notes, ..
    } = writer;
    let digest = store_digest(password, output.bytes());
    output.raw(&digest);
    Ok(Written {
        bytes: Zeroizing::new(output.into_bytes()),
        notes: notes.into_list(),
    })
}

struct Writer<'o> {
    format: Format,
    options: &'o WriteOptions<'o>,
    password: &'o Password,
    output: DataOutput,
    notes: Notes,
    carried: Carried,
}

impl<'o> Writer<'o> {
    /// keytool and Portecle ask for six characters, counted as Java counts them, when they make a store; they open and
    /// change it with fewer.
    fn note_password(&mut self) {
        if self.password.expose_secret().encode_utf16().count() < MIN_PASSWORD {
            let message = "the password has fewer than 6 characters: keytool opens such a store, and makes none itself";
            self.notes.warning(At::Input, message);
        }
    }

    fn note_changes(&mut self, entry: &Entry, alias: &str) {
        let at = || At::Entry(entry.alias.to_string());
        if alias != entry.alias.as_str() {
            let message = format!("written as {alias:?}, Java keeps aliases in lower case");
            self.notes.oddity(at(), message);
        }
        if !entry.attributes.is_empty() {
            let message = format!("its attributes are not written, {} has none", self.format);
            self.notes.oddity(at(), message);
        }
        if let EntryKind::PrivateKey { key, .. } | EntryKind::SecretKey(key) = &entry.kind
            && key
                .as_java_protected(self.format)
                .or(key.as_java_object())
                .is_some()
        {
            let password = self.key_password(entry);
            self.carried.note(key, password, entry, &mut self.notes);
        }
    }

    fn entry(&mut self, entry: &Entry, alias: &str) -> Result<(), Error> {
        let format = self.format;
        let unfit = |what| Error::EntryUnfit {
            format,
            alias: entry.alias.to_string(),
            what,
        };
        let (tag, key) = match &entry.kind {
            EntryKind::PrivateKey { chain, .. } if chain.is_empty() => {
                return Err(unfit("a private key without its certificate:"));
            }
            EntryKind::PrivateKey { key, .. } => (KEY, Some(self.seal(key, entry)?)),
            EntryKind::SecretKey(key) if format == Format::Jceks => {
                (SECRET_KEY, Some(self.seal_secret(key, entry)?))
            }
            EntryKind::SecretKey(_) => return Err(unfit("the secret key")),
            EntryKind::TrustedCertificate(_) => (TRUSTED, None),
        };
        self.output.u32(tag);
        self.output.utf(alias).ok_or_else(|| Error::AliasUnfit {
            format,
            alias: entry.alias.to_string(),
            why: "it takes more than 65535 bytes".to_owned(),
        })?;
        self.output.i64(entry.created.map_or(0, Timestamp::millis));
        let certificates = chain::to_write(entry, self.format, &mut self.notes);
        match key {
            Some(stream) if tag == SECRET_KEY => self.output.raw(&stream),
            Some(key) => {
                let count = u32::try_from(certificates.len()).ok();
                self.output
                    .blob(&key)
                    .ok_or_else(|| unfit("the oversized private key"))?;
                self.output
                    .u32(count.ok_or_else(|| unfit("the endless chain of"))?);
            }
            None => (),
        }
        for certificate in certificates {
            self.output
                .utf(X509)
                .and_then(|()| self.output.blob(certificate))
                .ok_or_else(|| unfit("the oversized certificate of"))?;
        }
        Ok(())
    }

    /// The `EncryptedPrivateKeyInfo` of a key: as it is when the format takes its scheme, else sealed now.
    fn seal(&self, key: &SealedKey, entry: &Entry) -> Result<Vec<u8>, Error> {
        if key.is_sealed() {
            let protected = key.as_java_protected(self.format).map(<[u8]>::to_vec);
            return protected.ok_or_else(|| self.sealed_otherwise(entry));
        }
        let clear = key.unlock(None)?;
        if self.format == Format::Jceks {
            let (password, salt) = self.jce_material(entry)?;
            let (parameters, encrypted) = jce::encrypt(clear.secret_pkcs8(), password, salt);
            return Ok(jce::encrypted_private_key_info(&parameters, &encrypted));
        }
        let salt = self.salt()?;
        let password = self.key_password(entry);
        let octets = protect::java::protect(clear.secret_pkcs8(), password, salt);
        Ok(protect::java::encrypted_private_key_info(&octets))
    }

    /// The serialized object of a secret key: as it is, else sealed now.
    fn seal_secret(&self, key: &SealedKey, entry: &Entry) -> Result<Vec<u8>, Error> {
        if key.is_sealed() {
            let object = key.as_java_object().map(<[u8]>::to_vec);
            return object.ok_or_else(|| self.sealed_otherwise(entry));
        }
        let unfit = || Error::EntryUnfit {
            format: self.format,
            alias: entry.alias.to_string(),
            what: "the secret key",
        };
        let clear = key.unlock_secret(None).map_err(|_| unfit())?;
        // Java builds a SecretKeySpec of neither
        if clear.secret_octets().is_empty() || clear.algorithm().is_empty() {
            return Err(unfit());
        }
        let (password, salt) = self.jce_material(entry)?;
        sealed::seal(&clear, password, salt).ok_or_else(unfit)
    }

    /// Password and salt for JCEKS; Java refuses to build a key of other characters (`PBEKey`).
    fn jce_material(&self, entry: &Entry) -> Result<(&'o [u8], [u8; 8]), Error> {
        let password = self.key_password(entry).expose_secret().as_bytes();
        if !password.iter().all(|octet| (b' '..=b'~').contains(octet)) {
            let why = "Java seals keys of JCEKS under printable ASCII only";
            return Err(password_unfit(self.format, why));
        }
        Ok((password, self.salt()?))
    }

    fn key_password(&self, entry: &Entry) -> &'o Password {
        let own = self.options.password_of_key(&entry.alias);
        own.unwrap_or(self.password)
    }

    fn salt<const N: usize>(&self) -> Result<[u8; N], Error> {
        let mut salt = [0; N];
        self.options
            .random
            .ok_or(Error::NoRandomness)?
            .fill(&mut salt)?;
        Ok(salt)
    }

    fn sealed_otherwise(&self, entry: &Entry) -> Error {
        Error::KeySealed {
            format: self.format,
            alias: entry.alias.to_string(),
        }
    }
}

fn password_unfit(format: Format, why: &str) -> Error {
    Error::PasswordUnfit {
        format,
        why: why.to_owned(),
    }
}

const MIN_PASSWORD: usize = 6;
