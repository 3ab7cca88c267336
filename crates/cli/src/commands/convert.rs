//! `trustpack convert`: another format, nothing else.

use anyhow::Result;
use trustpack_core::alias;
use trustpack_core::keystore::{KeyStore, Others};

use super::Outcome;
use crate::args::Convert;
use crate::hint::Hinted;
use crate::input::{self, Input, Passwords};
use crate::keys;
use crate::output::Existing;
use crate::password;
use crate::render::Talk;
use crate::store::{self, Target};

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
    Input::refuse_as_output(&inputs, &arguments.output.output)?;
    let format = store::format_of(&arguments.output.output, arguments.output.format, None)?;
    let password = match &arguments.store_password.password {
        Some(_) if format.has_password() => {
            let name = arguments.output.output.display().to_string();
            password::for_writing(arguments.store_password.password.as_ref(), &name, talk)?
        }
        Some(source) => source.resolve("the input", false, talk)?,
        None => None,
    };
    let passwords = Passwords::resolve(
        &arguments.input_password.input_password,
        password.as_ref(),
        talk,
    )?;
    let files = input::load(&inputs, &passwords);
    let mut whole = true;
    for loaded in &files.loaded {
        whole &= loaded.tell_notes(talk);
    }
    // Converting half of what was named would lose the other half without an exit code that says so.
    if files.tell_failures(talk) {
        return Ok(Outcome::Incomplete);
    }

    let mut all = KeyStore::new();
    let mut others = Others::default();
    for loaded in files.loaded {
        for entry in loaded.contents.store.into_entries() {
            all.push_renamed(entry);
        }
        others.append(loaded.contents.others);
    }
    let all = keys::open_and_pair(all, &passwords, format, &arguments.store_password, talk)?;
    keys::warn_of_bare_keys(all.entries(), format, talk);
    let all = if format.has_aliases() {
        alias::name_all(all)
    } else {
        all
    };
    let target = Target {
        path: &arguments.output.output,
        format,
        existing: if arguments.output.force {
            Existing::Replace
        } else {
            Existing::Keep
        },
        guard: None,
    };
    if format.has_password() {
        let password = match password {
            Some(password) => Some(password),
            None => password::for_writing(
                arguments.store_password.password.as_ref(),
                &target.path.display().to_string(),
                talk,
            )?,
        };
        store::save_with(
            &all,
            &others,
            &target,
            password.as_ref(),
            &arguments.store_password,
            talk,
        )?;
    } else {
        store::save_with(
            &all,
            &others,
            &target,
            None,
            &arguments.store_password,
            talk,
        )?;
    }
    // What can be read is written, and the exit code says that it is not all.
    Ok(if whole {
        Outcome::Fine
    } else {
        Outcome::Incomplete
    })
}
