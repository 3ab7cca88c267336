//! The file as Java lays it out (`sun.security.pkcs12.PKCS12KeyStore`): keys in a clear part, each sealed by itself, then
//! all certificates in one encrypted part. [`Profile`] says how both are protected.

use std::collections::{HashMap, HashSet};

use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::encode::{
    bag, certificate_bag, clear_part, content_info, crl_bag, encrypted_part, sequence,
};
use super::salts::Salts;
use super::{Profile, attributes, mac};
use crate::ber;
use crate::note::Notes;
use crate::pkcs8::{Carried, is_private_key_info};
use crate::protect::Hash;
use crate::secret::is_nameless_to_java;
use crate::{
    At, Attribute, Entry, EntryKind, Error, Format, KeyStore, Password, SealedKey, WriteOptions,
    Written, chain, oid,
};

/// Writes a store; without any password there is neither encryption nor MAC.
pub(crate) fn write(store: &KeyStore, options: &WriteOptions<'_>) -> Result<Written, Error> {
    check_profile(options)?;
    check_aliases(store)?;
    let mut bags = Bags::new(options);
    bags.check_passwords(store);
    for entry in store.entries() {
        bags.add(entry)?;
    }
    let crls = options.others.map_or(&[][..], |others| &others.crls);
    bags.certificates
        .extend(crls.iter().map(|crl| crl_bag(crl)));

    let mut parts = Vec::new();
    if !bags.keys.is_empty() {
        parts.push(clear_part(&bags.keys));
    }
    if !bags.certificates.is_empty() {
        parts.push(match options.password {
            Some(password) => {
                let salts = Salts::new(options.random, password);
                Zeroizing::new(encrypted_part(
                    &bags.certificates,
                    options.profile.sealing(),
                    password,
                    salts,
                )?)
            }
            None => clear_part(&bags.certificates),
        });
    }
    let safe = sequence(&parts);
    let auth_safe = content_info(
        &oid::DATA,
        &Zeroizing::new(ber::encode(ber::OCTET_STRING, &[&safe])),
    );
    let mac_data = match options.password {
        Some(password) => {
            let mut salt = [0; 20];
            Salts::new(options.random, password).fill("mac", &safe, &mut salt)?;
            mac::write(options.profile, &safe, password, &salt)
        }
        None => Vec::new(),
    };
    let bytes = ber::encode(ber::SEQUENCE, &[&ber::unsigned(3), &auth_safe, &mac_data]);
    Ok(Written {
        bytes: Zeroizing::new(bytes),
        notes: bags.notes.into_list(),
    })
}

/// Whether profile and password go together.
fn check_profile(options: &WriteOptions<'_>) -> Result<(), Error> {
    let why = match (options.profile, options.password) {
        (Profile::Passwordless, Some(_)) => "the profile passwordless has none",
        (Profile::Legacy | Profile::Pbmac1, None) => "the profile needs one",
        _ => return Ok(()),
    };
    Err(Error::PasswordUnfit {
        format: Format::Pkcs12,
        why: why.to_owned(),
    })
}

/// Java compares aliases in lower case and keeps one of two.
fn check_aliases(store: &KeyStore) -> Result<(), Error> {
    let mut folded: HashMap<String, &str> = HashMap::new();
    for entry in store.entries() {
        let alias = entry.alias.as_str();
        let unfit = |why: &str| Error::AliasUnfit {
            format: Format::Pkcs12,
            alias: alias.to_owned(),
            why: why.to_owned(),
        };
        if alias.is_empty() {
            return Err(unfit("it is empty"));
        }
        if alias.contains('\0') {
            return Err(unfit("it contains a zero character"));
        }
        if let Some(first) = folded.insert(entry.alias.folded(), alias) {
            return Err(Error::AliasCollision {
                format: Format::Pkcs12,
                first: first.to_owned(),
                second: alias.to_owned(),
            });
        }
    }
    Ok(())
}

/// The bags of both parts, in the making.
struct Bags<'o> {
    options: &'o WriteOptions<'o>,
    keys: Vec<Zeroizing<Vec<u8>>>,
    certificates: Vec<Zeroizing<Vec<u8>>>,
    /// Whether a trusted certificate was written after the last private key.
    is_behind_trusted: bool,
    carried: Carried,
    /// Issuers that are in the file already.
    issuers: HashSet<Vec<u8>>,
    /// Milliseconds that are taken as localKeyID.
    times: HashSet<i64>,
    notes: Notes,
}

