//! Reading: every entry in file order; BKS without a password too, UBER never.

use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::head::Head;
use super::{CERTIFICATE, DIGEST, END, KEY, SEALED, SECRET};
use crate::ber::Tlv;
use crate::java::DataInput;
use crate::java::certificate::{Certificates, Flaws};
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::pkcs8::bouncy::{self, Opened};
use crate::pkcs8::{is_encrypted_private_key_info, is_private_key_info};
use crate::protect::{Budget, Refusal};
use crate::secret;
use crate::{
    Alias, At, Contents, Entry, EntryKind, Error, Format, Integrity, Password, ReadOptions,
    SealedKey, Timestamp,
};

/// Reads a store of one of the two formats.
pub(crate) fn read(
    bytes: &[u8],
    format: Format,
    options: &ReadOptions<'_>,
) -> Result<Contents, Error> {
    let mut input = DataInput::new(format, bytes);
    let version = input.u32("version")?;
    if version > 2 || (format == Format::Uber && version == 0) {
        return Err(Error::Unsupported {
            format,
            what: format!("version {version}"),
        });
    }
    let head = Head {
        format,
        version,
        salt: input.blob("salt")?,
        iterations: input.u32("iteration count")?,
    };
    if format == Format::Uber {
        read_uber(&head, &input, options)
    } else {
        read_bks(&head, &input, options)
    }
}

fn read_uber(
    head: &Head<'_>,
    input: &DataInput<'_>,
    options: &ReadOptions<'_>,
) -> Result<Contents, Error> {
    let mut budget = Budget::new();
    let Some(password) = options.password else {
        return Err(Error::PasswordRequired {
            format: Format::Uber,
            what: "the file".to_owned(),
        });
    };
    let clear = head.decrypt(input, password, &mut budget)?;
    let stream = DataInput::new(Format::Uber, &clear);
    let mut reader = Reader::new(Format::Uber, stream, options.password, budget);
    reader.entries().map_err(in_decrypted)?;
    if reader.input.remaining() > 0 {
        let message = format!(
            "{} decrypted byte(s) after the last entry ignored",
            reader.input.remaining()
        );
        reader.notes.oddity(At::Input, message);
    }
    Ok(Contents {
        facts: head.facts(),
        ..reader.finish(Integrity::Verified)
    })
}

fn read_bks(
    head: &Head<'_>,
    input: &DataInput<'_>,
    options: &ReadOptions<'_>,
) -> Result<Contents, Error> {
    let content = input.rest();
    let mut reader = Reader::new(Format::Bks, input.clone(), options.password, Budget::new());
    if head.version < 2 {
        let message = format!(
            "version {} has 16 bits of integrity (CVE-2018-5382): whoever changes the file can make it fit",
            head.version
        );
        reader.notes.warning(At::Input, message);
    }
    reader.entries()?;
    let length = content.len() - reader.input.remaining();
    let stream = content.get(..length).unwrap_or_default();
    let mac: [u8; DIGEST] = reader.input.array("MAC")?;
    let integrity = match options.password {
        None => {
            let message = "integrity not verified: no password";
            reader.notes.warning(At::Input, message);
            Integrity::NotVerified
        }
        Some(password) => {
            let refused = |refusal: Refusal| refusal.of(Format::Bks, "file");
            let fits = head.verify(stream, &mac, password, &mut reader.budget);
            if !fits.map_err(refused)? {
                return Err(if reader.any_opens(password) {
                    Error::IntegrityFailed {
                        format: Format::Bks,
                        what: "MAC",
                    }
                } else {
                    refused(Refusal::WrongPassword)
                });
            }
            Integrity::Verified
        }
    };
    if reader.input.remaining() > 0 {
        let message = format!("{} byte(s) after the MAC ignored", reader.input.remaining());
        let at = At::Byte(reader.input.at());
        reader.notes.oddity(at, message);
    }
    Ok(Contents {
        facts: head.facts(),
        ..reader.finish(integrity)
    })
}

/// The state of reading one stream.
struct Reader<'a> {
    format: Format,
    input: DataInput<'a>,
    password: Option<&'a Password>,
    budget: Budget,
    certificates: Certificates,
    found: Vec<Found>,
    public_keys: Vec<Vec<u8>>,
    notes: Notes,
}

/// An entry, and whether it is a sealed key without a chain, which may be of any kind.
struct Found {
    entry: Entry,
    is_open: bool,
}

