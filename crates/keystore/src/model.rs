//! The model that every container is read into and written from.
//!
//! Java's words are used for all formats (`KeyStore`, entry, alias); a PKCS#12 `friendlyName` is an alias.
//! Order is kept, nothing is interpreted: a certificate is its DER bytes, a key stays sealed.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;
use std::fmt;

use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use crate::chain;
use crate::pkcs8::SealedKey;

/// Entries in one file. The largest public trust stores have a few hundred, collections of a Certificate Transparency
/// log some ten thousand; a hostile file of a few megabytes could claim millions.
pub(crate) const MAX_ENTRIES: usize = 200_000;

/// An ordered list of entries whose aliases are unique as spelled.
#[derive(Clone, Default)]
pub struct KeyStore {
    entries: Vec<Entry>,
    /// Where each alias stands, so that a hostile file with many entries costs no quadratic search.
    places: HashMap<String, usize>,
    /// The suffix last given to an alias that was taken.
    suffixes: HashMap<String, usize>,
}

impl KeyStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// The entries in file order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries in file order, to be taken apart.
    pub fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry with this alias: as spelled first, else the first that is equal without case.
    pub fn find(&self, alias: &str) -> Option<&Entry> {
        self.position(alias).map(|index| &self.entries[index])
    }

    /// The place of the entry that [`find`](Self::find) would return.
    pub fn position(&self, alias: &str) -> Option<usize> {
        let spelled = self.places.get(alias).copied();
        spelled.or_else(|| {
            let folded = alias.to_lowercase();
            self.entries
                .iter()
                .position(|entry| entry.alias.folded() == folded)
        })
    }

    /// Appends an entry.
    ///
    /// # Errors
    /// The entry itself, unchanged, when its alias is taken as spelled.
    pub fn push(&mut self, entry: Entry) -> Result<(), Box<Entry>> {
        self.append(entry)
            .map_or(Ok(()), |entry| Err(Box::new(entry)))
    }

    /// Appends an entry under its alias or, when that is taken, under the first free `alias-2`, `alias-3`, …
    /// Returns the alias in use, so that a reader can note a rename.
    pub fn push_renamed(&mut self, entry: Entry) -> &Alias {
        if let Some(mut taken) = self.append(entry) {
            let wanted = taken.alias.clone();
            let mut suffix = self.suffixes.get(wanted.as_str()).copied().unwrap_or(1);
            loop {
                suffix += 1;
                taken.alias = wanted.with_suffix(suffix);
                match self.append(taken) {
                    Some(still) => taken = still,
                    None => break,
                }
            }
            self.suffixes.insert(wanted.text, suffix);
        }
        &self.entries[self.entries.len() - 1].alias
    }

    /// Replaces the entry at `index` and returns the old one. That the new alias is free is the caller's care.
    ///
    /// # Panics
    /// Never for an index that [`position`](Self::position) returned.
    pub fn replace(&mut self, index: usize, entry: Entry) -> Entry {
        let old = &self.entries[index].alias;
        if *old != entry.alias {
            self.places.remove(old.as_str());
            self.places.insert(entry.alias.text.clone(), index);
            self.suffixes.clear();
        }
        std::mem::replace(&mut self.entries[index], entry)
    }

    /// Whether any entry holds a private or secret key, so that the file must be private.
    pub fn has_keys(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| !matches!(entry.kind, EntryKind::TrustedCertificate(_)))
    }

    /// Appends the entry, or returns it when its alias is taken as spelled.
    fn append(&mut self, entry: Entry) -> Option<Entry> {
        match self.places.entry(entry.alias.text.clone()) {
            Place::Occupied(_) => Some(entry),
            Place::Vacant(place) => {
                place.insert(self.entries.len());
                self.entries.push(entry);
                None
            }
        }
    }
}

impl FromIterator<Entry> for KeyStore {
    /// In order; of entries with one alias, those after the first get a number, see
    /// [`push_renamed`](KeyStore::push_renamed).
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut store = Self::new();
        for entry in entries {
            store.push_renamed(entry);
        }
        store
    }
}

impl PartialEq for KeyStore {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Eq for KeyStore {}

impl fmt::Debug for KeyStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(&self.entries).finish()
    }
}

/// One entry of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub alias: Alias,
    /// When the container says that it was made; `None` where the container does not say.
    pub created: Option<Timestamp>,
    /// What it holds.
    pub kind: EntryKind,
    /// PKCS#12 bag attributes other than friendlyName, localKeyID and Java's trustedKeyUsage, in order.
    pub attributes: Vec<Attribute>,
}

