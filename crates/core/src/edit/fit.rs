//! What of a store another format can hold.

use trustpack_keystore::{Alias, Entry, EntryKind, Format, KeyStore, SealedKey};

/// Something that the format has no place for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The entry.
    pub alias: String,
    /// `the private key`, `the secret key`, …
    pub what: &'static str,
}

/// The entries that fit into a format, and what does not. Where only certificates fit, those of a key stay.
pub fn fit(store: KeyStore, format: Format) -> (KeyStore, Vec<LeftOut>) {
    let mut left_out = Vec::new();
    let mut fitting: Vec<Entry> = Vec::new();
    for entry in store.into_entries() {
        let Some(what) = misfit(&entry, format) else {
            fitting.push(entry);
            continue;
        };
        left_out.push(LeftOut {
            alias: entry.alias.to_string(),
            what,
        });
        if !holds_keys(format) {
            let certificates = entry.certificates().iter().cloned();
            fitting.extend(certificates.map(|der| {
                let alias = Alias::unnamed(entry.alias.as_str());
                Entry::trusted(alias, der)
            }));
        }
    }
    (fitting.into_iter().collect(), left_out)
}

/// Whether a format is for certificates only, so that nobody who asks for it expects a key in it.
pub const fn holds_keys(format: Format) -> bool {
    !matches!(format, Format::Pkcs7 | Format::PkiPath)
}

fn misfit(entry: &Entry, format: Format) -> Option<&'static str> {
    match (&entry.kind, format) {
        (EntryKind::PrivateKey { .. }, Format::Pkcs7 | Format::PkiPath) => Some("the private key"),
        // the API of Java never writes one
        (EntryKind::PrivateKey { chain, .. }, Format::Jks | Format::Jceks) if chain.is_empty() => {
            Some("the private key without a certificate")
        }
        (
            EntryKind::SecretKey(_),
            Format::Der | Format::Jks | Format::Pem | Format::Pkcs7 | Format::PkiPath,
        ) => Some("the secret key"),
        (EntryKind::SecretKey(key), Format::Jceks) if !is_secret_key_spec(key) => {
            Some("the secret without the name of an algorithm")
        }
        (EntryKind::SecretKey(key), Format::Bcfks) if !has_identifier(key) => {
            Some("the secret key of an algorithm without identifier")
        }
        _ => None,
    }
}

/// Java builds a `SecretKeySpec` of nothing else; of a key that is sealed nothing is known.
fn is_secret_key_spec(key: &SealedKey) -> bool {
    let clear = key.unlock_secret(None).ok();
    clear.is_none_or(|clear| !clear.algorithm().is_empty() && !clear.secret_octets().is_empty())
}

fn has_identifier(key: &SealedKey) -> bool {
    let clear = key.unlock_secret(None).ok();
    clear.is_none_or(|clear| clear.has_identifier())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing::{root, server};
    use crate::edit::testing::{aliases, key_store, with_trusted};
    use trustpack_keystore::SecretKey;

    fn mixed() -> KeyStore {
        let root = root("Root");
        let server = server("h.example", &root);
        let mut store = with_trusted(key_store("key", &server, &[&root]), "root", &root);
        for (alias, algorithm) in [("aes", "AES"), ("odd", "")] {
            let key = SecretKey::new(algorithm, vec![1; 16].into());
            store.push_renamed(Entry {
                kind: EntryKind::SecretKey(SealedKey::from_secret_key(&key)),
                ..Entry::trusted(Alias::new(alias), Vec::new().into())
            });
        }
        store
    }

    #[test]
    fn what_fits_stays_and_the_rest_is_named() {
        for (format, left, lost) in [
            (Format::Pkcs12, vec!["key", "root", "aes", "odd"], vec![]),
            (Format::Jceks, vec!["key", "root", "aes"], vec!["odd"]),
            (Format::Bcfks, vec!["key", "root", "aes"], vec!["odd"]),
            (Format::Jks, vec!["key", "root"], vec!["aes", "odd"]),
            (Format::Pem, vec!["key", "root"], vec!["aes", "odd"]),
            (
                Format::Pkcs7,
                vec!["key", "key-2", "root"],
                vec!["key", "aes", "odd"],
            ),
        ] {
            let (store, left_out) = fit(mixed(), format);
            assert_eq!(aliases(&store), left, "{format}");
            let named: Vec<&str> = left_out.iter().map(|one| one.alias.as_str()).collect();
            assert_eq!(named, lost, "{format}");
        }
        let (store, _) = fit(mixed(), Format::Pkcs7);
        assert!(!store.has_keys());
    }
}
