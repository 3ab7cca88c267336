//! `trustpack convert`: another format, nothing else.

use std::path::Path;

use anyhow::Result;
use trustpack_core::Certificate;
use trustpack_core::alias::{self, Aliases};
use trustpack_core::edit::{LeftOut, fit, holds_keys};
use trustpack_core::keystore::{Alias, Entry, Format, KeyStore, Others};
use trustpack_core::merge::date_all;

use super::Outcome;
use crate::args::Convert;
use crate::hint::Hinted;
use crate::input::{self, Input, Passwords};
use crate::keys;
use crate::output;
use crate::render::Talk;
use crate::store::{self, Protection, Target};

/// Runs the command.
pub(super) fn run(arguments: &Convert, talk: &Talk) -> Result<Outcome> {
    let inputs = Input::parse_all(&arguments.inputs)?;
    if let Some(endpoint) = Input::endpoints(&inputs).next() {
        let hint = format!("use `trustpack fetch {endpoint} -o FILE`");
        return Err(Hinted::new(
            format!("{endpoint} is a server, and convert reads files"),
            hint,
        )
        .into());
    }
    let path = &arguments.output.output;
    Input::refuse_as_output(&inputs, path)?;
    if !arguments.split {
        output::refuse(path)?;
    }
    let format = store::format_of(
        path,
        arguments.output.format,
        arguments.split.then_some(Format::Pem),
    )?;
    let name = output::name(path);
    // For a store asked for at once; without one the password named is that of the input, as in `convert a.p12 -o a.pem`.
    let mut protection = Protection::default();
    let likely = if format.has_password() && arguments.store_password.password.is_some() {
        protection = Protection::resolve(&arguments.store_password, format, None, &name, talk)?;
        protection.password.clone()
    } else {
        let source = arguments.store_password.password.as_ref();
        source
            .map(|source| source.resolve("the input", false, talk))
            .transpose()?
            .flatten()
    };
    let passwords = Passwords::resolve(
        &arguments.input_password.input_password,
        likely.as_ref(),
        talk,
    )?
    .asking_for_keys(&arguments.store_password.key_password);
    let files = input::load(&inputs, &passwords);
    let mut whole = true;
    for loaded in &files.loaded {
        whole &= loaded.tell_notes(talk);
        loaded.refuse_locked("--input-password")?;
    }
    // Converting half of what was named would lose the other half without an exit code that says so.
    if files.tell_failures(talk) {
        return Ok(Outcome::Incomplete);
    }
    if protection.password.is_none() {
        protection = Protection::resolve(&arguments.store_password, format, None, &name, talk)?;
    }

    let mut all = KeyStore::new();
    let mut others = Others::default();
    for loaded in files.loaded {
        for entry in loaded.contents.store.into_entries() {
            all.push_renamed(entry);
        }
        others.append(loaded.contents.others);
    }
    if arguments.split {
        split(&all, format, arguments, &protection, talk)?;
    } else {
        let to = keys::Destination {
            format,
            passwords: &protection.keys,
            traditional: arguments.encoding.traditional,
        };
        let all = keys::open_and_pair(all, &passwords, &to, talk)?;
        keys::warn_of_bare_keys(all.entries(), format, talk);
        let (all, left_out) = fit(all, format);
        for LeftOut { alias, what } in &left_out {
            talk.warn(format!(
                "{name}: {what} {alias:?} is left out: {format} cannot hold it"
            ));
        }
        whole &= left_out.is_empty() || !holds_keys(format);
        let all = if format.has_aliases() {
            date_all(alias::name_all(all))
        } else {
            all
        };
        let target = target(path, format, arguments);
        store::save(&all, &others, &target, &protection, talk)?;
    }
    // What can be read is written, and the exit code says that it is not all.
    Ok(if whole {
        Outcome::Fine
    } else {
        Outcome::Incomplete
    })
}

fn target<'a>(path: &'a Path, format: Format, arguments: &Convert) -> Target<'a> {
    Target {
        dry_run: arguments.output.dry_run,
        backup: arguments.output.backup,
        armor: arguments.encoding.armor,
        traditional_keys: arguments.encoding.traditional,
        ..Target::new(path, format, arguments.output.force)
    }
}

/// Each certificate once, chains included, into a file of its own.
fn split(
    store: &KeyStore,
    format: Format,
    arguments: &Convert,
    protection: &Protection,
    talk: &Talk,
) -> Result<()> {
    let folder = &arguments.output.output;
    if output::is_stdout(folder) || folder.is_file() {
        return Err(Hinted::new(
            format!(
                "{} is no folder, and --split makes several files",
                output::name(folder)
            ),
            "name a folder, as in -o certificates/",
        )
        .into());
    }
    let mut certificates: Vec<_> = store
        .entries()
        .iter()
        .flat_map(Entry::certificates)
        .collect();
    let mut seen = std::collections::HashSet::new();
    certificates.retain(|der| seen.insert(*der));
    if certificates.is_empty() {
        return Err(Hinted::new(
            "there is no certificate to write",
            "`trustpack inspect` shows what a file holds",
        )
        .into());
    }
    if store.has_keys() {
        talk.warn("keys are not written by --split; `trustpack store export` writes them");
    }
    if !arguments.output.dry_run {
        output::create_folder(folder)?;
    }
    let mut stems = Aliases::default();
    for der in certificates {
        let stem = match Certificate::from_der(der.clone()) {
            Ok(certificate) => alias::file_stem(&certificate),
            Err(_) => "unreadable".to_owned(),
        };
        let stem = stems.unique(&stem);
        let file = folder.join(format!("{stem}.{}", format.extension()));
        let one = Entry::trusted(alias_for(format, &stem), der.clone());
        let one = date_all(std::iter::once(one).collect());
        let target = target(&file, format, arguments);
        store::save(&one, &Others::default(), &target, protection, talk)?;
    }
    Ok(())
}

/// A format without names would say of each file that its name is lost.
fn alias_for(format: Format, stem: &str) -> Alias {
    if format.has_aliases() {
        Alias::new(stem)
    } else {
        Alias::positional(1)
    }
}
