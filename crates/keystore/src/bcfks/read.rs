//! Reading: the MAC first, then the entries; one that is damaged is a note.

use std::borrow::Cow;

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
use crate::protect::{Budget, Hash, Refusal, Scheme};
use crate::secret;
use crate::{
    Alias, At, Contents, Entry, EntryKind, Error, Facts, Format, Integrity, Password, ReadOptions,
    SealedKey,
};

const FORMAT: Format = Format::Bcfks;

/// Reads a store; nothing of an encrypted one without its password.
pub(crate) fn read(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Contents, Error> {
    let damaged = |fault: ber::Fault| fault.of(FORMAT);
    let mut reader = Reader {
        contents: Contents::empty(FORMAT),
        notes: Notes::default(),
        certificates: 0,
    };
    let whole = Tlv::first(bytes).map_err(damaged)?;
    if whole.whole.len() < bytes.len() {
        let at = At::Byte(whole.whole.len());
        let message = format!(
            "{} byte(s) after the end ignored",
            bytes.len() - whole.whole.len()
        );
        reader.notes.oddity(at, message);
    }
    let mut inside = whole.inside();
    let data = inside.expect(ber::SEQUENCE, "the content of a key store");
    let data = data.map_err(damaged)?;
    let check = inside.any("an integrity check").map_err(damaged)?;
    let first = data.inside().any("the content of a key store");
    let is_encrypted = first.map_err(damaged)?.tag != ber::INTEGER;

    reader.contents.facts = facts(&data, is_encrypted, &check);
    let is_signed = check.tag != ber::SEQUENCE;
    reader.contents.integrity = match options.password {
        Some(_) if !is_signed => Integrity::Verified,
        password => {
            let why = match password {
                _ if is_signed => "it is protected by a signature",
                _ => "no password",
            };
            let message = format!("integrity not verified: {why}");
            reader.notes.warning(At::Input, message);
            Integrity::NotVerified
        }
    };
    let opened = match options.password {
        Some(password) => open(&data, is_encrypted, &check, password)?,
        None if is_encrypted => {
            return Err(Error::PasswordRequired {
                format: FORMAT,
                what: "the file".to_owned(),
            });
        }
        None => None,
    };
    match opened {
        Some(clear) => reader.object_store(&Tlv::first(&clear).map_err(damaged)?)?,
        None => reader.object_store(&data)?,
    }
    Ok(Contents {
        notes: reader.notes.into_list(),
        ..reader.contents
    })
}

/// What stands in the clear of the file; what is not understood is told when it is opened.
fn facts(data: &Tlv<'_>, is_encrypted: bool, check: &Tlv<'_>) -> Facts {
    let encryption = is_encrypted.then(|| fips::parts(data.whole).ok()).flatten();
    let integrity = match Protection::parse(check) {
        _ if check.tag != ber::SEQUENCE => Some("signature".to_owned()),
        Ok(Protection {
            hash, derivation, ..
        }) => Some(format!("HMAC-{}, {}", hash.short_name(), derivation.name())),
        Err(_) => None,
    };
    Facts {
        integrity,
        encryption: encryption.iter().map(|(one, _)| one.name()).collect(),
        ..Facts::of_version(1)
    }
}

/// Checks the MAC, and decrypts the content where it is encrypted.
fn open(
    data: &Tlv<'_>,
    is_encrypted: bool,
    check: &Tlv<'_>,
    password: &Password,
) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let refused = |refusal: Refusal| refusal.of(FORMAT, "file");
    let protection = (check.tag == ber::SEQUENCE).then(|| Protection::parse(check));
    let protection = protection.transpose().map_err(refused)?;
    let sealed = is_encrypted.then(|| fips::parts(data.whole));
    let sealed = sealed.transpose().map_err(refused)?;

    // both counts stand in the clear, so nothing is spent on a file that asks for too much
    let mut budget = Budget::new();
    let costs = [
        protection.as_ref().map(Protection::cost),
        sealed.as_ref().map(|(encryption, _)| encryption.cost()),
    ];
    let costs: Result<Vec<u64>, Refusal> = costs.into_iter().flatten().collect();
    costs
        .and_then(|costs| budget.foresee(costs))
        .map_err(refused)?;

    let fits = match protection {
        Some(protection) => protection.fits(data.whole, password, &mut budget),
        None => Ok(true),
    };
    let fits = fits.map_err(refused)?;
    let Some((encryption, encrypted)) = sealed else {
        return match fits {
            true => Ok(None),
            false => Err(refused(Refusal::WrongPassword)),
        };
    };
    // its tag tells by itself whether the password is right
    match encryption.decrypt(&encrypted, password, Use::Store, &mut budget) {
        Ok(_) if !fits => Err(Error::IntegrityFailed {
            format: FORMAT,
            what: "MAC",
        }),
        Err(Refusal::WrongPassword) if fits => {
            Err(Refusal::WrongPassword.of(FORMAT, "content, though the MAC fits"))
        }
        opened => opened.map(Some).map_err(refused),
    }
}