impl<'a> Reader<'a> {
    fn new(
        format: Format,
        input: DataInput<'a>,
        password: Option<&'a Password>,
        budget: Budget,
    ) -> Self {
        Self {
            format,
            input,
            password,
            budget,
            certificates: Certificates::default(),
            found: Vec::new(),
            public_keys: Vec::new(),
            notes: Notes::default(),
        }
    }

    /// Up to and with the end mark.
    fn entries(&mut self) -> Result<(), Error> {
        for number in 1.. {
            let at = self.input.at();
            let tag = self
                .input
                .u8("entry tag")
                .map_err(|error| before(error, number))?;
            match tag {
                END => break,
                CERTIFICATE..=SEALED => {
                    self.entry(tag).map_err(|error| before(error, number))?;
                }
                tag => {
                    let what = format!("unknown entry tag {tag}");
                    return Err(before(self.malformed(at, what), number));
                }
            }
            if number > MAX_ENTRIES {
                return Err(Error::OverLimit {
                    format: self.format,
                    what: "entry count".to_owned(),
                    found: number as u64,
                    limit: MAX_ENTRIES as u64,
                });
            }
        }
        Ok(())
    }

    fn entry(&mut self, tag: u8) -> Result<(), Error> {
        let at = self.input.at();
        let alias = self.input.utf("alias")?;
        if let Some(flaw) = alias.flaw {
            let message = format!("the alias {:?} {flaw}", alias.text);
            self.notes.warning(At::Byte(at), message);
        }
        let alias = alias.text;
        let created = Timestamp::from_millis(self.input.i64("creation date")?);
        let count = self.input.u32("certificate count")?;
        let mut chain = Vec::new();
        let mut flaws = Flaws::default();
        for _ in 0..count {
            chain.push(self.certificate(&mut flaws)?);
        }
        let mut is_open = false;
        let kind = match tag {
            CERTIFICATE => {
                let certificate = self.certificate(&mut flaws)?;
                self.lose_chain(&alias, &chain);
                Some(EntryKind::TrustedCertificate(certificate))
            }
            KEY => {
                let key = bouncy::Key::read(&mut self.input)?;
                self.plain_key(&alias, key, chain)
            }
            SECRET => {
                let bytes = self.input.blob("secret")?;
                Some(self.secret(&alias, bytes, chain))
            }
            _ => {
                let sealed = self.input.blob("sealed key")?;
                let key = SealedKey::from_bouncy(sealed.to_vec(), self.format);
                is_open = chain.is_empty();
                Some(if is_open {
                    EntryKind::SecretKey(key)
                } else {
                    EntryKind::PrivateKey { key, chain }
                })
            }
        };
        flaws.tell(&alias, &mut self.notes);
        if let Some(kind) = kind {
            let entry = Entry {
                alias: Alias::new(alias),
                created: Some(created),
                kind,
                attributes: Vec::new(),
            };
            self.found.push(Found { entry, is_open });
        }
        Ok(())
    }