impl Entry {
    /// A trusted certificate without further facts.
    pub fn trusted(alias: Alias, certificate: CertificateDer<'static>) -> Self {
        Self {
            alias,
            created: None,
            kind: EntryKind::TrustedCertificate(certificate),
            attributes: Vec::new(),
        }
    }

    /// The certificates of the entry: the trusted one, or a key's chain with the end entity first.
    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        match &self.kind {
            EntryKind::PrivateKey { chain, .. } => chain,
            EntryKind::SecretKey(_) => &[],
            EntryKind::TrustedCertificate(certificate) => std::slice::from_ref(certificate),
        }
    }

    /// The same, without the entry.
    pub fn into_certificates(self) -> impl Iterator<Item = CertificateDer<'static>> {
        let (chain, alone) = match self.kind {
            EntryKind::PrivateKey { chain, .. } => (chain, None),
            EntryKind::SecretKey(_) => (Vec::new(), None),
            EntryKind::TrustedCertificate(certificate) => (Vec::new(), Some(certificate)),
        };
        chain.into_iter().chain(alone)
    }

    /// The chain that they are: the first one, then each one's issuer, and nothing else. PKCS#12 holds no more.
    pub fn certificates_in_order(&self) -> Vec<&CertificateDer<'static>> {
        chain::from_leaf(&self.certificates().iter().collect::<Vec<_>>())
    }

    /// The key of the entry, when it has one.
    pub fn key(&self) -> Option<&SealedKey> {
        self.kind.key()
    }

    /// The same entry with another chain; one without a private key stays as it is.
    #[must_use]
    pub fn with_chain(mut self, new: Vec<CertificateDer<'static>>) -> Self {
        if let EntryKind::PrivateKey { chain, .. } = &mut self.kind {
            *chain = new;
        }
        self
    }

    /// The same entry around another key, which takes the place of its own; a trusted certificate stays as it is.
    #[must_use]
    pub fn with_key(mut self, new: SealedKey) -> Self {
        if let EntryKind::PrivateKey { key, .. } | EntryKind::SecretKey(key) = &mut self.kind {
            *key = new;
        }
        self
    }
}

/// The three kinds of entry that Java knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryKind {
    /// A private key and its chain, end entity first; the chain may be empty in a file.
    PrivateKey {
        /// The key, sealed until [`SealedKey::unlock`].
        key: SealedKey,
        /// The chain, end entity first.
        chain: Vec<CertificateDer<'static>>,
    },
    /// A symmetric key or password; [`SealedKey::unlock_secret`] gives its name and octets.
    SecretKey(SealedKey),
    /// A certificate that stands alone.
    TrustedCertificate(CertificateDer<'static>),
}

impl EntryKind {
    /// The key, private or secret.
    pub(crate) fn key(&self) -> Option<&SealedKey> {
        match self {
            Self::PrivateKey { key, .. } | Self::SecretKey(key) => Some(key),
            Self::TrustedCertificate(_) => None,
        }
    }
}

/// The name of an entry. Keeps its spelling; equality is exact, [`folded`](Alias::folded) is Java's comparison.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Alias {
    text: String,
    given: bool,
}

impl Alias {
    /// A name that the container, or the user, gave.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            given: true,
        }
    }

    /// The container names nothing here; the alias is the one-based place, as Java does it ("1", "2", …).
    pub fn positional(place: usize) -> Self {
        Self {
            text: place.to_string(),
            given: false,
        }
    }

    /// A name that need not be kept where the format has none.
    pub fn unnamed(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            given: false,
        }
    }

    /// Whether the container or the user chose the name.
    pub fn is_given(&self) -> bool {
        self.given
    }

    /// As spelled.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Lower case, the form in which Java stores and compares JKS and PKCS#12 aliases.
    pub fn folded(&self) -> String {
        self.text.to_lowercase()
    }

    fn with_suffix(&self, suffix: usize) -> Self {
        Self {
            text: format!("{}-{suffix}", self.text),
            given: self.given,
        }
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for Alias {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.text)
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z, as `java.util.Date` counts them; may be negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds; saturates at the ends of the range.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// In milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// In whole seconds, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

/// A PKCS#12 attribute that is carried through (RFC 7292, section 4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The type, in dotted form.
    pub oid: String,
    /// The DER of each member of the value set, in order.
    pub values: Vec<Vec<u8>>,
}

/// A password: a known value, which may be empty. "No password at all" is `Option::None` beside it.
///
/// `Debug` prints nothing of it and the memory is wiped on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes over the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Whether it is the empty password.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text itself.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[password elided]")
    }
}

#[cfg(test)]
mod tests;