impl<'o> Bags<'o> {
    fn new(options: &'o WriteOptions<'o>) -> Self {
        Self {
            options,
            keys: Vec::new(),
            certificates: Vec::new(),
            is_behind_trusted: false,
            carried: Carried::new(),
            issuers: HashSet::new(),
            times: HashSet::new(),
            notes: Notes::default(),
        }
    }

    /// What some readers refuse about passwords, said once.
    fn check_passwords(&mut self, store: &KeyStore) {
        let store_password = self.options.password;
        let sealed_now = store.entries().iter().filter(|entry| match &entry.kind {
            EntryKind::PrivateKey { key, .. } | EntryKind::SecretKey(key) => !key.is_sealed(),
            EntryKind::TrustedCertificate(_) => false,
        });
        let of_keys: Vec<_> = sealed_now
            .map(|entry| self.options.password_of_key(&entry.alias))
            .collect();
        // `com.sun.crypto.provider.PBEKey` takes these characters only
        let is_foreign = |password: &&Password| {
            let mut characters = password.expose_secret().chars();
            !characters.all(|character| (' '..='~').contains(&character))
        };
        if of_keys
            .iter()
            .flatten()
            .copied()
            .chain(store_password)
            .any(|password| is_foreign(&password))
        {
            self.warn(
                At::Input,
                "Java refuses the password: \"Password is not ASCII\"",
            );
        }
        if of_keys.iter().any(|password| *password != store_password) {
            self.warn(
                At::Input,
                "only Java reads keys whose password is not the password of the store",
            );
        }
    }

    fn add(&mut self, entry: &Entry) -> Result<(), Error> {
        match &entry.kind {
            EntryKind::PrivateKey { key, .. } => self.private_key(entry, key),
            EntryKind::SecretKey(key) => self.secret_key(entry, key),
            EntryKind::TrustedCertificate(certificate) => {
                let set = self.attributes(entry, None, true);
                self.is_behind_trusted = true;
                self.certificates.push(certificate_bag(certificate, &set));
                Ok(())
            }
        }
    }

    fn private_key(&mut self, entry: &Entry, key: &SealedKey) -> Result<(), Error> {
        let identifier = self.local_key_id(entry);
        let set = self.attributes(entry, Some(&identifier), false);
        let bag = match self.sealed(entry, key, "the private key")? {
            Some(sealed) => bag(&oid::SHROUDED_KEY_BAG, &sealed, &set),
            None => {
                self.warn(
                    At::Entry(entry.alias.as_str().to_owned()),
                    "the key is not encrypted, and invisible to Java for that",
                );
                let clear = key.unlock(None)?;
                bag(&oid::KEY_BAG, clear.secret_pkcs8(), &set)
            }
        };
        match chain::to_write(entry, Format::Pkcs12, &mut self.notes).split_first() {
            Some((leaf, issuers)) => {
                self.keys.push(bag);
                self.is_behind_trusted = false;
                self.chain(entry, &identifier, leaf, issuers);
            }
            None => self.key_alone(bag),
        }
        Ok(())
    }

    /// A key without a certificate, whose place among the entries nothing else tells: behind the private key before it,
    /// or, where trusted certificates are in between, among them. Readers take any bag in any part.
    fn key_alone(&mut self, bag: Zeroizing<Vec<u8>>) {
        if self.is_behind_trusted {
            self.certificates.push(bag);
        } else {
            self.keys.push(bag);
        }
    }

