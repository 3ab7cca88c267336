//! To which certificate, request, entry or key a key belongs.

use trustpack_keystore::{Contents, EntryKind, Password, PrivateKey};

use crate::Certificate;
use crate::key::{Belongs, KeyFacts, belongs_to, is_same_private, is_same_public};
use crate::request::CertificateRequest;

/// A half of a key pair, and where it was found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Half {
    /// What it was found in.
    pub kind: HalfKind,
    /// Where in the file: an alias, or a number from one.
    pub label: String,
    /// Whose it is, where that is said.
    pub subject: Option<String>,
    content: Content,
}

/// What holds a half of a key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HalfKind {
    /// A certificate by itself.
    Certificate,
    /// An entry of a store with a key: its certificate.
    Entry,
    /// A private key.
    PrivateKey,
    /// A bare public key.
    PublicKey,
    /// A certificate request.
    Request,
}

#[derive(Debug)]
enum Content {
    /// No password opens it.
    Locked,
    Private(PrivateKey),
    /// DER of `SubjectPublicKeyInfo`.
    Public(Vec<u8>),
    /// It is damaged, and how.
    Unreadable(String),
}

impl HalfKind {
    /// The word for it in messages and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Entry => "entry",
            Self::PrivateKey => "private key",
            Self::PublicKey => "public key",
            Self::Request => "request",
        }
    }
}

impl Half {
    /// What kind of key it is; nothing where it is not known.
    pub fn key(&self) -> Option<KeyFacts> {
        match &self.content {
            Content::Private(key) => Some(KeyFacts::from_pkcs8(key.secret_pkcs8())),
            Content::Public(spki) => Some(KeyFacts::from_spki(spki)),
            Content::Locked | Content::Unreadable(_) => None,
        }
    }

    /// Whether it is a private key that no password opened.
    pub fn is_locked(&self) -> bool {
        matches!(self.content, Content::Locked)
    }

    /// Whether it stands where the other one does, when both are in one file.
    pub fn is_same_place(&self, other: &Self) -> bool {
        self.kind == other.kind && self.label == other.label
    }

    /// Whether two halves are of one key pair.
    pub fn belongs_to(&self, other: &Self) -> Belongs {
        use Content::{Locked, Private, Public, Unreadable};
        match (&self.content, &other.content) {
            (Private(one), Private(other)) => {
                is_same_private(one.secret_pkcs8(), other.secret_pkcs8())
            }
            (Private(key), Public(spki)) | (Public(spki), Private(key)) => {
                belongs_to(key.secret_pkcs8(), spki)
            }
            (Public(one), Public(other)) => is_same_public(one, other),
            (Unreadable(why), _) | (_, Unreadable(why)) => Belongs::CannotTell(why.clone()),
            (Locked, _) | (_, Locked) => {
                Belongs::CannotTell("no password opens the key".to_owned())
            }
        }
    }
}

/// Every half of a key pair in a file, in order: entries, then requests, then public keys. Of a chain the first
/// certificate counts. Each of `passwords` is tried on keys that are sealed.
pub fn halves(contents: &Contents, passwords: &[&Password]) -> Vec<Half> {
    let mut halves = Vec::new();
    let has_aliases = contents.format.has_aliases();
    for (place, entry) in (1_usize..).zip(contents.store.entries()) {
        let label = match has_aliases || entry.alias.is_given() {
            true => entry.alias.as_str().to_owned(),
            false => place.to_string(),
        };
        match &entry.kind {
            EntryKind::PrivateKey { key, chain } => {
                let mut tried = std::iter::once(None).chain(passwords.iter().map(|one| Some(*one)));
                let open = tried.find_map(|password| key.unlock(password).ok());
                halves.push(Half {
                    kind: HalfKind::PrivateKey,
                    label: label.clone(),
                    subject: None,
                    content: open.map_or(Content::Locked, Content::Private),
                });
                halves.extend(
                    chain
                        .first()
                        .map(|der| certificate(HalfKind::Entry, label, der)),
                );
            }
            EntryKind::TrustedCertificate(der) => {
                halves.push(certificate(HalfKind::Certificate, label, der));
            }
            // a secret key has one half only
            _ => {}
        }
    }
    for (place, request) in (1_usize..).zip(&contents.others.requests) {
        let read = CertificateRequest::new(request);
        halves.push(match read {
            Ok(request) => Half {
                kind: HalfKind::Request,
                label: place.to_string(),
                subject: request.subject.map(|subject| subject.to_string()),
                content: Content::Public(request.subject_public_key_info),
            },
            Err(error) => Half {
                kind: HalfKind::Request,
                label: place.to_string(),
                subject: None,
                content: Content::Unreadable(error.to_string()),
            },
        });
    }
    for (place, spki) in (1_usize..).zip(&contents.others.public_keys) {
        halves.push(Half {
            kind: HalfKind::PublicKey,
            label: place.to_string(),
            subject: None,
            content: Content::Public(spki.clone()),
        });
    }
    halves
}

fn certificate(
    kind: HalfKind,
    label: String,
    der: &trustpack_keystore::CertificateDer<'static>,
) -> Half {
    let (subject, content) = match Certificate::from_der(der.clone()) {
        Ok(certificate) => (
            Some(certificate.display_name()),
            Content::Public(certificate.subject_public_key_info().to_vec()),
        ),
        Err(error) => (None, Content::Unreadable(error.to_string())),
    };
    Half {
        kind,
        label,
        subject,
        content,
    }
}

#[cfg(test)]
mod tests;
