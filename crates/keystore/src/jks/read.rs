//! Reading: every entry in file order, the digest checked when there is a password.

use rustls_pki_types::CertificateDer;
use subtle::ConstantTimeEq;

use super::{KEY, SECRET_KEY, TRUSTED, format_of, store_digest};
use crate::der::Shape;
use crate::java::certificate::{Certificates, Flaws};
use crate::java::{DataInput, sealed};
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::protect::Budget;
use crate::{
    Alias, At, Contents, Entry, EntryKind, Error, Facts, Format, Integrity, KeyStore, ReadOptions,
    SealedKey, Timestamp,
};

/// Reads a store; without a password its digest is not checked.
pub(crate) fn read(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Contents, Error> {
    let format = format_of(bytes).unwrap_or(Format::Jks);
    let mut input = DataInput::new(format, bytes);
    input.array::<4>("magic number")?;
    if format_of(bytes).is_none() {
        return Err(input.malformed(0, "no JKS magic number"));
    }
    let version = input.u32("version")?;
    if !matches!(version, 1 | 2) {
        return Err(Error::Unsupported {
            format,
            what: format!("version {version}"),
        });
    }
    let count = input.u32("entry count")?;

    let mut reader = Reader {
        format,
        input,
        version,
        store: KeyStore::new(),
        notes: Notes::default(),
        certificates: Certificates::default(),
    };
    for number in 1..=count {
        if reader.store.len() >= MAX_ENTRIES {
            return Err(Error::OverLimit {
                format,
                what: "entry count".to_owned(),
                found: count.into(),
                limit: MAX_ENTRIES as u64,
            });
        }
        reader
            .entry()
            .map_err(|error| in_entry(error, number, count))?;
    }
    let Reader {
        mut input,
        store,
        mut notes,
        ..
    } = reader;

    let end = input.at();
    let digest: [u8; 20] = input
        .array("digest")
        .map_err(|error| error.map_what(|what| format!("{what} ({count} entries read before)")))?;
    let integrity = match options.password {
        None => {
            notes.warning(At::Input, "integrity not verified: no password");
            Integrity::NotVerified
        }
        Some(password) => {
            let content = bytes.get(..end).unwrap_or_default();
            if !bool::from(store_digest(password, content).ct_eq(&digest)) {
                let keys = store.entries().iter().filter_map(|entry| entry.kind.key());
                return Err(
                    if SealedKey::any_opens(keys, password, &mut Budget::new()) {
                        Error::IntegrityFailed {
                            format,
                            what: "digest",
                        }
                    } else {
                        Error::WrongPassword {
                            format,
                            what: "file".to_owned(),
                        }
                    },
                );
            }
            Integrity::Verified
        }
    };
    if input.remaining() > 0 {
        let message = format!("{} byte(s) after the digest ignored", input.remaining());
        notes.oddity(At::Byte(input.at()), message);
    }
    let facts = Facts {
        integrity: Some("SHA-1 over password and content".to_owned()),
        ..Facts::of_version(version)
    };
    Ok(Contents {
        facts,
        store,
        integrity,
        notes: notes.into_list(),
        ..Contents::empty(format)
    })
}

struct Reader<'a> {
    format: Format,
    input: DataInput<'a>,
    version: u32,
    store: KeyStore,
    notes: Notes,
    certificates: Certificates,
}