    /// The key's own certificate carries name and identifier and never Java's trust mark; issuers carry nothing, and
    /// one copy serves all chains.
    fn chain(
        &mut self,
        entry: &Entry,
        identifier: &[u8],
        leaf: &CertificateDer<'static>,
        issuers: &[&CertificateDer<'static>],
    ) {
        let name = attributes::friendly_name(entry.alias.as_str());
        let set = [name, attributes::local_key_id(identifier)].concat();
        self.certificates.push(certificate_bag(leaf, &set));
        for issuer in issuers {
            if self.issuers.insert(issuer.to_vec()) {
                self.certificates.push(certificate_bag(issuer, &[]));
            }
        }
    }

    /// Java's secret bag (`PKCS12KeyStore.SecretBag`): the type of a shrouded key around an `EncryptedPrivateKeyInfo`.
    fn secret_key(&mut self, entry: &Entry, key: &SealedKey) -> Result<(), Error> {
        let what = "the secret key";
        let Some(sealed) = self.sealed(entry, key, what)? else {
            return Err(unfit(entry, "without a password, the secret key"));
        };
        let clear = key.unlock(None).ok();
        if clear.is_some_and(|clear| is_nameless_to_java(clear.secret_pkcs8())) {
            self.warn(
                At::Entry(entry.alias.as_str().to_owned()),
                "Java reads the secret key under another algorithm: it has no object identifier for this one",
            );
        }
        let identifier = self.local_key_id(entry);
        let set = self.attributes(entry, Some(&identifier), false);
        let octets = ber::encode(ber::OCTET_STRING, &[&sealed]);
        let value = content_info(&oid::SHROUDED_KEY_BAG, &octets);
        self.key_alone(bag(&oid::SECRET_BAG, &value, &set));
        Ok(())
    }

    /// The `EncryptedPrivateKeyInfo` of a key: as it came, or sealed now; `None` when there is no password for it.
    fn sealed(
        &mut self,
        entry: &Entry,
        key: &SealedKey,
        what: &'static str,
    ) -> Result<Option<Vec<u8>>, Error> {
        let password = self.options.password_of_key(&entry.alias);
        if key.is_sealed() {
            if let Some(password) = password {
                self.carried.note(key, password, entry, &mut self.notes);
            }
            if key.is_pbes2() && self.options.profile == Profile::Legacy {
                self.warn(
                    At::Entry(entry.alias.as_str().to_owned()),
                    "the key keeps the PBES2 it is sealed with, which old readers do not open",
                );
            }
            let carried = key.as_encrypted_pkcs8().map(<[u8]>::to_vec);
            return carried.map(Some).ok_or_else(|| Error::KeySealed {
                format: Format::Pkcs12,
                alias: entry.alias.as_str().to_owned(),
            });
        }
        let clear = key.unlock(None)?;
        if !is_private_key_info(clear.secret_pkcs8()) {
            return Err(unfit(entry, what));
        }
        let Some(password) = password else {
            return Ok(None);
        };
        let random = self.options.random.ok_or(Error::NoRandomness)?;
        let sealing = self.options.profile.sealing();
        let sealed = SealedKey::seal_with(sealing, &clear, password, random)?;
        Ok(sealed.as_encrypted_pkcs8().map(<[u8]>::to_vec))
    }

    /// `Time <ms>` as Java writes it, moved on by a millisecond where two keys would share it: other readers find a
    /// key's certificate by this alone. Without a date OpenSSL's way, the SHA-1 of the certificate.
    fn local_key_id(&mut self, entry: &Entry) -> Vec<u8> {
        let Some(created) = entry.created else {
            let certificate = entry.certificates().first();
            let seed = certificate.map_or(entry.alias.as_str().as_bytes(), AsRef::as_ref);
            return Hash::Sha1.digest(&[seed]).to_vec();
        };
        let mut millis = created.millis();
        // a secret key has no certificate to be taken for another's
        let shared = matches!(entry.kind, EntryKind::SecretKey(_));
        while !shared && !self.times.insert(millis) {
            millis = millis.wrapping_add(1);
        }
        format!("Time {millis}").into_bytes()
    }

    /// The content of a bag's attribute set.
    fn attributes(&mut self, entry: &Entry, identifier: Option<&[u8]>, trusted: bool) -> Vec<u8> {
        let mut set = attributes::friendly_name(entry.alias.as_str());
        if let Some(identifier) = identifier {
            set.extend(attributes::local_key_id(identifier));
        }
        if trusted {
            set.extend(attributes::trusted_key_usage());
        }
        for other in &entry.attributes {
            match Some(other)
                .filter(|other| is_foreign(other))
                .and_then(attributes::carried)
            {
                Some(attribute) => set.extend(attribute),
                None => self.warn(
                    At::Entry(entry.alias.as_str().to_owned()),
                    &format!("the attribute {} is left out", other.oid),
                ),
            }
        }
        set
    }

    fn warn(&mut self, at: At, message: &str) {
        self.notes.warning(at, message);
    }
}

/// Whether an attribute is none of those that are written from the entry itself; twice is an error for Java.
fn is_foreign(attribute: &Attribute) -> bool {
    [
        oid::FRIENDLY_NAME,
        oid::LOCAL_KEY_ID,
        oid::TRUSTED_KEY_USAGE,
    ]
    .iter()
    .all(|own| own.to_string() != attribute.oid)
}

fn unfit(entry: &Entry, what: &'static str) -> Error {
    Error::EntryUnfit {
        format: Format::Pkcs12,
        alias: entry.alias.as_str().to_owned(),
        what,
    }
}
