//! What was packed for a channel, so that a step can say where it is.

use time::OffsetDateTime;

use crate::cert::Fingerprint;
use crate::channel::model::Container;

/// What [`bundle::pack`](crate::bundle::pack) made for the channel; turns "obtain" into "here it is".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivered {
    /// The trust file within the bundle, such as `support/trust.jks`.
    pub file: String,
    /// What it is.
    pub container: Container,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// What is in it.
    pub anchors: Vec<DeliveredAnchor>,
    /// The hosts that were judged.
    pub hosts: Vec<DeliveredHost>,
    /// What was packed of the identity.
    pub identity: Option<DeliveredIdentity>,
}

impl Delivered {
    /// Whether the chains of all hosts end in roots that a root set knows.
    pub fn is_publicly_trusted(&self) -> bool {
        self.hosts.iter().all(|host| host.publicly_trusted)
    }
}

/// The identity certificate within the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveredIdentity {
    /// The certificate alone, such as `support/identity/identity.cer`.
    pub certificate: String,
    /// The key store with its key, when there was one.
    pub key_store: Option<String>,
    /// SHA-256 of the certificate, hex.
    pub fingerprint: String,
    /// Its last second of validity.
    pub not_after: OffsetDateTime,
}

impl DeliveredIdentity {
    /// What to upload: with the key where there is one.
    pub fn file(&self) -> &str {
        self.key_store.as_ref().unwrap_or(&self.certificate)
    }

    /// What to choose as the type on the upload form.
    pub fn container(&self) -> Container {
        match self.key_store {
            Some(_) => Container::Jks,
            None => Container::Der,
        }
    }
}

/// A certificate in the trust file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveredAnchor {
    /// The alias; the display name in a container without aliases.
    pub alias: String,
    /// SHA-256 of the certificate.
    pub fingerprint: Fingerprint,
    /// Its last second of validity.
    pub not_after: OffsetDateTime,
}

/// A host that a Java client accepts with the trust file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveredHost {
    /// `host:port`.
    pub endpoint: String,
    /// Whether some root set knows the end of its chain.
    pub publicly_trusted: bool,
}
