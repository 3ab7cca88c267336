//! Containers as records: their own facts, their entries, and what stands beside them.

use serde::Serialize;
use time::OffsetDateTime;
use trustpack_keystore::{At, Contents, Entry, EntryKind, Integrity, Note, NoteKind};

use crate::Certificate;
use crate::key::KeyFacts;
use crate::text::serialize_optional_time;

use super::certificate::{key_in_words, spki_pin};
use super::{AttributeRecord, CertificateRecord, CrlRecord, RequestRecord};

/// What one file holds.
#[derive(Clone, Debug, Serialize)]
pub struct ContentsRecord {
    /// Its name.
    pub name: String,
    /// `jks`, `pem`, …
    pub format: &'static str,
    /// The version of the layout, where the format has one.
    pub version: Option<u32>,
    /// `verified`, `not-verified` (no password), `absent` (the format has none).
    pub integrity: &'static str,
    /// How the whole is protected against change, in words, with iterations; `null` when it is not.
    pub integrity_protection: Option<String>,
    /// How the content is encrypted, each scheme once, in words, with iterations.
    pub encryption: Vec<String>,
    /// PKCS#12: `modern`, `legacy`, `passwordless`, `pbmac1`, whichever is nearest.
    pub profile: Option<&'static str>,
    /// In file order.
    pub entries: Vec<EntryRecord>,
    /// How many certificate requests.
    pub requests: usize,
    /// How many revocation lists.
    pub crls: usize,
    /// How many bare public keys.
    pub public_keys: usize,
    /// The requests that can be parsed.
    pub certificate_requests: Vec<RequestRecord>,
    /// The lists that can be parsed.
    pub revocation_lists: Vec<CrlRecord>,
    /// The public keys.
    pub subject_public_keys: Vec<PublicKeyRecord>,
    /// Requests and lists that cannot be parsed, in words.
    pub unreadable: Vec<String>,
    /// Entries that Java does not show, or not as they stand here.
    pub invisible_to_java: Vec<InvisibleRecord>,
    /// What could not be read, and what is odd; the invisible entries among it.
    pub notes: Vec<String>,
}

/// One entry of a container.
#[derive(Clone, Debug, Serialize)]
pub struct EntryRecord {
    /// Its name, or its place where the container names nothing.
    pub alias: String,
    /// `trusted-certificate`, `private-key`, `secret-key`.
    pub kind: &'static str,
    /// When the container says that it was made.
    #[serde(serialize_with = "serialize_optional_time")]
    pub created: Option<OffsetDateTime>,
    /// How a key is protected.
    pub protection: Option<String>,
    /// What a private key in the clear is, `RSA 2048`; one that is sealed is known by its certificate only.
    pub private_key: Option<String>,
    /// The certificate, or the chain of a key, end entity first.
    pub certificates: Vec<CertificateRecord>,
    /// Certificates of this entry that cannot be parsed, in words.
    pub unreadable: Vec<String>,
    /// PKCS#12 attributes other than the alias.
    pub attributes: Vec<AttributeRecord>,
}

/// A public key without a certificate.
#[derive(Clone, Debug, Serialize)]
pub struct PublicKeyRecord {
    /// `RSA 2048`, `EC P-256`.
    pub public_key: String,
    /// The same in parts.
    pub key: KeyFacts,
    /// Base64 of the SHA-256 of `SubjectPublicKeyInfo`.
    pub spki_sha256: String,
}

/// An entry that Java does not show.
#[derive(Clone, Debug, Serialize)]
pub struct InvisibleRecord {
    /// Its alias; `null` when the remark is about the whole file.
    pub alias: Option<String>,
    /// Why.
    pub why: String,
}

