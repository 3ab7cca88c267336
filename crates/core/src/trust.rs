//! What is trusted, and who said so.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;

use rustls_pki_types::CertificateDer;
use trustpack_keystore::{Entry, KeyStore};

use crate::Certificate;
use crate::cert::java_refuses;
use crate::name::Name;
use crate::text;

/// A set of certificates that count as trust anchors, with the name of where they come from.
#[derive(Clone, Debug)]
pub struct TrustAnchors {
    origin: String,
    certificates: Vec<Certificate>,
    /// The hash of each subject with its place, sorted; made when a name is asked for first.
    by_subject: OnceLock<Vec<(u64, usize)>>,
    /// What of a store Java does not parse, and why; it loads none of the store then.
    unloadable: Option<(String, String)>,
}

impl TrustAnchors {
    /// Anchors under a name for messages, such as a file name or `system store`.
    pub fn new(origin: impl Into<String>, certificates: Vec<Certificate>) -> Self {
        Self {
            origin: origin.into(),
            certificates,
            by_subject: OnceLock::new(),
            unloadable: None,
        }
    }

    /// Mozilla's roots as bundled with this version (`webpki-root-certs`).
    pub fn mozilla() -> Self {
        let parse = |der: &CertificateDer<'static>| Certificate::from_der(der.clone()).ok();
        let certificates = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(parse)
            .collect();
        Self::new("Mozilla roots", certificates)
    }

    /// Every certificate that Java would take as an anchor from this store: trusted entries, and of each key entry
    /// the end entity, but not the rest of its chain (`TrustStoreUtil.getTrustedCerts`; tried with JDK
    /// 17.0.15). Unreadable ones are left out, and remembered: Java refuses the whole store because of one.
    pub fn from_store(origin: impl Into<String>, store: &KeyStore) -> Self {
        let certificates = store
            .entries()
            .iter()
            .filter_map(|entry| entry.certificates().first())
            .filter_map(|der| Certificate::from_der(der.clone()).ok())
            .collect();
        let mut all = store.entries().iter().flat_map(|entry| {
            let ders = entry.certificates().iter();
            ders.map(|der| (entry.alias.as_str(), der))
        });
        let unloadable = all.find_map(|(alias, der)| match Certificate::from_der(der.clone()) {
            Ok(certificate) => Some((certificate.display_name(), java_refuses(&certificate)?)),
            Err(error) => Some((text::escape(alias), error.to_string())),
        });
        Self {
            unloadable,
            ..Self::new(origin, certificates)
        }
    }

    /// Every readable certificate in this store, as clients take a file of certificates: OpenSSL's `-CAfile`, rustls. What
    /// they cannot read they pass over.
    pub fn from_every_certificate(origin: impl Into<String>, store: &KeyStore) -> Self {
        let ders = store.entries().iter().flat_map(Entry::certificates);
        let mut certificates: Vec<Certificate> = Vec::new();
        let mut seen = HashSet::new();
        for certificate in ders.filter_map(|der| Certificate::from_der(der.clone()).ok()) {
            if seen.insert(certificate.fingerprint()) {
                certificates.push(certificate);
            }
        }
        Self::new(origin, certificates)
    }

    /// All of several sets as one, as a client sees them that has several stores. What keeps Java from loading one of them
    /// keeps it from loading all.
    pub fn joined(sets: Vec<Self>) -> Self {
        let origins: Vec<&str> = sets.iter().map(Self::origin).collect();
        let origin = origins.join(", ");
        let unloadable = sets.iter().find_map(|set| set.unloadable.clone());
        let mut certificates: Vec<Certificate> = Vec::new();
        for certificate in sets.into_iter().flat_map(|set| set.certificates) {
            if !certificates.contains(&certificate) {
                certificates.push(certificate);
            }
        }
        Self {
            unloadable,
            ..Self::new(origin, certificates)
        }
    }

    /// The certificate because of which Java would not load the store that these come from, and why.
    pub(crate) fn unloadable(&self) -> Option<&(String, String)> {
        self.unloadable.as_ref()
    }

    /// Who says that these are trusted.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The anchors in store order.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Whether exactly this certificate is one of them.
    pub fn contains(&self, certificate: &Certificate) -> bool {
        let mut named = self.named(certificate.subject());
        named.any(|anchor| anchor == certificate)
    }

    /// In store order: all anchors with this subject by RFC 5280 section 7.1, and perhaps others.
    ///
    /// Names that Java or a comparison of bytes calls equal are equal by the RFC, so every client finds its own among
    /// these, and has to compare them as it does.
    pub(crate) fn named<'a>(
        &'a self,
        name: &Name,
    ) -> impl Iterator<Item = &'a Certificate> + use<'a> {
        let index = self.by_subject.get_or_init(|| {
            let hashes = self.certificates.iter().map(|one| hash(one.subject()));
            let mut index: Vec<(u64, usize)> = hashes.zip(0..).collect();
            index.sort_unstable();
            index
        });
        let wanted = hash(name);
        let start = index.partition_point(|(hash, _)| *hash < wanted);
        index
            .iter()
            .skip(start)
            .take_while(move |(hash, _)| *hash == wanted)
            .filter_map(|(_, place)| self.certificates.get(*place))
    }

    /// The same set without the certificates that `drop` picks.
    pub(crate) fn without(&self, drop: impl Fn(&Certificate) -> bool) -> Self {
        let kept = self.certificates.iter().filter(|anchor| !drop(anchor));
        Self::new(self.origin.clone(), kept.cloned().collect())
    }
}

fn hash(name: &Name) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

/// Whether a certificate is one of Mozilla's roots, without parsing them all.
pub(crate) fn is_public_root(certificate: &Certificate) -> bool {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.contains(certificate.der())
}

#[cfg(test)]
mod tests;
