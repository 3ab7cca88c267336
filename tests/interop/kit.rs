//! Keys, certificates and entries to put into stores, and what a store that was read holds.

use std::cell::Cell;

use trustpack_core::keystore::{
    self, Alias, CertificateDer, Contents, Entry, EntryKind, Error, Format, KeyStore, Password,
    RandomSource, ReadOptions, SealedKey, SecretKey, Timestamp, WriteOptions,
};

use crate::stores::{Listed, digest};
use crate::support::fixture;

/// A private key, encoded as Java encodes it, and its chain.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// Java's name.
    pub algorithm: &'static str,
    pub pkcs8: Vec<u8>,
    pub chain: Vec<CertificateDer<'static>>,
}

/// What an entry holds.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    Trusted(CertificateDer<'static>),
    Private(Pair),
    /// Java's name of the algorithm, and the raw key.
    Secret(&'static str, Vec<u8>),
}

/// An entry to be written, by us or by a judge.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub alias: String,
    pub held: Held,
    /// `None`: that of the store.
    pub key_password: Option<String>,
    pub created: Option<i64>,
}

impl Item {
    pub(crate) fn new(alias: &str, held: Held) -> Self {
        Self {
            alias: alias.to_owned(),
            held,
            key_password: None,
            created: Some(1_700_000_000_000),
        }
    }

    pub(crate) fn is_key(&self) -> bool {
        !matches!(self.held, Held::Trusted(_))
    }

    pub(crate) fn entry(&self) -> Entry {
        let kind = match &self.held {
            Held::Trusted(certificate) => EntryKind::TrustedCertificate(certificate.clone()),
            Held::Private(pair) => EntryKind::PrivateKey {
                key: SealedKey::from_pkcs8(pair.pkcs8.clone().into()),
                chain: pair.chain.clone(),
            },
            Held::Secret(algorithm, octets) => {
                let key = SecretKey::new(*algorithm, octets.clone().into());
                EntryKind::SecretKey(SealedKey::from_secret_key(&key))
            }
        };
        Entry {
            alias: Alias::new(&self.alias),
            created: self.created.map(Timestamp::from_millis),
            kind,
            attributes: Vec::new(),
        }
    }

    /// What a judge has to find.
    pub(crate) fn listed(&self) -> Listed {
        let (kind, certificates, algorithm, key) = match &self.held {
            Held::Trusted(certificate) => {
                ("trusted", vec![digest(certificate)], "-", "-".to_owned())
            }
            Held::Private(pair) => (
                "private",
                pair.chain.iter().map(|der| digest(der)).collect(),
                pair.algorithm,
                digest(&pair.pkcs8),
            ),
            Held::Secret(algorithm, octets) => ("secret", Vec::new(), *algorithm, digest(octets)),
        };
        Listed {
            alias: self.alias.clone(),
            kind: kind.to_owned(),
            created: self.created,
            certificates,
            algorithm: algorithm.to_owned(),
            key,
        }
    }
}

pub(crate) fn listed(items: &[Item]) -> Vec<Listed> {
    items.iter().map(Item::listed).collect()
}

/// Private keys of every algorithm: RSA with a chain of three, EC, DSA and Ed25519 signed by themselves.
pub(crate) fn pairs() -> Vec<Pair> {
    let mut chain = certificates("pki/fullchain-server.pem");
    chain.extend(certificates("pki/root.pem"));
    let mut pairs = vec![Pair {
        algorithm: "RSA",
        pkcs8: key("pki/server.key.pem"),
        chain,
    }];
    for (algorithm, name) in [
        ("EC", "pem/ec"),
        ("DSA", "pem/dsa"),
        ("Ed25519", "pki/self-signed-ed25519"),
    ] {
        let mut pkcs8 = key(&format!("{name}.key.pem"));
        if algorithm == "Ed25519" {
            // RFC 8410, section 7, version 1: without the public key, as Java has it
            pkcs8 = [
                b"\x30\x2e\x02\x01\0\x30\x05\x06\x03\x2b\x65\x70",
                &pkcs8[12..48],
            ]
            .concat();
        }
        pairs.push(Pair {
            algorithm,
            pkcs8,
            chain: certificates(&format!("{name}.pem")),
        });
    }
    pairs
}

/// Certificates that nobody here has a key of.
pub(crate) fn anchors() -> Vec<CertificateDer<'static>> {
    let names = ["root", "other-root", "non-ascii", "no-cn", "wildcard", "ip"];
    let files = names.map(|name| certificates(&format!("pki/{name}.pem")));
    files.concat()
}

