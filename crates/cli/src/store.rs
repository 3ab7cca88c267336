//! Writes a key store as a file: format, password, salts, mode.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::keystore::{
    self, Entry, EntryKind, Error, Format, KeyStore, NoteKind, Others, Password, Profile,
    RandomSource, WriteOptions,
};

use trustpack_core::report;

use crate::args::StorePassword;
use crate::hint::Hinted;
use crate::output::{self, Existing, Guard, Privacy, Saved};
use crate::password::{self, KeyPasswords};
use crate::platform;
use crate::render::Talk;

/// Where a store goes, and in which form.
pub(crate) struct Target<'a> {
    pub path: &'a Path,
    pub format: Format,
    pub existing: Existing<'a>,
    /// Held by a caller that read the file before; else saving takes it for itself.
    pub guard: Option<&'a Guard>,
    /// Whether the file as it was stays beside the new one.
    pub backup: bool,
    /// Do all but write.
    pub dry_run: bool,
    /// PKCS#7 as a PEM block.
    pub armor: bool,
    /// Keys in PEM as OpenSSL wrote them before PKCS#8.
    pub traditional_keys: bool,
}

impl<'a> Target<'a> {
    /// A file that is made, or overwritten when that was allowed.
    pub(crate) fn new(path: &'a Path, format: Format, force: bool) -> Self {
        Self {
            path,
            format,
            existing: if force {
                Existing::Replace
            } else {
                Existing::Keep
            },
            guard: None,
            backup: false,
            dry_run: false,
            armor: false,
            traditional_keys: false,
        }
    }
}

/// How what is written is protected.
#[derive(Debug, Default)]
pub(crate) struct Protection {
    pub password: Option<Password>,
    pub keys: KeyPasswords,
    pub profile: Profile,
}

impl Protection {
    /// Of a store that is changed where it lies. In a PKCS#12 the passwords of keys only open them: all end under that of
    /// the store. One without a password is read with any; what was named can only be meant for its keys.
    pub(crate) fn of_existing(
        format: Format,
        password: Option<Password>,
        keys: KeyPasswords,
        profile: Profile,
    ) -> Self {
        let mut protection = Self {
            password,
            keys,
            profile,
        };
        if format == Format::Pkcs12 {
            if profile == Profile::Passwordless {
                if let Some(password) = protection.password.take() {
                    protection.keys.all.get_or_insert(Some(password));
                }
            } else {
                protection.keys = KeyPasswords::default();
            }
        }
        protection
    }

    /// Asks for what the format needs. `default` is the profile when none is told.
    pub(crate) fn resolve(
        told: &StorePassword,
        format: Format,
        default: Option<Profile>,
        name: &str,
        talk: &Talk,
    ) -> Result<Self> {
        let profile = told.profile.or(default).unwrap_or_default();
        let needs_none = format == Format::Pkcs12 && profile == Profile::Passwordless;
        let password = if format.has_password() && !(needs_none && told.password.is_none()) {
            password::for_writing(told.password.as_ref(), name, talk)?
        } else {
            None
        };
        let keys = KeyPasswords::resolve(&told.key_password, &format!("the keys in {name}"), talk)?;
        Ok(Self {
            password,
            keys,
            profile,
        })
    }
}

/// The format to write: as told, else by extension, else the fallback.
pub(crate) fn format_of(
    path: &Path,
    told: Option<Format>,
    fallback: Option<Format>,
) -> Result<Format> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let stdout = output::is_stdout(path).then_some(Format::Pem);
    told.or_else(|| extension.and_then(Format::for_extension))
        .or(stdout)
        .or(fallback)
        .ok_or_else(|| {
            Hinted::new(
                format!(
                    "{}: the extension does not say which format to write",
                    path.display()
                ),
                format!("name it with --format {}", Format::words()),
            )
            .into()
        })
}

