//! Reading: every entry in file order, the digest checked when there is a password.

use rustls_pki_types::CertificateDer;
use subtle::ConstantTimeEq;

use super::{KEY, MAGIC, SECRET_KEY, TRUSTED, X509, store_digest};
use crate::der::peek::{Shape, Tlv};
use crate::java::DataInput;
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::{
    Alias, At, Contents, Entry, EntryKind, Error, Format, Integrity, KeyStore, ReadOptions,
    SealedKey, Timestamp,
};

/// Reads a store; without a password its digest is not checked.
pub(crate) fn read(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Contents, Error> {
    let mut input = DataInput::new(Format::Jks, bytes);
    if input.array("magic number")? != MAGIC {
        return Err(malformed(0, "no JKS magic number"));
    }
    let version = input.u32("version")?;
    if !matches!(version, 1 | 2) {
        return Err(Error::Unsupported {
            format: Format::Jks,
            what: format!("version {version}"),
        });
    }
    let count = input.u32("entry count")?;

    let mut reader = Reader {
        input,
        version,
        store: KeyStore::new(),
        notes: Notes::default(),
    };
    for number in 1..=count {
        if reader.store.len() >= MAX_ENTRIES {
            return Err(Error::OverLimit {
                format: Format::Jks,
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
    let digest: [u8; 20] = input.array("digest").map_err(|error| match error {
        Error::Truncated {
            format,
            at,
            needed,
            what,
        } => Error::Truncated {
            format,
            at,
            needed,
            what: format!("{what} ({count} entries read before)"),
        },
        other => other,
    })?;
    let integrity = match options.password {
        None => {
            notes.warning(At::Input, "integrity not verified: no password");
            Integrity::NotVerified
        }
        Some(password) => {
            let content = bytes.get(..end).unwrap_or_default();
            if !bool::from(store_digest(password, content).ct_eq(&digest)) {
                return Err(Error::WrongPassword {
                    format: Format::Jks,
                    what: "file".to_owned(),
                });
            }
            Integrity::Verified
        }
    };
    if input.remaining() > 0 {
        let message = format!("{} byte(s) after the digest ignored", input.remaining());
        notes.oddity(At::Byte(input.at()), message);
    }
    Ok(Contents {
        store,
        integrity,
        notes: notes.into_list(),
        ..Contents::empty(Format::Jks)
    })
}

struct Reader<'a> {
    input: DataInput<'a>,
    version: u32,
    store: KeyStore,
    notes: Notes,
}

impl Reader<'_> {
    fn entry(&mut self) -> Result<(), Error> {
        let at = self.input.at();
        let tag = self.input.u32("entry tag")?;
        if !matches!(tag, KEY | TRUSTED) {
            let hint = match tag {
                SECRET_KEY => " (a secret key; only JCEKS has those)",
                _ => "",
            };
            return Err(malformed(at, &format!("unknown entry tag {tag}{hint}")));
        }
        let alias = self.alias()?;
        let created = Timestamp::from_millis(self.input.i64("creation date")?);
        let kind = if tag == KEY {
            self.key(&alias)?
        } else {
            EntryKind::TrustedCertificate(self.certificate(&alias)?)
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
            self.notes.warning(
                At::Entry(alias.text.clone()),
                "the alias has upper-case letters: Java lists it but does not find it, and keytool -list fails",
            );
        }
        Ok(alias.text)
    }

    fn key(&mut self, alias: &str) -> Result<EntryKind, Error> {
        let blob = self.input.blob("private key")?;
        if Shape::of(blob) != Some(Shape::EncryptedPkcs8) {
            let message = "the private key is no EncryptedPrivateKeyInfo and will not open";
            self.notes.warning(At::Entry(alias.to_owned()), message);
        }
        let count = self.input.u32("certificate count")?;
        let mut chain = Vec::new();
        for _ in 0..count {
            chain.push(self.certificate(alias)?);
        }
        if chain.is_empty() {
            let message = "the private key has no certificate";
            self.notes.warning(At::Entry(alias.to_owned()), message);
        }
        Ok(EntryKind::PrivateKey {
            key: SealedKey::from_encrypted_pkcs8(blob.to_vec()),
            chain,
        })
    }

    fn certificate(&mut self, alias: &str) -> Result<CertificateDer<'static>, Error> {
        if self.version >= 2 {
            let kind = self.input.utf("certificate type")?.text;
            if kind != X509 {
                let message = format!("the certificate type is {kind:?}, not {X509:?}");
                self.notes.oddity(At::Entry(alias.to_owned()), message);
            }
        }
        let der = self.input.blob("certificate")?;
        let whole = Tlv::peek(der).is_some_and(|tlv| tlv.missing == 0);
        if !whole || Shape::of(der) != Some(Shape::Certificate) {
            let message = "the content of a certificate field is no X.509 certificate";
            self.notes.warning(At::Entry(alias.to_owned()), message);
        }
        Ok(CertificateDer::from(der.to_vec()))
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
    let place = |what: &str| {
        let before = number - 1;
        format!("{what} in entry {number} of {count} ({before} read before)")
    };
    match error {
        Error::Truncated {
            format,
            at,
            needed,
            what,
        } => Error::Truncated {
            format,
            at,
            needed,
            what: place(&what),
        },
        Error::Malformed { format, at, what } => Error::Malformed {
            format,
            at,
            what: place(&what),
        },
        other => other,
    }
}

fn malformed(at: usize, what: &str) -> Error {
    Error::Malformed {
        format: Format::Jks,
        at,
        what: what.to_owned(),
    }
}
