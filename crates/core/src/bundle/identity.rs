//! The identity certificate: the file that the specification names, as the product takes it. With a key in it, also a
//! key store, sealed with the password that the specification refers to.

use std::cell::Cell;

use aws_lc_rs::hmac;
use trustpack_keystore::{
    self as keystore, Alias, Entry, EntryKind, Format, KeyStore, Password, PrivateKey,
    RandomSource, ReadOptions, SealedKey, Timestamp, WriteOptions,
};

use super::record::IdentityRecord;
use super::{BundleFile, PackError, PackRequest, layout};
use crate::Certificate;
use crate::alias;
use crate::channel::{Channel, jks_password_problem, judge_identity_file};
use crate::identity::opened;
use crate::key::{Belongs, belongs};
use crate::report::{Finding, Severity};
use time::OffsetDateTime;

/// What `identity.file` of a specification names.
#[derive(Clone, Copy, Debug)]
pub struct IdentityFile<'a> {
    /// Its name, as the specification has it.
    pub name: &'a str,
    /// Its content, or why there is none.
    pub bytes: Result<&'a [u8], &'a str>,
    /// The resolved `identity.password`: of the file, and of the key store that is made of it.
    pub password: Option<&'a Password>,
}

/// What is packed of it.
#[derive(Default)]
pub(super) struct Identity {
    pub(super) files: Vec<BundleFile>,
    pub(super) record: Option<IdentityRecord>,
}

/// What is wrong with it, as `channel validate` says it, and why no key store is made of it.
pub(super) fn judge(request: &PackRequest<'_>, at: OffsetDateTime) -> Vec<Finding> {
    let Some(file) = request.identity else {
        return Vec::new();
    };
    let bytes = match file.bytes {
        Ok(bytes) => bytes,
        Err(why) => {
            let message = format!("it cannot be judged: {why}");
            let severity = match request.options.strict {
                true => Severity::Critical,
                false => Severity::Warning,
            };
            let found = Finding::new("FILE-UNREAD", severity, file.name, message);
            let hint =
                "put the file there, or correct the path; it is relative to the specification";
            return vec![found.with_hint(hint)];
        }
    };
    let mut findings = judge_identity_file(file.name, bytes, file.password, at);
    if let Some(held) = Held::of(&file)
        && held.key.is_some()
    {
        findings.extend(password_problem(request.channel, file.password));
    }
    findings
}

/// Writes what there is; whatever keeps it from being used has been told by [`judge`].
pub(super) fn pack(request: &PackRequest<'_>) -> Result<Identity, PackError> {
    let Some(held) = request.identity.as_ref().and_then(Held::of) else {
        return Ok(Identity::default());
    };
    let channel = request.channel;
    let path = layout::own(channel, "identity/identity.cer");
    let mut files = vec![BundleFile {
        path: path.clone(),
        purpose: "identity certificate, to be uploaded in Managing a Certificate",
        bytes: held.certificate.der().to_vec(),
        private: false,
    }];
    let password = request.identity.and_then(|file| file.password);
    let mut key_store = None;
    if let (Some(key), Some(password)) = (&held.key, password)
        && password_problem(channel, Some(password)).is_none()
    {
        let path = layout::own(channel, "identity/identity.jks");
        files.push(BundleFile {
            bytes: write(channel, key, &held, password, &path)?,
            path: path.clone(),
            purpose: "identity certificate with its key, sealed with identity.password",
            private: true,
        });
        key_store = Some(path);
    }
    let certificate = &held.certificate;
    Ok(Identity {
        files,
        record: Some(IdentityRecord {
            certificate: path,
            key_store,
            subject: certificate.subject().to_string(),
            fingerprint: certificate.fingerprint().to_string(),
            not_after: certificate.not_after(),
        }),
    })
}

/// The certificate, and its key with the chain where there is one and it can be had.
struct Held {
    certificate: Certificate,
    key: Option<PrivateKey>,
    chain: Vec<keystore::CertificateDer<'static>>,
}

