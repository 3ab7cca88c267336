//! Writing, with BouncyCastle's defaults: PBKDF2 with HMAC-SHA-512 and 51,200 iterations, AES-256-CCM, HMAC-SHA-512.

use zeroize::Zeroizing;

use super::{CERTIFICATE, PRIVATE_KEY, SECRET_KEY, UTF8_STRING, date};
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::pkcs8::{Carried, fips};
use crate::protect::fips::{Derivation, MAX_CONTENT, Use};
use crate::protect::{Budget, Hash};
use crate::{
    At, Entry, EntryKind, Error, Format, KeyStore, Password, RandomSource, SealedKey, Timestamp,
    WriteOptions, Written, ber, chain, oid, secret,
};

const FORMAT: Format = Format::Bcfks;

/// Writes a store, entries in its order, aliases as spelled.
pub(crate) fn write(store: &KeyStore, options: &WriteOptions<'_>) -> Result<Written, Error> {
    let over = |what: &str, found: usize, limit: usize| Error::OverLimit {
        format: FORMAT,
        what: what.to_owned(),
        found: found as u64,
        limit: limit as u64,
    };
    let Some(password) = options.password else {
        return Err(Error::PasswordUnfit {
            format: FORMAT,
            why: "the file needs one".to_owned(),
        });
    };
    if store.len() > MAX_ENTRIES {
        return Err(over("entry count", store.len(), MAX_ENTRIES));
    }
    let random = options.random.ok_or(Error::NoRandomness)?;
    let mut writer = Writer {
        options,
        password,
        random,
        carried: Carried::new(),
        notes: Notes::default(),
    };
    let mut entries = Zeroizing::new(Vec::new());
    for entry in store.entries() {
        entries.extend_from_slice(&writer.entry(entry)?);
    }
    let dates = store.entries().iter().filter_map(|entry| entry.created);
    if !dates.clone().all(date::is_exact) {
        let message =
            "creation dates are written in whole seconds, years 0 to 9999: BCFKS has no others";
        writer.notes.oddity(At::Input, message);
    }
    // there is no clock here, so the newest entry tells when the store was made
    let newest = date::encode(dates.max().unwrap_or(Timestamp::from_millis(0)));

    let hmac = oid::algorithm(&oid::HMAC_SHA512);
    let entries = Zeroizing::new(ber::encode(ber::SEQUENCE, &[&entries]));
    let clear = Zeroizing::new(ber::encode(
        ber::SEQUENCE,
        &[&ber::unsigned(1), &hmac, &newest, &newest, &entries],
    ));
    let data = fips::encrypt(&clear, password, Use::Store, random)?
        .ok_or_else(|| over("content in bytes", clear.len(), MAX_CONTENT))?;

    let derivation = Derivation::fresh(64, random)?;
    let mut budget = Budget::new();
    let key = derivation
        .keys(password, Use::Integrity, 64, &mut budget)
        .next()
        .transpose()
        .map_err(|refusal| refusal.of(FORMAT, "file"))?
        .unwrap_or_default();
    let mac = ber::encode(ber::OCTET_STRING, &[&Hash::Sha512.hmac(&key, &data)]);
    let check = ber::encode(ber::SEQUENCE, &[&hmac, &derivation.to_der(), &mac]);
    Ok(Written {
        bytes: Zeroizing::new(ber::encode(ber::SEQUENCE, &[&data, &check])),
        notes: writer.notes.into_list(),
    })
}

struct Writer<'o> {
    options: &'o WriteOptions<'o>,
    password: &'o Password,
    random: &'o dyn RandomSource,
    carried: Carried,
    notes: Notes,
}

impl Writer<'_> {
    /// `ObjectData`.
    fn entry(&mut self, entry: &Entry) -> Result<Zeroizing<Vec<u8>>, Error> {
        if !entry.attributes.is_empty() {
            let message = "its attributes are not written, BCFKS has none";
            self.notes
                .oddity(At::Entry(entry.alias.to_string()), message);
        }
        let (kind, data) = match &entry.kind {
            EntryKind::TrustedCertificate(certificate) => (CERTIFICATE, certificate.to_vec()),
            EntryKind::PrivateKey { key, .. } => {
                let chain = chain::to_write(entry, FORMAT, &mut self.notes);
                if chain.is_empty() {
                    let message = "a private key without its certificate, which Java cannot use";
                    self.notes
                        .warning(At::Entry(entry.alias.to_string()), message);
                }
                let sealed = self.seal(fips::Kind::Private, key, entry)?;
                let chain: Vec<&[u8]> = chain
                    .iter()
                    .map(|certificate| certificate.as_ref())
                    .collect();
                let chain = ber::encode(ber::SEQUENCE, &chain);
                (PRIVATE_KEY, ber::encode(ber::SEQUENCE, &[&sealed, &chain]))
            }
            EntryKind::SecretKey(key) => (SECRET_KEY, self.seal(fips::Kind::Secret, key, entry)?),
        };
        let created = date::encode(entry.created.unwrap_or(Timestamp::from_millis(0)));
        Ok(Zeroizing::new(ber::encode(
            ber::SEQUENCE,
            &[
                &ber::unsigned(kind),
                &ber::encode(UTF8_STRING, &[entry.alias.as_str().as_bytes()]),
                &created,
                &created,
                &ber::encode(ber::OCTET_STRING, &[&data]),
            ],
        )))
    }

    /// The sealed key: as it is when it came out of BCFKS, else sealed now.
    fn seal(&mut self, kind: fips::Kind, key: &SealedKey, entry: &Entry) -> Result<Vec<u8>, Error> {
        let unfit = |what| Error::EntryUnfit {
            format: FORMAT,
            alias: entry.alias.to_string(),
            what,
        };
        let own = self.options.password_of_key(&entry.alias);
        let password = own.unwrap_or(self.password);
        if let Some((_, sealed)) = key.as_fips().filter(|(found, _)| *found == kind) {
            self.carried.note(key, password, entry, &mut self.notes);
            return Ok(sealed.to_vec());
        }
        if key.is_sealed() {
            return Err(Error::KeySealed {
                format: FORMAT,
                alias: entry.alias.to_string(),
            });
        }
        let clear = key.unlock(None)?;
        if kind == fips::Kind::Secret {
            let pkcs8 = clear.secret_pkcs8();
            if secret::unwrap(pkcs8).is_none() || secret::is_nameless_to_java(pkcs8) {
                return Err(unfit("the secret key of an algorithm without identifier,"));
            }
        }
        fips::seal(kind, clear.secret_pkcs8(), password, self.random)?
            .ok_or_else(|| unfit("the oversized key"))
    }
}
