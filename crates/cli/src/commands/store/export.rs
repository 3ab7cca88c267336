//! What is in a store, written out of it.

use std::path::PathBuf;

use anyhow::{Context, Result};
use trustpack_core::alias::{Aliases, file_stem_of};
use trustpack_core::edit::{EditError, pick};
use trustpack_core::keystore::{Alias, Entry, EntryKind, Format, KeyStore, Others, Profile};
use trustpack_core::merge::date_all;

use crate::args::store::{Export, What};
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::input::{self, Input, Passwords};
use crate::keys;
use crate::output;
use crate::password::KeyPasswords;
use crate::render::Talk;
use crate::store::{self, Protection, Target, format_of};

pub(super) fn run(arguments: &Export, talk: &Talk) -> Result<Outcome> {
    let path = &arguments.output.output;
    let name = arguments.edited.store.display().to_string();
    let inputs = [Input::Path(arguments.edited.store.clone())];
    Input::refuse_as_output(&inputs, path)?;
    let folder = output::is_folder(path) && !output::is_stdout(path);
    let format = format_of(path, arguments.output.format, folder.then_some(Format::Pem))?;

    let password = arguments
        .password
        .as_ref()
        .map(|source| source.resolve(&name, false, talk))
        .transpose()?
        .flatten();
    let keys = KeyPasswords::resolve(&arguments.key_password, "the keys", talk)?;
    let passwords = Passwords::named(password.clone());
    let passwords = match arguments.what {
        // `none` is an answer
        _ if arguments.password.is_some() => passwords,
        Some(What::Certificate | What::Chain) => passwords.asking(),
        _ => passwords.asking_for_keys(&arguments.key_password),
    };
    let loaded = input::load_one(&name, &passwords)?;
    loaded.tell_notes(talk);
    let all = &loaded.contents.store;
    let picked = match (arguments.aliases.as_slice(), arguments.all) {
        ([], false) if all.len() == 1 => vec![0],
        ([], false) if !all.is_empty() => {
            let message = format!("{name} holds {} entries, and none is named", all.len());
            let hint = "name aliases or a pattern, or --all; `trustpack inspect` lists them";
            return Err(Hinted::new(message, hint).into());
        }
        _ if all.is_empty() => return Err(EditError::NotOne { found: 0 }).context(name),
        (aliases, all_of_them) => pick(all, aliases, all_of_them).with_context(|| name.clone())?,
    };

    let what = match arguments.what {
        Some(what) => what,
        None if format.has_aliases() => What::Entry,
        None => What::Certificate,
    };
    let mut parts = Vec::new();
    for place in picked {
        let part = part(&all.entries()[place], what, format);
        parts.push(part.with_context(|| name.clone())?);
    }
    let to = keys::Destination {
        format,
        passwords: &keys,
        traditional: arguments.encoding.traditional,
    };
    let parts = parts
        .into_iter()
        .map(|store| keys::open_and_seal(store, &passwords, &to))
        .collect::<Result<Vec<_>>>()?;

    let protection = protection(arguments, format, password, keys, talk)?;
    if !folder {
        let joined: KeyStore = parts.into_iter().flat_map(KeyStore::into_entries).collect();
        if format == Format::Der && joined.len() > 1 {
            return Err(several_in_one(&output::name(path), joined.len()).into());
        }
        let none = Others::default();
        let others = if arguments.all {
            &loaded.contents.others
        } else {
            &none
        };
        save(
            &joined,
            others,
            path.clone(),
            format,
            arguments,
            &protection,
            talk,
        )?;
        return Ok(Outcome::Fine);
    }
    if !arguments.output.dry_run {
        output::create_folder(path)?;
    }
    let mut stems = Aliases::default();
    for store in parts {
        let alias = store.entries().first().map(|entry| entry.alias.as_str());
        let stem = alias
            .and_then(file_stem_of)
            .unwrap_or_else(|| "entry".to_owned());
        let stem = stems.unique(&stem);
        let file = path.join(format!("{stem}.{}", format.extension()));
        save(
            &store,
            &Others::default(),
            file,
            format,
            arguments,
            &protection,
            talk,
        )?;
    }
    Ok(Outcome::Fine)
}

fn several_in_one(name: &str, count: usize) -> Hinted {
    Hinted::new(
        format!("{name}: DER holds one certificate, and {count} are to be written"),
        "name one alias; or write .pem or .p7b, which hold several, or a file of each with -o FOLDER/ --format der",
    )
}

/// What is wanted of one entry.
fn part(entry: &Entry, what: What, format: Format) -> Result<KeyStore> {
    let alias = &entry.alias;
    let private_key = || match &entry.kind {
        EntryKind::PrivateKey { .. } => Ok(entry.clone()),
        _ => Err(EditError::NotAKey {
            alias: alias.to_string(),
        }),
    };
    let trusted = |der: &_| Entry {
        created: entry.created,
        ..Entry::trusted(alias.clone(), Clone::clone(der))
    };
    let entries = match what {
        What::Certificate | What::Chain if entry.certificates().is_empty() => {
            return Err(Hinted::new(
                format!("the entry {:?} has no certificate", alias.as_str()),
                "name an entry with one; `trustpack inspect` shows what each entry holds",
            )
            .into());
        }
        What::Certificate => entry.certificates().iter().take(1).map(trusted).collect(),
        What::Chain => entry.certificates().iter().map(trusted).collect(),
        What::Key => vec![private_key()?.with_chain(Vec::new())],
        What::KeyAndChain => vec![private_key()?],
        What::Entry => vec![entry.clone()],
    };
    // a file without names loses none
    let named = entries.into_iter().map(|one: Entry| {
        if format.has_aliases() {
            one
        } else {
            let alias = Alias::unnamed(one.alias.as_str());
            Entry { alias, ..one }
        }
    });
    Ok(date_all(named.collect()))
}

/// The store that is written has the password of the one that is read, unless told.
fn protection(
    arguments: &Export,
    format: Format,
    password: Option<trustpack_core::keystore::Password>,
    keys: KeyPasswords,
    talk: &Talk,
) -> Result<Protection> {
    let profile = arguments.profile.unwrap_or_default();
    let password = match &arguments.output_password {
        Some(source) if format.has_password() => {
            source.resolve(&output::name(&arguments.output.output), true, talk)?
        }
        _ if profile == Profile::Passwordless => None,
        _ => password,
    };
    // what was named for opening is no second password of a PKCS#12
    let keys = if format == Format::Pkcs12 {
        KeyPasswords::default()
    } else {
        keys
    };
    Ok(Protection {
        password,
        keys,
        profile,
    })
}

fn save(
    store: &KeyStore,
    others: &Others,
    file: PathBuf,
    format: Format,
    arguments: &Export,
    protection: &Protection,
    talk: &Talk,
) -> Result<()> {
    let target = Target {
        dry_run: arguments.output.dry_run,
        backup: arguments.output.backup,
        armor: arguments.encoding.armor,
        traditional_keys: arguments.encoding.traditional,
        ..Target::new(&file, format, arguments.output.force)
    };
    store::save(store, others, &target, protection, talk).map(drop)
}
