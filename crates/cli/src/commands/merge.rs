//! `trustpack merge`: files, folders, stores and servers into one store, under a plan.

use std::io::{self, IsTerminal};
use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::Certificate;
use trustpack_core::keystore::{self, Format, KeyStore, Others, Password, ReadOptions, Timestamp};
use trustpack_core::merge::{CreatedPolicy, Incoming, MergeOptions, Plan, plan, render_plan};
use trustpack_core::report::{ReportFormat, page};
use trustpack_core::select::{Select, select};

use super::Outcome;
use crate::args::Merge;
use crate::hint::Hinted;
use crate::input::{self, Input, Loaded, Passwords};
use crate::keys;
use crate::output::{self, Existing, Guard};
use crate::password::{self, PasswordSource};
use crate::probe::{self, Plan as FetchPlan};
use crate::render::{Talk, print, stdout_style};
use crate::store::{self, Target};

/// Runs the command.
pub(super) fn run(arguments: &Merge, talk: &Talk) -> Result<Outcome> {
    let inputs = Input::parse_all(&arguments.inputs)?;
    Input::refuse_as_output(&inputs, &arguments.output.output)?;
    let mut destination = Destination::open(arguments, talk)?;

    let (incoming, complete) = gather(arguments, &inputs, &destination, talk)?;
    // Asking servers takes time; what others merged meanwhile is merged into, not overwritten.
    let guard = Guard::of(&arguments.output.output)?;
    destination.refresh(arguments)?;
    let mut options = MergeOptions::new(arguments.time.now());
    options.on_conflict = arguments.on_conflict;
    options.for_java = destination.format.has_password();
    if let Some(created) = arguments.created {
        options.created = CreatedPolicy::Fixed(Timestamp::from_secs(created.unix_timestamp()));
    }
    let plan = plan(&destination.store, &incoming, &options);
    if !incoming.is_empty() {
        show(arguments, &plan)?;
    }

    // A store that lacks what was named would be found out at the worst time, so it is all or nothing.
    if !complete {
        talk.warn("nothing was written, because not all of the input could be read");
        return Ok(Outcome::Incomplete);
    }
    if incoming.is_empty() {
        return Err(Hinted::new(
            "nothing to merge: no certificate or key was chosen",
            "`trustpack inspect` shows what the inputs hold; --select may leave all of it out",
        )
        .into());
    }
    let name = arguments.output.output.display();
    if plan.has_refused_conflicts() {
        talk.warn(format!(
            "{name} was not written: some aliases are taken by other certificates; decide with --on-conflict keep, rename or replace"
        ));
        return Ok(Outcome::No);
    }
    if !plan.changes() && destination.bytes.is_none() {
        let hint = "the plan says why each one was left out";
        return Err(Hinted::new(
            format!("{name} was not written: nothing could be added"),
            hint,
        )
        .into());
    }
    if !plan.changes() {
        let left_out = plan.summary().kept;
        talk.say(if left_out == 0 {
            format!("nothing to do: {name} already holds all of it")
        } else {
            format!("{name} is unchanged: what it lacks was left out by --on-conflict keep")
        });
        return Ok(Outcome::Fine);
    }
    if arguments.dry_run {
        talk.say(format!("dry run: {name} was not written"));
        return Ok(Outcome::Fine);
    }
    let merged = plan.apply(std::mem::take(&mut destination.store));
    destination.save(&merged, &guard, arguments, talk)?;
    Ok(Outcome::Fine)
}

/// The store that is merged into: what it holds now, and how it will be written.
struct Destination {
    store: KeyStore,
    /// What the file holds beside entries, which stays in it.
    others: Others,
    format: Format,
    /// The file as it was read; `None` when there is none yet.
    bytes: Option<Vec<u8>>,
    password: Option<Password>,
}

impl Destination {
    fn open(arguments: &Merge, talk: &Talk) -> Result<Self> {
        let path = &arguments.output.output;
        let name = path.display().to_string();
        if output::is_folder(path) && !output::is_stdout(path) {
            let message = format!("{name} is a folder, and merge writes one store");
            return Err(Hinted::new(message, "name a file in it").into());
        }
        let exists = path.exists() && !output::is_stdout(path) && !output::is_device(path);
        let password = match &arguments.store_password.password {
            Some(source) => source.resolve(&name, !exists, talk)?,
            None => None,
        };
        let mut destination = Self {
            store: KeyStore::new(),
            others: Others::default(),
            format: Format::Pem,
            bytes: None,
            password,
        };
        if exists {
            destination.refresh(arguments)?;
        } else {
            destination.format = store::format_of(path, arguments.output.format, None)?;
        }
        Ok(destination)
    }

    /// Reads the file again when it is another one than before.
    fn refresh(&mut self, arguments: &Merge) -> Result<()> {
        let path = &arguments.output.output;
        if !path.is_file() || output::is_stdout(path) {
            return Ok(());
        }
        let name = path.display().to_string();
        let bytes = input::read_file(path).with_context(|| name.clone())?;
        if self.bytes.as_ref() == Some(&bytes) {
            return Ok(());
        }
        let options = ReadOptions {
            password: self.password.as_ref(),
        };
        let contents = keystore::read(&bytes, &options).with_context(|| name.clone())?;
        refuse_lossy(&contents, &name)?;
        self.format = arguments.output.format.unwrap_or(contents.format);
        self.store = contents.store;
        self.others = contents.others;
        self.bytes = Some(bytes);
        Ok(())
    }