    fn certificate(&mut self, flaws: &mut Flaws) -> Result<CertificateDer<'static>, Error> {
        self.certificates.read(&mut self.input, true, flaws)
    }

    /// A key that is not sealed.
    fn plain_key(
        &mut self,
        alias: &str,
        key: bouncy::Key,
        chain: Vec<CertificateDer<'static>>,
    ) -> Option<EntryKind> {
        match key.open() {
            Ok(Opened::Private(pkcs8)) => Some(EntryKind::PrivateKey {
                key: SealedKey::from_pkcs8(pkcs8).within(self.format),
                chain,
            }),
            Ok(Opened::Secret(pkcs8)) => {
                self.lose_chain(alias, &chain);
                let key = SealedKey::from_pkcs8(pkcs8).within(self.format);
                Some(EntryKind::SecretKey(key))
            }
            Ok(Opened::Public(spki)) => {
                self.public_key(alias, spki);
                None
            }
            Err(why) => {
                self.notes.skipped(At::Entry(alias.to_owned()), why);
                None
            }
        }
    }

    /// Bytes that the program which stored them has sealed, or not; PKCS#8 with a chain shows what it is.
    fn secret(
        &mut self,
        alias: &str,
        bytes: &[u8],
        chain: Vec<CertificateDer<'static>>,
    ) -> EntryKind {
        if !chain.is_empty() {
            let key = if is_private_key_info(bytes) {
                Some(SealedKey::from_pkcs8(Zeroizing::new(bytes.to_vec())))
            } else {
                let whole = Tlv::first(bytes).ok();
                let whole = whole.filter(|tlv| tlv.whole.len() == bytes.len());
                whole
                    .filter(is_encrypted_private_key_info)
                    .map(|_| SealedKey::from_encrypted_pkcs8(bytes.to_vec()))
            };
            if let Some(key) = key {
                let key = key.within(self.format);
                return EntryKind::PrivateKey { key, chain };
            }
            self.lose_chain(alias, &chain);
        }
        let message = "secret bytes of no known kind, which stand in the store as they are";
        self.notes.oddity(At::Entry(alias.to_owned()), message);
        let key = SealedKey::from_pkcs8(secret::wrap("", bytes));
        EntryKind::SecretKey(key.within(self.format))
    }

    fn public_key(&mut self, alias: &str, spki: Vec<u8>) {
        let message = "a public key: it is among the public keys, without its name";
        self.notes.oddity(At::Entry(alias.to_owned()), message);
        self.public_keys.push(spki);
    }

    fn lose_chain(&mut self, alias: &str, chain: &[CertificateDer<'_>]) {
        if !chain.is_empty() {
            let message = format!(
                "its chain of {} certificate(s) belongs to no private key",
                chain.len()
            );
            self.notes.skipped(At::Entry(alias.to_owned()), message);
        }
    }

    /// Everything in its place; the password has proved right, or there is none.
    fn finish(mut self, integrity: Integrity) -> Contents {
        let mut contents = Contents {
            integrity,
            ..Contents::empty(self.format)
        };
        for Found { mut entry, is_open } in std::mem::take(&mut self.found) {
            if is_open {
                match self.settled(entry) {
                    Some(settled) => entry = settled,
                    None => continue,
                }
            }
            if let Some(message) = entry.kind.key().and_then(SealedKey::warning_of_cost) {
                let at = At::Entry(entry.alias.to_string());
                self.notes.warning(at, message);
            }
            let wanted = entry.alias.clone();
            let given = contents.store.push_renamed(entry);
            if *given != wanted {
                let message = format!(
                    "the alias stands more than once: here called {:?}; BouncyCastle sees the last of them only",
                    given.as_str()
                );
                let at = At::Entry(wanted.as_str().to_owned());
                self.notes.warning(at, message);
            }
        }
        contents.others.public_keys = self.public_keys;
        contents.notes = self.notes.into_list();
        contents
    }

    /// A sealed key without a chain: what it is shows only when the store's password, or none, opens it.
    fn settled(&mut self, entry: Entry) -> Option<Entry> {
        let EntryKind::SecretKey(key) = &entry.kind else {
            return Some(entry);
        };
        let opened = self
            .password
            .zip(key.as_bouncy())
            .map(|(password, sealed)| {
                bouncy::open(sealed, self.format, password, &mut self.budget)
            });
        let kind = match opened {
            Some(Ok(opened)) => match opened.open() {
                Ok(Opened::Private(_)) => EntryKind::PrivateKey {
                    key: key.clone(),
                    chain: Vec::new(),
                },
                Ok(Opened::Public(spki)) => {
                    self.public_key(entry.alias.as_str(), spki);
                    return None;
                }
                Ok(Opened::Secret(_)) => return Some(entry),
                Err(why) => {
                    let at = At::Entry(entry.alias.to_string());
                    self.notes.warning(at, why);
                    return Some(entry);
                }
            },
            Some(Err(Error::WrongPassword { .. })) | None => {
                let message = "a locked key of unknown kind, taken for a secret key";
                self.notes
                    .oddity(At::Entry(entry.alias.to_string()), message);
                return Some(entry);
            }
            Some(Err(error)) => {
                // a key that is too dear by itself is told of like any other
                if key.warning_of_cost().is_none() {
                    let at = At::Entry(entry.alias.to_string());
                    self.notes.warning(at, error.reason(self.format));
                }
                return Some(entry);
            }
        };
        Some(Entry { kind, ..entry })
    }

    /// Whether a password that does not fit the MAC opens one of the keys all the same.
    fn any_opens(&mut self, password: &Password) -> bool {
        let keys = self.found.iter().filter_map(|found| found.entry.kind.key());
        SealedKey::any_opens(keys, password, &mut self.budget)
    }

    fn malformed(&self, at: usize, what: String) -> Error {
        Error::Malformed {
            format: self.format,
            at,
            what,
        }
    }
}

/// Adds which entry an error is about.
fn before(error: Error, number: usize) -> Error {
    let read = number - 1;
    error.map_what(|what| format!("{what} in entry {number} ({read} read before)"))
}

/// Says that places are those in the decrypted content.
fn in_decrypted(error: Error) -> Error {
    error.map_what(|what| format!("{what} of the decrypted content"))
}

#[cfg(test)]
mod tests;
