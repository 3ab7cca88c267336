//! The entries of a stream, as they follow one another.

use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::{Found, Reader};
use crate::ber::Tlv;
use crate::bks::{CERTIFICATE, END, KEY, SEALED, SECRET};
use crate::java::certificate::Flaws;
use crate::model::MAX_ENTRIES;
use crate::pkcs8::bouncy::{self, Opened};
use crate::pkcs8::{is_encrypted_private_key_info, is_private_key_info};
use crate::secret;
use crate::{Alias, At, Entry, EntryKind, Error, SealedKey, Timestamp};

impl Reader<'_> {
    /// Up to and with the end mark.
    pub(super) fn entries(&mut self) -> Result<(), Error> {
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

    pub(super) fn public_key(&mut self, alias: &str, spki: Vec<u8>) {
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