/// Writes the store and what stands beside its entries, and says what was done. A file that already holds the same bytes
/// is not touched.
pub(crate) fn save(
    store: &KeyStore,
    others: &Others,
    target: &Target<'_>,
    protection: &Protection,
    talk: &Talk,
) -> Result<Saved> {
    let name = output::name(target.path);
    // In practice a PKCS#12 has one password: a key that was opened with its own gets that of the store.
    let own = (target.format != Format::Pkcs12).then(|| {
        let of = |entry: &Entry| {
            let alias = entry.alias.to_string();
            let password = protection.keys.of(&alias)?.clone();
            Some((alias, password))
        };
        store.entries().iter().filter_map(of).collect()
    });
    let options = WriteOptions {
        password: protection.password.as_ref(),
        key_password: protection.keys.of_all(),
        key_passwords: own.as_ref(),
        others: Some(others),
        profile: protection.profile,
        armor: target.armor,
        traditional_keys: target.traditional_keys,
        random: needs_random(store, target.format).then_some(&SystemRandom as &dyn RandomSource),
        ..WriteOptions::default()
    };
    let written = keystore::write(store, target.format, &options).with_context(|| name.clone())?;
    for note in &written.notes {
        match note.kind {
            NoteKind::Oddity => talk.say(format!("note: {name}: {note}")),
            _ if note.message.starts_with(KEEPS) => talk.warn(format!(
                "{name}: {note}; `trustpack store key-passwd` gives it that of the store"
            )),
            // Such as a password that the readers of the file will refuse.
            _ => talk.warn(format!("{name}: {note}")),
        }
    }
    if target.dry_run {
        output::rehearse(target.path, &written.bytes, target.existing)?;
        talk.say(format!("dry run: {name} was not written"));
        return Ok(Saved::Unchanged);
    }
    let privacy = if store.has_keys() {
        Privacy::Private
    } else {
        Privacy::Public
    };
    let open_to_all = fs::metadata(target.path).is_ok_and(|there| {
        there.is_file() && platform::mode(&there).is_some_and(|mode| mode & 0o007 != 0)
    });
    if privacy == Privacy::Private && open_to_all {
        talk.warn(format!("{name} was open to every user of this machine; it holds a key and is closed to them now"));
    }
    if target.backup && output::is_changed_by(target.path, &written.bytes) {
        let kept = output::back_up(target.path, privacy)?;
        talk.say(format!("kept the old file as {}", kept.display()));
    }
    let saved = match target.guard {
        Some(guard) => {
            output::save_under(guard, target.path, &written.bytes, privacy, target.existing)?
        }
        None => output::save(target.path, &written.bytes, privacy, target.existing)?,
    };
    if !output::is_stdout(target.path) {
        let what = in_words(store, others, target.format);
        talk.say(match saved {
            Saved::Unchanged => format!("{name} is unchanged: {what}, {}", target.format),
            Saved::Written => format!("wrote {name}: {what}, {}", target.format),
        });
    }
    Ok(saved)
}

/// Without a key inside, salts follow from the content where they can, so that equal input gives equal bytes. BouncyCastle's
/// stores are salted as a whole.
fn needs_random(store: &KeyStore, format: Format) -> bool {
    store.has_keys() || matches!(format, Format::Bks | Format::Uber | Format::Bcfks)
}

/// What was written: `1 key and 3 certificates`, `2 certificates and 1 revocation list`.
fn in_words(store: &KeyStore, others: &Others, format: Format) -> String {
    let entries = store.entries();
    let [requests, crls, public_keys] = others.fitting(format, store.is_empty());
    // PKCS#12 takes of a chain what belongs to it
    let written = |entry: &Entry| match format {
        Format::Pkcs12 => entry.certificates_in_order().len(),
        _ => entry.certificates().len(),
    };
    let certificates = entries.iter().map(written).sum::<usize>();
    let is_key = |entry: &&Entry| !matches!(entry.kind, EntryKind::TrustedCertificate(_));
    let counts = [
        (entries.iter().filter(is_key).count(), "key"),
        (certificates, "certificate"),
        (requests, "certificate request"),
        (crls, "revocation list"),
        (public_keys, "public key"),
    ];
    let there: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| report::count(*count, what))
        .collect();
    match there.split_last() {
        None => report::count(0, "certificate"),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// How the note about a key begins that is sealed with another password than its store.
const KEEPS: &str = "its key keeps the password it is sealed with";

/// The operating system's random bytes.
pub(crate) struct SystemRandom;

impl RandomSource for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        getrandom::fill(bytes).map_err(|_| Error::NoRandomness)
    }
}