/// `PbkdMacIntegrityCheck`.
struct Protection<'a> {
    hash: Hash,
    derivation: Derivation,
    mac: Cow<'a, [u8]>,
}

impl<'a> Protection<'a> {
    fn parse(check: &Tlv<'a>) -> Result<Self, Refusal> {
        let mut inside = check.inside();
        Ok(Self {
            hash: hmac(&inside.expect(ber::SEQUENCE, "a MAC algorithm")?)?,
            derivation: Derivation::parse(&inside.expect(ber::SEQUENCE, "a key derivation")?)?,
            mac: inside.any("a MAC")?.octets()?,
        })
    }

    fn cost(&self) -> Result<u64, Refusal> {
        self.derivation.cost(self.hash.output_len())
    }

    fn fits(
        &self,
        content: &[u8],
        password: &Password,
        budget: &mut Budget,
    ) -> Result<bool, Refusal> {
        let length = self.hash.output_len();
        for key in self
            .derivation
            .keys(password, Use::Integrity, length, budget)
        {
            let key = match key {
                Err(Refusal::WrongPassword) => break,
                key => key?,
            };
            if bool::from(self.hash.hmac(&key, content).ct_eq(&self.mac)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

struct Reader {
    contents: Contents,
    notes: Notes,
    /// How many certificates were read in chains, in all entries together.
    certificates: usize,
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
                let is_bomb = refusal.is_over_limit();
                let why = refusal.of(FORMAT, "entry");
                if is_bomb {
                    return Err(why);
                }
                let message = format!("entry {number} left out: {}", why.reason(FORMAT));
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
            PRIVATE_KEY | PROTECTED_PRIVATE_KEY => self.private_key(&data)?,
            SECRET_KEY | PROTECTED_SECRET_KEY => self.secret_key(&alias, &data),
            other => return Err(Refusal::Unsupported(format!("an entry of type {other}"))),
        };
        if let Some(message) = kind.key().and_then(SealedKey::warning_of_cost) {
            self.notes.warning(At::Entry(alias.clone()), message);
        }
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

    /// `EncryptedPrivateKeyData`.
    fn private_key(&mut self, data: &[u8]) -> Result<EntryKind, Refusal> {
        let mut inside = Tlv::first(data)?.inside();
        let info = inside.expect(ber::SEQUENCE, "an encrypted private key")?;
        if !is_encrypted_private_key_info(&info) {
            return Err(info.expected("an encrypted private key").into());
        }
        let mut certificates = inside.expect(ber::SEQUENCE, "a chain")?.inside();
        let mut chain = Vec::new();
        while let Some(certificate) = certificates.next()? {
            self.certificates += 1;
            if self.certificates > MAX_ENTRIES {
                return Err(Refusal::TooMany {
                    what: "certificate count",
                    limit: MAX_ENTRIES,
                });
            }
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
}