/// A secret key of each algorithm that Java's stores have a name for.
pub(crate) fn secrets() -> Vec<Held> {
    [("AES", 32), ("DES", 8), ("DESede", 24), ("HmacSHA256", 20)]
        .map(|(algorithm, length)| {
            // octets of odd parity, which the factories of DES leave as they are
            Held::Secret(
                algorithm,
                [1, 0x0e, 0x2f, 0x51, 0x76, 0x94, 0xb5, 0xd9].repeat(4)[..length].to_vec(),
            )
        })
        .to_vec()
}

fn certificates(path: &str) -> Vec<CertificateDer<'static>> {
    let contents = keystore::read(
        &std::fs::read(fixture(path)).unwrap(),
        &ReadOptions::default(),
    );
    let entries = contents.unwrap().store.into_entries();
    entries
        .iter()
        .flat_map(|entry| entry.certificates().to_vec())
        .collect()
}

fn key(path: &str) -> Vec<u8> {
    let text = std::fs::read(fixture(path)).unwrap();
    pem::parse(text).unwrap().into_contents()
}

/// Writes the entries; a key with a password of its own is sealed in a store of its own and carried from there.
pub(crate) fn write(
    items: &[Item],
    format: Format,
    options: &WriteOptions<'_>,
) -> Result<Vec<u8>, Error> {
    let mut store = KeyStore::new();
    for item in items {
        let mut entry = item.entry();
        if let Some(key_password) = &item.key_password {
            let key_password = Password::new(key_password);
            let own = WriteOptions {
                key_password: Some(&key_password),
                ..*options
            };
            let mut alone = KeyStore::new();
            alone.push(entry).unwrap();
            let bytes = keystore::write(&alone, format, &own)?.bytes;
            let reading = ReadOptions {
                password: options.password,
            };
            entry = keystore::read(&bytes, &reading)?
                .store
                .into_entries()
                .remove(0);
            entry.alias = Alias::new(&item.alias);
        }
        store.push(entry).unwrap();
    }
    Ok(keystore::write(&store, format, options)?.bytes.to_vec())
}

pub(crate) fn read(bytes: &[u8], password: Option<&str>) -> Result<Contents, Error> {
    let password = password.map(Password::new);
    keystore::read(
        bytes,
        &ReadOptions {
            password: password.as_ref(),
        },
    )
}

/// What we find in a store; `key_password` tells the password of each key.
pub(crate) fn found<'p>(store: &KeyStore, key_password: impl Fn(&str) -> &'p str) -> Vec<Listed> {
    let each = |entry: &Entry| {
        let password = Password::new(key_password(entry.alias.as_str()));
        let locked = || ("locked".to_owned(), "-".to_owned());
        let (kind, (algorithm, key)) = match &entry.kind {
            EntryKind::TrustedCertificate(_) => ("trusted", ("-".to_owned(), "-".to_owned())),
            EntryKind::SecretKey(key) => (
                "secret",
                key.unlock_secret(Some(&password)).map_or_else(
                    |_| locked(),
                    |key| (key.algorithm().to_owned(), digest(key.secret_octets())),
                ),
            ),
            EntryKind::PrivateKey { key, .. } => (
                "private",
                key.unlock(Some(&password)).map_or_else(
                    |_| locked(),
                    |key| {
                        let pkcs8 = key.secret_pkcs8();
                        (algorithm_of(pkcs8).to_owned(), digest(pkcs8))
                    },
                ),
            ),
            _ => ("unknown", locked()),
        };
        Listed {
            alias: entry.alias.to_string(),
            kind: kind.to_owned(),
            created: entry.created.map(Timestamp::millis),
            certificates: entry.certificates().iter().map(|der| digest(der)).collect(),
            algorithm,
            key,
        }
    };
    store.entries().iter().map(each).collect()
}

/// Java's name, by the object identifier near the start.
fn algorithm_of(pkcs8: &[u8]) -> &'static str {
    let head = &pkcs8[..pkcs8.len().min(32)];
    let has = |identifier: &[u8]| {
        head.windows(identifier.len())
            .any(|part| part == identifier)
    };
    let known: [(&str, &[u8]); 4] = [
        ("RSA", b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"),
        ("EC", b"\x2a\x86\x48\xce\x3d\x02\x01"),
        ("DSA", b"\x2a\x86\x48\xce\x38\x04\x01"),
        ("Ed25519", b"\x06\x03\x2b\x65\x70"),
    ];
    let found = known.iter().find(|(_, identifier)| has(identifier));
    found.map_or("unknown", |(name, _)| name)
}

/// SplitMix64: the same numbers every time from the same seed.
#[derive(Debug)]
pub(crate) struct Random(Cell<u64>);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    pub(crate) fn next(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut mixed = self.0.get();
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub(crate) fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

impl RandomSource for Random {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.fill_with(|| self.next().to_le_bytes()[0]);
        Ok(())
    }
}