impl Reader<'_> {
    fn entry(&mut self) -> Result<(), Error> {
        let at = self.input.at();
        let tag = self.input.u32("entry tag")?;
        let is_known = match tag {
            KEY | TRUSTED => true,
            SECRET_KEY => self.format == Format::Jceks,
            _ => false,
        };
        if !is_known {
            let hint = match tag {
                SECRET_KEY => " (a secret key; only JCEKS has those)",
                _ => "",
            };
            let what = format!("unknown entry tag {tag}{hint}");
            return Err(self.input.malformed(at, &what));
        }
        let alias = self.alias()?;
        let created = Timestamp::from_millis(self.input.i64("creation date")?);
        let kind = match tag {
            KEY => self.key(&alias)?,
            SECRET_KEY => self.secret_key(&alias)?,
            _ => {
                let mut flaws = Flaws::default();
                let certificate = self.certificate(&mut flaws)?;
                flaws.tell(&alias, &mut self.notes);
                EntryKind::TrustedCertificate(certificate)
            }
        };
        self.push(Entry {
            alias: Alias::new(alias),
            created: Some(created),
            kind,
            attributes: Vec::new(),
        });
        Ok(())
    }

    fn alias(&mut self) -> Result<String, Error> {
        let at = self.input.at();
        let alias = self.input.utf("alias")?;
        if let Some(flaw) = alias.flaw {
            let message = format!("the alias {:?} {flaw}", alias.text);
            self.notes.warning(At::Byte(at), message);
        }
        // JavaKeyStore lower-cases on set and look-up, not on load.
        if alias.text.to_lowercase() != alias.text {
            self.notes.invisible(
                At::Entry(alias.text.clone()),
                "the alias has upper-case letters: Java lists it but does not find it, and keytool -list fails, unless told that it is CaseExactJKS",
            );
        }
        Ok(alias.text)
    }

    fn key(&mut self, alias: &str) -> Result<EntryKind, Error> {
        let blob = self.input.blob("private key")?;
        let key = SealedKey::from_encrypted_pkcs8(blob.to_vec()).within(self.format);
        if Shape::of(blob) != Some(Shape::EncryptedPkcs8) {
            let message = "the private key is no EncryptedPrivateKeyInfo and will not open";
            self.notes.warning(At::Entry(alias.to_owned()), message);
        }
        self.warn_of_cost(&key, alias);
        let count = self.input.u32("certificate count")?;
        let mut chain = Vec::new();
        let mut flaws = Flaws::default();
        for _ in 0..count {
            chain.push(self.certificate(&mut flaws)?);
        }
        flaws.tell(alias, &mut self.notes);
        if chain.is_empty() {
            let message = "the private key has no certificate";
            self.notes.warning(At::Entry(alias.to_owned()), message);
        }
        Ok(EntryKind::PrivateKey { key, chain })
    }

    fn secret_key(&mut self, alias: &str) -> Result<EntryKind, Error> {
        let stream = sealed::skip(&mut self.input)?;
        if let Err(refusal) = sealed::parts(stream) {
            let error = refusal.of(self.format, "secret key");
            let message = format!("the secret key will not open: {error}");
            self.notes.warning(At::Entry(alias.to_owned()), message);
        }
        let key = SealedKey::from_java_object(stream.to_vec()).within(self.format);
        self.warn_of_cost(&key, alias);
        Ok(EntryKind::SecretKey(key))
    }

    fn warn_of_cost(&mut self, key: &SealedKey, alias: &str) {
        if let Some(message) = key.warning_of_cost() {
            self.notes.warning(At::Entry(alias.to_owned()), message);
        }
    }

    fn certificate(&mut self, flaws: &mut Flaws) -> Result<CertificateDer<'static>, Error> {
        let has_type = self.version >= 2;
        self.certificates.read(&mut self.input, has_type, flaws)
    }

    fn push(&mut self, entry: Entry) {
        let wanted = entry.alias.clone();
        let given = self.store.push_renamed(entry);
        if *given != wanted {
            let message = format!(
                "the alias stands more than once: here called {:?}; Java sees the last of them only",
                given.as_str()
            );
            self.notes
                .warning(At::Entry(wanted.as_str().to_owned()), message);
        }
    }
}

/// Adds which entry an error is about.
fn in_entry(error: Error, number: u32, count: u32) -> Error {
    let before = number - 1;
    error.map_what(|what| format!("{what} in entry {number} of {count} ({before} read before)"))
}

#[cfg(test)]
mod tests;