impl ContentsRecord {
    /// From what was read; `at` counts as now.
    pub fn new(name: &str, contents: &Contents, at: OffsetDateTime) -> Self {
        let others = &contents.others;
        let mut unreadable = Vec::new();
        let mut keep = |error: crate::Error| unreadable.push(error.to_string());
        let mut certificate_requests = Vec::new();
        for request in &others.requests {
            match RequestRecord::new(request) {
                Ok(record) => certificate_requests.push(record),
                Err(error) => keep(error),
            }
        }
        let mut revocation_lists = Vec::new();
        for crl in &others.crls {
            match CrlRecord::new(crl, at) {
                Ok(record) => revocation_lists.push(record),
                Err(error) => keep(error),
            }
        }
        let entries = contents.store.entries().iter();
        let keys = others.public_keys.iter();
        Self {
            name: name.to_owned(),
            format: contents.format.word(),
            version: contents.facts.version,
            integrity: match contents.integrity {
                Integrity::Verified => "verified",
                Integrity::NotVerified => "not-verified",
                _ => "absent",
            },
            integrity_protection: contents.facts.integrity.clone(),
            encryption: contents.facts.encryption.clone(),
            profile: contents.facts.profile.map(|profile| profile.word()),
            entries: entries.map(|entry| EntryRecord::new(entry, at)).collect(),
            requests: others.requests.len(),
            crls: others.crls.len(),
            public_keys: others.public_keys.len(),
            certificate_requests,
            revocation_lists,
            subject_public_keys: keys.map(|spki| PublicKeyRecord::new(spki)).collect(),
            unreadable,
            invisible_to_java: contents
                .notes
                .iter()
                .filter_map(InvisibleRecord::new)
                .collect(),
            notes: contents.notes.iter().map(ToString::to_string).collect(),
        }
    }

    /// Every certificate, entry by entry.
    pub fn certificates(&self) -> impl Iterator<Item = &CertificateRecord> {
        self.entries.iter().flat_map(|entry| &entry.certificates)
    }

    /// Whether something in it is none of what it is said to be.
    pub fn has_unreadable(&self) -> bool {
        let mut entries = self.entries.iter();
        !self.unreadable.is_empty() || entries.any(|entry| !entry.unreadable.is_empty())
    }
}

impl EntryRecord {
    fn new(entry: &Entry, at: OffsetDateTime) -> Self {
        let (kind, key) = match &entry.kind {
            EntryKind::PrivateKey { key, .. } => ("private-key", Some(key)),
            EntryKind::TrustedCertificate(_) => ("trusted-certificate", None),
            EntryKind::SecretKey(key) => ("secret-key", Some(key)),
            _ => ("secret-key", None),
        };
        let clear = key.filter(|key| kind == "private-key" && !key.is_sealed());
        let clear = clear.and_then(|key| key.unlock(None).ok());
        let attributes = entry.attributes.iter().map(|attribute| {
            let values = attribute.values.iter().map(Vec::as_slice);
            AttributeRecord::new(&attribute.oid, values)
        });
        let mut record = Self {
            alias: entry.alias.to_string(),
            kind,
            created: entry
                .created
                .and_then(|created| OffsetDateTime::from_unix_timestamp(created.secs()).ok()),
            protection: key.map(|key| key.protection()),
            private_key: clear.map(|key| key_in_words(&KeyFacts::from_pkcs8(key.secret_pkcs8()))),
            certificates: Vec::new(),
            unreadable: Vec::new(),
            attributes: attributes.collect(),
        };
        for der in entry.certificates() {
            match Certificate::from_der(der.clone()) {
                Ok(certificate) => {
                    let full = CertificateRecord::full(&certificate, at);
                    record.certificates.push(full);
                }
                Err(error) => record.unreadable.push(error.to_string()),
            }
        }
        record
    }
}

impl PublicKeyRecord {
    fn new(spki: &[u8]) -> Self {
        let key = KeyFacts::from_spki(spki);
        Self {
            public_key: key_in_words(&key),
            key,
            spki_sha256: spki_pin(spki),
        }
    }
}

impl InvisibleRecord {
    fn new(note: &Note) -> Option<Self> {
        (note.kind == NoteKind::Invisible).then(|| Self {
            alias: match &note.at {
                At::Entry(alias) => Some(alias.clone()),
                _ => None,
            },
            why: note.message.clone(),
        })
    }
}