impl Held {
    fn of(file: &IdentityFile<'_>) -> Option<Self> {
        let options = ReadOptions {
            password: file.password,
        };
        let contents = keystore::read(file.bytes.ok()?, &options).ok()?;
        let passwords: Vec<&Password> = file.password.into_iter().collect();
        let store = opened(&contents, &passwords).store;
        let with_key = store.entries().iter().find_map(|entry| {
            let EntryKind::PrivateKey { key, chain } = &entry.kind else {
                return None;
            };
            let certificate = Certificate::from_der(chain.first()?.clone()).ok()?;
            Some(Self {
                certificate,
                key: Some(key.unlock(None).ok()?),
                chain: chain.clone(),
            })
        });
        with_key.or_else(|| {
            let entries = store.entries().iter().flat_map(Entry::certificates);
            let readable = entries.filter_map(|der| Certificate::from_der(der.clone()).ok());
            let readable: Vec<Certificate> = readable.collect();
            let own = readable.iter().find(|certificate| !certificate.is_ca());
            Some(Self {
                certificate: own.or_else(|| readable.first())?.clone(),
                key: None,
                chain: Vec::new(),
            })
        })
    }
}

/// A JKS is the only key store that the product's page lists, and it needs a password.
fn password_problem(channel: &Channel, password: Option<&Password>) -> Option<Finding> {
    let (id, severity, message) = match password {
        None => (
            "JKS-PASS",
            Severity::Warning,
            "no key store is made of the identity: it needs a password, and none is named"
                .to_owned(),
        ),
        Some(password) => jks_password_problem(password.expose_secret())?,
    };
    let subject = format!("{}: identity.password", channel.name);
    let hint = "add a reference such as password = \"env:IDENTITY_PASSWORD\", with 6 characters or more behind it";
    Some(Finding::new(id, severity, subject, message).with_hint(hint))
}

fn write(
    channel: &Channel,
    key: &PrivateKey,
    held: &Held,
    password: &Password,
    path: &str,
) -> Result<Vec<u8>, PackError> {
    let mut entry = Entry {
        alias: Alias::new(alias::of(&held.certificate)),
        created: Some(Timestamp::from_secs(
            held.certificate.not_before().unix_timestamp(),
        )),
        kind: EntryKind::PrivateKey {
            key: SealedKey::from(key.clone()),
            chain: held.chain.clone(),
        },
        attributes: Vec::new(),
    };
    if entry.alias.as_str().is_empty() {
        entry.alias = Alias::new(channel.identity_name());
    }
    let mut store = KeyStore::new();
    store.push_renamed(entry);
    let salts = Salts::new(key, password);
    let options = WriteOptions {
        password: Some(password),
        random: Some(&salts),
        ..WriteOptions::default()
    };
    let bytes = keystore::write(&store, Format::Jks, &options)?
        .bytes
        .to_vec();
    read_back(&bytes, &held.certificate, password, path)?;
    Ok(bytes)
}

/// Only what a reader finds in the bytes counts.
fn read_back(
    bytes: &[u8],
    certificate: &Certificate,
    password: &Password,
    path: &str,
) -> Result<(), PackError> {
    let password = Some(password);
    let contents = keystore::read(bytes, &ReadOptions { password })?;
    let fits = contents.store.entries().iter().any(|entry| {
        let key = entry.key().and_then(|key| key.unlock(password).ok());
        let is_own = entry.certificates().first() == Some(certificate.der());
        is_own && key.is_some_and(|key| belongs(key.secret_pkcs8(), certificate) == Belongs::Yes)
    });
    match fits {
        true => Ok(()),
        false => Err(PackError::Written {
            file: path.to_owned(),
            why: "the key that was written is not read back as that of the certificate".to_owned(),
        }),
    }
}

/// Salts that hang on the key and the password alone, so that the same input gives the same bytes. Nobody without the key
/// can tell them from random ones (RFC 2104), and another key or password has others.
struct Salts {
    key: hmac::Key,
    counter: Cell<u64>,
}

impl Salts {
    fn new(key: &PrivateKey, password: &Password) -> Self {
        let of_key = hmac::Key::new(hmac::HMAC_SHA256, key.secret_pkcs8());
        let text = format!("trustpack bundle identity\0{}", password.expose_secret());
        let text = zeroize::Zeroizing::new(text);
        let seed = hmac::sign(&of_key, text.as_bytes());
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, seed.as_ref()),
            counter: Cell::new(0),
        }
    }
}

impl RandomSource for Salts {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), keystore::Error> {
        for part in bytes.chunks_mut(32) {
            let count = self.counter.get();
            self.counter.set(count.wrapping_add(1));
            let tag = hmac::sign(&self.key, &count.to_be_bytes());
            for (byte, salt) in part.iter_mut().zip(tag.as_ref()) {
                *byte = *salt;
            }
        }
        Ok(())
    }
}
