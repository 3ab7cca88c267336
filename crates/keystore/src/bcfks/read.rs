//! Reading: the MAC first, then the entries; one that is damaged is a note.

use rustls_pki_types::CertificateDer;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{
    CERTIFICATE, PRIVATE_KEY, PROTECTED_PRIVATE_KEY, PROTECTED_SECRET_KEY, SECRET_KEY, UTF8_STRING,
    date,
};
use crate::ber::{self, Tlv};
use crate::der::Shape;
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::pkcs8::{fips, is_encrypted_private_key_info};
use crate::protect::fips::{Derivation, Use, hmac};
use crate::protect::{Budget, Refusal, Scheme};
use crate::secret;
use crate::{
    Alias, At, Contents, Entry, EntryKind, Error, Format, Integrity, Password, ReadOptions,
    SealedKey,
};

const FORMAT: Format = Format::Bcfks;

/// Reads a store; nothing of an encrypted one without its password.
pub(crate) fn read(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Contents, Error> {
    let refused = |refusal: Refusal| refusal.of(FORMAT, "file");
    let mut reader = Reader {
        contents: Contents::empty(FORMAT),
        notes: Notes::default(),
    };
    let mut budget = Budget::new();

    let whole = Tlv::first(bytes).map_err(|fault| fault.of(FORMAT))?;
    if whole.whole.len() < bytes.len() {
        let at = At::Byte(whole.whole.len());
        reader.notes.oddity(at, "bytes after the end are ignored");
    }
    let mut inside = whole.inside();
    let data = inside
        .expect(ber::SEQUENCE, "the content of a key store")
        .map_err(|fault| fault.of(FORMAT))?;
    let check = inside
        .any("an integrity check")
        .map_err(|fault| fault.of(FORMAT))?;

    reader.contents.integrity = match options.password {
        _ if check.tag != ber::SEQUENCE => {
            let message = "integrity not verified: it is protected by a signature";
            reader.notes.warning(At::Input, message);
            Integrity::NotVerified
        }
        None => {
            let message = "integrity not verified: no password";
            reader.notes.warning(At::Input, message);
            Integrity::NotVerified
        }
        Some(password) => {
            verify(&check, data.whole, password, &mut budget).map_err(refused)?;
            Integrity::Verified
        }
    };

    let first = data.inside().any("the content of a key store");
    let first = first.map_err(|fault| fault.of(FORMAT))?;
    if first.tag == ber::INTEGER {
        reader.object_store(&data)?;
    } else {
        let (encryption, encrypted) = fips::parts(data.whole).map_err(refused)?;
        let password = options.password.ok_or_else(|| Error::PasswordRequired {
            format: FORMAT,
            what: "the file".to_owned(),
        })?;
        let clear = encryption
            .decrypt(&encrypted, password, Use::Store, &mut budget)
            .map_err(refused)?;
        let store = Tlv::first(&clear).map_err(|fault| fault.of(FORMAT))?;
        reader.object_store(&store)?;
    }
    Ok(Contents {
        notes: reader.notes.into_list(),
        ..reader.contents
    })
}

/// `PbkdMacIntegrityCheck`.
fn verify(
    check: &Tlv<'_>,
    content: &[u8],
    password: &Password,
    budget: &mut Budget,
) -> Result<(), Refusal> {
    let mut inside = check.inside();
    let hash = hmac(&inside.expect(ber::SEQUENCE, "a MAC algorithm")?)?;
    let derivation = Derivation::parse(&inside.expect(ber::SEQUENCE, "a key derivation")?)?;
    let mac = inside.any("a MAC")?.octets()?;
    for key in derivation.keys(password, Use::Integrity, hash.output_len(), budget) {
        if bool::from(hash.hmac(&key?, content).ct_eq(&mac)) {
            return Ok(());
        }
    }
    Err(Refusal::WrongPassword)
}

struct Reader {
    contents: Contents,
    notes: Notes,
}

impl Reader {
    /// `ObjectStoreData`.
    fn object_store(&mut self, store: &Tlv<'_>) -> Result<(), Error> {
        let damaged = |fault: ber::Fault| fault.of(FORMAT);
        let mut inside = store.inside();
        let version = inside.expect(ber::INTEGER, "a version").map_err(damaged)?;
        let version = version.unsigned().map_err(damaged)?;
        if version != 1 {
            return Err(Error::Unsupported {
                format: FORMAT,
                what: format!("version {version}"),
            });
        }
        for what in ["an algorithm", "a creation date", "a modification date"] {
            inside.any(what).map_err(damaged)?;
        }
        let mut entries = inside
            .expect(ber::SEQUENCE, "the entries")
            .map_err(damaged)?
            .inside();
        let mut number = 0;
        while let Some(entry) = entries.next().map_err(damaged)? {
            number += 1;
            if number > MAX_ENTRIES {
                return Err(Error::OverLimit {
                    format: FORMAT,
                    what: "entry count".to_owned(),
                    found: number as u64,
                    limit: MAX_ENTRIES as u64,
                });
            }
            if let Err(refusal) = self.entry(&entry) {
                let why = refusal.of(FORMAT, "entry");
                let message = format!("entry {number} left out: {why}");
                self.notes.skipped(At::Input, message);
            }
        }
        Ok(())
    }

    /// `ObjectData`.
    fn entry(&mut self, entry: &Tlv<'_>) -> Result<(), Refusal> {
        if entry.tag != ber::SEQUENCE {
            return Err(entry.expected("an entry").into());
        }
        let mut inside = entry.inside();
        let kind = inside.expect(ber::INTEGER, "a type")?.unsigned()?;
        let identifier = inside.expect(UTF8_STRING, "an alias")?;
        let alias = String::from_utf8_lossy(identifier.content).into_owned();
        let created = date::parse(inside.any("a creation date")?.content);
        inside.any("a modification date")?;
        let data = inside.any("the data of an entry")?.octets()?;
        let kind = match kind {
            CERTIFICATE => {
                if Shape::of(&data) != Some(Shape::Certificate) {
                    let message = "the content of the entry is no X.509 certificate";
                    self.notes.warning(At::Entry(alias.clone()), message);
                }
                EntryKind::TrustedCertificate(CertificateDer::from(data.into_owned()))
            }
            PRIVATE_KEY | PROTECTED_PRIVATE_KEY => private_key(&data)?,
            SECRET_KEY | PROTECTED_SECRET_KEY => self.secret_key(&alias, &data),
            other => return Err(Refusal::Unsupported(format!("an entry of type {other}"))),
        };
        if created.is_none() {
            let message = "its creation date cannot be read";
            self.notes.oddity(At::Entry(alias.clone()), message);
        }
        let wanted = Alias::new(alias);
        let given = self.contents.store.push_renamed(Entry {
            alias: wanted.clone(),
            created,
            kind,
            attributes: Vec::new(),
        });
        if *given != wanted {
            let message = format!(
                "the alias stands more than once: here called {:?}; BouncyCastle sees the last of them only",
                given.as_str()
            );
            let at = At::Entry(wanted.as_str().to_owned());
            self.notes.warning(at, message);
        }
        Ok(())
    }

    /// What has the shape is taken for a sealed key; a program may have stored any bytes.
    fn secret_key(&mut self, alias: &str, data: &[u8]) -> EntryKind {
        let is_sealed = Tlv::exactly(data, ber::SEQUENCE)
            .is_some_and(|tlv| is_encrypted_private_key_info(&tlv));
        EntryKind::SecretKey(if is_sealed {
            SealedKey::from_fips(fips::Kind::Secret, data.to_vec())
        } else {
            let message = "secret bytes of no known kind, which stand in the store as they are";
            self.notes.oddity(At::Entry(alias.to_owned()), message);
            let bytes: Zeroizing<Vec<u8>> = secret::wrap("", data);
            SealedKey::from_pkcs8(bytes).within(FORMAT)
        })
    }
}

/// `EncryptedPrivateKeyData`.
fn private_key(data: &[u8]) -> Result<EntryKind, Refusal> {
    let mut inside = Tlv::first(data)?.inside();
    let info = inside.expect(ber::SEQUENCE, "an encrypted private key")?;
    if !is_encrypted_private_key_info(&info) {
        return Err(info.expected("an encrypted private key").into());
    }
    let mut certificates = inside.expect(ber::SEQUENCE, "a chain")?.inside();
    let mut chain = Vec::new();
    while let Some(certificate) = certificates.next()? {
        chain.push(CertificateDer::from(certificate.whole.to_vec()));
    }
    // a program may have sealed it by itself, in any scheme of PKCS#8
    let algorithm = info.inside().expect(ber::SEQUENCE, "an algorithm")?;
    let der = info.whole.to_vec();
    let key = match Scheme::parse(&algorithm) {
        Ok(_) => SealedKey::from_encrypted_pkcs8(der).within(FORMAT),
        Err(_) => SealedKey::from_fips(fips::Kind::Private, der),
    };
    Ok(EntryKind::PrivateKey { key, chain })
}
