//! The client certificate that is shown to servers, from any container.

use anyhow::{Context, Result};
use trustpack_core::keystore::{Entry, EntryKind, KeyStore};
use trustpack_core::pair::pair;
use trustpack_core::tls::identity::ClientIdentity;

use crate::args::Handshake;
use crate::hint::Hinted;
use crate::input::{self, Passwords};
use crate::password::PasswordSource;
use crate::render::Talk;

/// What the three are called where the user wrote them, for advice.
pub(crate) struct Names {
    pub certificate: &'static str,
    pub key: &'static str,
    pub password: &'static str,
}

const FLAGS: Names = Names {
    certificate: "--client-cert",
    key: "--client-key",
    password: "--client-password env:NAME, file:PATH or prompt",
};

/// Reads `--client-cert` and `--client-key`; `None` when none is named.
pub(crate) fn load(arguments: &Handshake, talk: &Talk) -> Result<Option<ClientIdentity>> {
    let Some(path) = &arguments.client_cert else {
        return Ok(None);
    };
    let sources = arguments.client_password.as_slice();
    read(path, arguments.client_key.as_deref(), sources, &FLAGS, talk)
        .with_context(|| format!("{path}: it cannot be shown to servers"))
        .map(Some)
}

/// A certificate with its issuers and its key, from one file or two.
pub(crate) fn read(
    certificate: &str,
    key: Option<&str>,
    passwords: &[PasswordSource],
    names: &Names,
    talk: &Talk,
) -> Result<ClientIdentity> {
    let passwords = Passwords::resolve(passwords, None, talk)?;
    let mut store = KeyStore::new();
    for path in [Some(certificate), key].into_iter().flatten() {
        let loaded = input::load_one(path, &passwords)?;
        for entry in loaded.contents.store.into_entries() {
            store.push_renamed(open(entry, &passwords));
        }
    }
    // PEM files hold key and certificates one beside the other
    identity_of(&pair(store), names)
}

/// With its key in the clear, when none is needed or a password opens it.
pub(crate) fn open(entry: Entry, passwords: &Passwords) -> Entry {
    let opened = entry.key().and_then(|key| {
        let known: Vec<_> = passwords.all().collect();
        let mut tried = std::iter::once(None).chain(known.iter().map(Some));
        tried.find_map(|password| key.unlock(password).ok())
    });
    match opened {
        Some(key) => entry.with_key(key.into()),
        None => entry,
    }
}

fn identity_of(store: &KeyStore, names: &Names) -> Result<ClientIdentity> {
    let mut locked = false;
    let mut bare = false;
    for entry in store.entries() {
        let EntryKind::PrivateKey { key, chain } = &entry.kind else {
            continue;
        };
        let Ok(key) = key.unlock(None) else {
            locked = true;
            continue;
        };
        if chain.is_empty() {
            bare = true;
            continue;
        }
        return Ok(ClientIdentity::new(chain.clone(), key.secret_pkcs8())?);
    }
    let Names {
        certificate,
        key,
        password,
    } = names;
    Err(match (locked, bare) {
        (true, _) => Hinted::new(
            "its key is locked",
            format!("name its password with {password}"),
        ),
        (_, true) => Hinted::new(
            "no certificate in it belongs to its key",
            format!("name the certificate with {certificate} and its key with {key}"),
        ),
        _ => Hinted::new(
            "there is no private key in it",
            format!("name the file with its key with {key}"),
        ),
    }
    .into())
}
