//! The key that signs a bundle.

use anyhow::Result;
use trustpack_core::bundle::SigningKey;
use trustpack_core::keystore::{self, Entry, PrivateKey, SealedKey};

use crate::args::ChannelPack;
use crate::hint::Hinted;
use crate::input::{self, Passwords};
use crate::render::{Talk, told};

/// Reads `--sign`; `None` when no key is named.
pub(super) fn key(arguments: &ChannelPack, talk: &Talk) -> Result<Option<SigningKey>> {
    let Some(path) = &arguments.sign else {
        return Ok(None);
    };
    let passwords = Passwords::resolve(arguments.sign_password.as_slice(), None, talk)?;
    read(path, &passwords).map_err(advised).map(Some)
}

fn read(path: &str, passwords: &Passwords) -> Result<SigningKey> {
    let cannot_sign = |why: &str| format!("{path}: it cannot sign: {why}");
    let loaded = input::load_as(path, passwords, "check the path of --sign: an Ed25519 key")?;
    let entries = loaded.contents.store.entries();
    let mut keys = entries.iter().filter_map(Entry::key);
    let (key, more) = (keys.next(), keys.next());
    let (Some(key), None) = (key, more) else {
        let message = match key {
            None => "there is no private key in it",
            Some(_) => "there are several private keys in it",
        };
        return Err(Hinted::new(cannot_sign(message), MAKE_ONE).into());
    };
    let open = open(key, passwords).ok_or_else(|| {
        let message = "its key is locked, and no password that was named opens it";
        Hinted::new(cannot_sign(message), NAME_IT)
    })?;
    SigningKey::from_pkcs8(open.secret_pkcs8())
        .map_err(|error| Hinted::new(cannot_sign(&error.to_string()), MAKE_ONE).into())
}

/// Other commands have other options for passwords.
fn advised(error: anyhow::Error) -> anyhow::Error {
    let hint = match error.downcast_ref::<keystore::Error>() {
        Some(keystore::Error::PasswordRequired { .. }) => NAME_IT,
        Some(keystore::Error::WrongPassword { .. }) => "check which password --sign-password names",
        _ => return error,
    };
    Hinted::new(told(&error), hint).into()
}

const NAME_IT: &str = "name its password with --sign-password env:NAME, file:PATH or prompt";

const MAKE_ONE: &str = "`openssl genpkey -algorithm ed25519 -aes256 -out release.pem` makes one";

fn open(key: &SealedKey, passwords: &Passwords) -> Option<PrivateKey> {
    let known: Vec<_> = passwords.all().collect();
    let mut tried = std::iter::once(None).chain(known.iter().map(Some));
    tried.find_map(|password| key.unlock(password).ok())
}
