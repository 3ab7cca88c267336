//! One certificate or key of a side, with where it stands.

use rustls_pki_types::CertificateDer;
use serde::Serialize;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use trustpack_keystore::{Contents, Entry, EntryKind, SealedKey};

use crate::Certificate;
use crate::cert::Fingerprint;
use crate::chain::PresentedChain;
use crate::lock::Lock;
use crate::pair;

/// One of the two that are compared.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// Its name: a file, a server.
    pub name: String,
    /// Everything in it, in its order.
    pub items: Vec<Item>,
}

/// One certificate or key.
#[derive(Clone, Debug)]
pub struct Item {
    /// Which file of a folder or bundle, which server of a lock; `None` where the side is one file or server.
    pub place: Option<String>,
    /// The name of its entry, where the container gives one.
    pub alias: Option<String>,
    /// What it is there for.
    pub role: Role,
    /// What it is.
    pub content: Content,
}

/// What an item is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A trusted entry of a store.
    TrustedCertificate,
    /// A private key with its certificate.
    PrivateKey,
    /// An issuer in the chain of a private key.
    Chain,
    /// A symmetric key.
    SecretKey,
    /// A certificate in a file that has no entries, such as PEM.
    Certificate,
    /// Sent by a server, now or when it was locked.
    Presented,
}

/// What an item is.
#[derive(Clone, Debug)]
pub enum Content {
    /// A certificate; of a private key, its own.
    Certificate(Certificate),
    /// What stands where a certificate should, and cannot be parsed: compared by its bytes.
    Unreadable(Fingerprint),
    /// A key in the clear without a certificate, by the SHA-256 of its bytes, which is never shown.
    ClearKey([u8; 32]),
    /// A key that is sealed and has no certificate.
    SealedKey(SealedKey),
    /// A certificate of which a lock knows the digest only.
    Locked(Fingerprint),
    /// The end entity in a lock.
    LockedLeaf {
        /// Of the certificate.
        fingerprint: Fingerprint,
        /// SHA-256 of its `SubjectPublicKeyInfo`.
        spki: [u8; 32],
        /// RFC 4514.
        issuer: String,
        /// Last second of its validity.
        not_after: OffsetDateTime,
    },
}

impl Side {
    /// Nothing yet, under a name for messages.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            items: Vec::new(),
        }
    }

    /// Adds what a file holds. A key in the clear is known by its certificate, where that lies beside it.
    pub fn add_contents(&mut self, place: Option<&str>, contents: &Contents) {
        let named = contents.format.has_aliases();
        let store = match named {
            true => contents.store.clone(),
            false => pair::pair(contents.store.clone()),
        };
        for entry in store.entries() {
            let alias = (named && entry.alias.is_given()).then(|| entry.alias.as_str().to_owned());
            let items = items_of(entry, named).into_iter();
            self.items.extend(items.map(|(role, content)| Item {
                place: place.map(str::to_owned),
                alias: alias.clone(),
                role,
                content,
            }));
        }
    }

    /// Adds what a server presents. Its place is its name as a lock has it, where the other side is a lock.
    pub fn add_chain(&mut self, place: Option<&str>, chain: &PresentedChain) {
        let readable = chain.certificates.iter().cloned();
        let unreadable = chain.unreadable.iter().map(|one| Fingerprint::of(&one.der));
        let contents = readable.map(Content::Certificate);
        for content in contents.chain(unreadable.map(Content::Unreadable)) {
            self.push_presented(place, content);
        }
    }

    /// Adds what servers presented when they were locked.
    pub fn add_lock(&mut self, lock: &Lock) {
        for server in &lock.servers {
            let given = [&server.address, &server.server_name, &server.cert_type];
            let given: Vec<&str> = given.into_iter().filter_map(Option::as_deref).collect();
            let place = match given.is_empty() {
                true => server.target.clone(),
                false => format!("{} ({})", server.target, given.join(", ")),
            };
            let mut leaf_seen = false;
            for fingerprint in &server.chain {
                let is_leaf = *fingerprint == server.leaf && !leaf_seen;
                leaf_seen |= is_leaf;
                let content = match is_leaf {
                    true => Content::LockedLeaf {
                        fingerprint: server.leaf,
                        spki: server.spki,
                        issuer: server.issuer.clone(),
                        not_after: server.not_after,
                    },
                    false => Content::Locked(*fingerprint),
                };
                self.push_presented(Some(&place), content);
            }
        }
    }

    fn push_presented(&mut self, place: Option<&str>, content: Content) {
        self.items.push(Item {
            place: place.map(str::to_owned),
            alias: None,
            role: Role::Presented,
            content,
        });
    }
}

impl Item {
    /// The digest of a certificate, also of one that cannot be parsed or is known by nothing else.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.content {
            Content::Certificate(certificate) => Some(certificate.fingerprint()),
            Content::Unreadable(fingerprint)
            | Content::Locked(fingerprint)
            | Content::LockedLeaf { fingerprint, .. } => Some(*fingerprint),
            Content::ClearKey(_) | Content::SealedKey(_) => None,
        }
    }

    /// The parsed certificate.
    pub fn certificate(&self) -> Option<&Certificate> {
        match &self.content {
            Content::Certificate(certificate) => Some(certificate),
            _ => None,
        }
    }

    /// SHA-256 of the public key, where it is known.
    pub(super) fn spki(&self) -> Option<[u8; 32]> {
        match &self.content {
            Content::Certificate(certificate) => {
                Some(Sha256::digest(certificate.subject_public_key_info()).into())
            }
            Content::LockedLeaf { spki, .. } => Some(*spki),
            _ => None,
        }
    }

    /// The name of the issuer, where it is known.
    pub(super) fn issuer(&self) -> Option<String> {
        match &self.content {
            Content::Certificate(certificate) => Some(certificate.issuer().to_string()),
            Content::LockedLeaf { issuer, .. } => Some(issuer.clone()),
            _ => None,
        }
    }
}

/// A key's own certificate stands for the key, the rest of its chain for itself.
fn items_of(entry: &Entry, named: bool) -> Vec<(Role, Content)> {
    let own = match &entry.kind {
        EntryKind::PrivateKey { .. } => Role::PrivateKey,
        EntryKind::SecretKey(_) => Role::SecretKey,
        _ if named => Role::TrustedCertificate,
        _ => Role::Certificate,
    };
    let certificates = entry.certificates().iter().enumerate();
    let items: Vec<_> = certificates
        .map(|(index, der)| match index {
            0 => (own, certificate(der)),
            _ => (Role::Chain, certificate(der)),
        })
        .collect();
    match entry.key() {
        Some(key) if items.is_empty() => vec![(own, bare(key))],
        _ => items,
    }
}

fn certificate(der: &CertificateDer<'static>) -> Content {
    match Certificate::from_der(der.clone()) {
        Ok(certificate) => Content::Certificate(certificate),
        Err(_) => Content::Unreadable(Fingerprint::of(der)),
    }
}

fn bare(key: &SealedKey) -> Content {
    match key.unlock(None) {
        Ok(open) => Content::ClearKey(Sha256::digest(open.secret_pkcs8()).into()),
        Err(_) => Content::SealedKey(key.clone()),
    }
}