    fn save(&self, merged: &KeyStore, guard: &Guard, arguments: &Merge, talk: &Talk) -> Result<()> {
        let path: &Path = &arguments.output.output;
        // Merging extends what is there, so replacing the file loses nothing.
        let existing = self.bytes.as_deref().map_or(Existing::Keep, Existing::Was);
        let target = Target {
            path,
            format: self.format,
            existing,
            guard: Some(guard),
        };
        let asked = match (&self.password, &arguments.store_password.password) {
            (None, None) if self.format.has_password() => self.ask_password(path, talk)?,
            (known, _) => known.clone(),
        };
        store::save_with(
            merged,
            &self.others,
            &target,
            asked.as_ref(),
            &arguments.store_password,
            talk,
        )
        .map(drop)
    }
}

impl Destination {
    /// Nothing was said about a password, and one is needed to write. A store that is there keeps its own.
    fn ask_password(&self, path: &Path, talk: &Talk) -> Result<Option<Password>> {
        let name = path.display().to_string();
        let Some(bytes) = self.bytes.as_ref().filter(|_| io::stdin().is_terminal()) else {
            return password::for_writing(None, &name, talk);
        };
        let password = PasswordSource::Prompt.resolve(&name, false, talk)?;
        keystore::read(
            bytes,
            &ReadOptions {
                password: password.as_ref(),
            },
        )
        .context(name)?;
        Ok(password)
    }
}

/// Rewriting a file of which a part could not be read would lose that part.
fn refuse_lossy(contents: &keystore::Contents, name: &str) -> Result<()> {
    let skipped = contents
        .notes
        .iter()
        .find(|note| note.kind == keystore::NoteKind::Skipped);
    match skipped {
        Some(note) => Err(Hinted::new(
            format!("{name}: a part of it cannot be read and would be lost: {note}"),
            "merge it into a new file: name it as an input and another file with -o",
        )
        .into()),
        None => Ok(()),
    }
}

/// Everything that comes in, in the order of the arguments, and whether all of it could be read.
fn gather(
    arguments: &Merge,
    inputs: &[Input],
    destination: &Destination,
    talk: &Talk,
) -> Result<(Vec<Incoming>, bool)> {
    let sources = &arguments.input_password.input_password;
    let passwords = Passwords::resolve(sources, destination.password.as_ref(), talk)?;
    let fetched =
        FetchPlan::new(Input::endpoints(inputs), &arguments.reach)?.run(talk, |_| Ok(()))?;
    let roots = if fetched.is_empty() {
        Vec::new()
    } else {
        probe::root_sets(&arguments.roots, talk)?
    };
    let mut answers = fetched.iter();
    let mut incoming = Vec::new();
    let mut complete = true;
    for one in inputs {
        if let Input::Endpoint(_) = one {
            let Some(fetched) = answers.next() else {
                continue;
            };
            let Some(analysis) = probe::analyse_fetched(fetched, &roots, arguments.time.now())
            else {
                complete = false;
                probe::tell_failure(fetched, talk);
                continue;
            };
            let name = fetched.target.endpoint.to_string();
            let chosen = select(
                &analysis,
                arguments.select.unwrap_or(Select::Issuers),
                &name,
            );
            for finding in analysis.findings.iter().chain(&chosen.findings) {
                talk.say(page::finding(finding).trim_end());
            }
            complete &= !chosen.certificates.is_empty();
            incoming.extend(
                chosen
                    .certificates
                    .iter()
                    .map(|certificate| Incoming::certificate(&name, certificate)),
            );
            continue;
        }
        let files = input::load(std::slice::from_ref(one), &passwords);
        complete &= !files.tell_failures(talk);
        for loaded in files.loaded {
            complete &= loaded.tell_notes(talk);
            loaded.tell_left_out(talk);
            incoming.extend(from_file(
                loaded,
                arguments,
                destination.format,
                &passwords,
                talk,
            )?);
        }
    }
    let incoming = keys::pair_across(incoming);
    let entries = incoming.iter().map(|one| &one.entry);
    keys::warn_of_bare_keys(entries, destination.format, talk);
    Ok((incoming, complete))
}

fn from_file(
    loaded: Loaded,
    arguments: &Merge,
    format: Format,
    passwords: &Passwords,
    talk: &Talk,
) -> Result<Vec<Incoming>> {
    let store = keys::open_and_pair(
        loaded.contents.store,
        passwords,
        format,
        &arguments.store_password,
        talk,
    )?;
    let wanted = |incoming: &Incoming| match arguments.select {
        None | Some(Select::Chain) => true,
        Some(select) => incoming.entry.certificates().first().is_some_and(|der| {
            Certificate::from_der(der.clone())
                .is_ok_and(|certificate| matches(select, &certificate))
        }),
    };
    let all = Incoming::from_store(&loaded.name, store);
    let count = all.len();
    let chosen: Vec<Incoming> = all.into_iter().filter(wanted).collect();
    if chosen.len() < count {
        talk.say(format!(
            "note: {}: {} of {count} left out by --select",
            loaded.name,
            count - chosen.len()
        ));
    }
    Ok(chosen)
}

/// What the words of `--select` mean for a certificate in a file, which is no chain.
fn matches(select: Select, certificate: &Certificate) -> bool {
    match select {
        Select::Chain => true,
        Select::Intermediates => certificate.is_ca() && !certificate.is_self_issued(),
        Select::Issuers => certificate.is_ca(),
        Select::Leaf => !certificate.is_ca(),
        Select::Root => certificate.is_ca() && certificate.is_self_issued(),
    }
}

fn show(arguments: &Merge, plan: &Plan) -> Result<()> {
    let format = if arguments.json.json {
        ReportFormat::Json
    } else {
        ReportFormat::Table
    };
    let text = render_plan(plan, format, &stdout_style());
    if output::is_stdout(&arguments.output.output) {
        // Then stdout is the store.
        return Ok(());
    }
    print(&text)
}
