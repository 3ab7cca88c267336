//! `trustpack merge`: files, folders, stores and servers into one store, under a plan.

use std::path::Path;

use anyhow::{Context, Result};
use time::OffsetDateTime;
use trustpack_core::Certificate;
use trustpack_core::edit::check_pair;
use trustpack_core::keystore::{Alias, Entry, EntryKind, Format, Profile, SealedKey, Timestamp};
use trustpack_core::merge::{
    CreatedPolicy, Incoming, MergeOptions, Outcome as MergeOutcome, Plan, PlanFormat, Resolution,
    plan, render_plan,
};
use trustpack_core::report::{self, page};
use trustpack_core::select::{Select, select};
use trustpack_core::trust::TrustAnchors;

use super::Outcome;
use crate::args::{Merge, PlanOptions, StorePassword};
use crate::hint::Hinted;
use crate::input::{self, Files, Input, Loaded, Passwords};
use crate::keys;
use crate::opened::StoreFile;
use crate::output::{self, Guard};
use crate::password::KeyPasswords;
use crate::render::{Talk, print_beside, stdout_style};
use crate::servers::{self, Doubt, Judging, Plan as FetchPlan, doubt};
use crate::store::{Protection, Target};

/// Runs the command.
pub(super) fn run(arguments: &Merge, talk: &Talk) -> Result<Outcome> {
    into_store(arguments, &Choice::default(), talk)
}

/// What of the inputs goes into the store, and how.
#[derive(Debug, Default)]
pub(super) struct Choice {
    pub kind: Kind,
    /// For the one entry that comes in.
    pub alias: Option<String>,
}

/// Which entries are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    All,
    /// Trusted certificates only.
    Certificates,
    /// Private keys only, with the certificates that belong to them.
    Keys,
}

/// Puts the inputs into the store under a plan.
pub(super) fn into_store(arguments: &Merge, choice: &Choice, talk: &Talk) -> Result<Outcome> {
    let path = &arguments.output.output;
    if arguments.json.json && output::is_stdout(path) {
        let message = "--json and the store would both go to stdout";
        return Err(Hinted::new(message, "name a file with -o").into());
    }
    let inputs = Input::parse_all(&arguments.inputs)?;
    Input::refuse_as_output(&inputs, path)?;
    let told = arguments.output.format;
    let source = arguments.store_password.password.as_ref();
    let destination = StoreFile::open_or_new(path, told, source, talk)?;
    let applying = Applying {
        path,
        told,
        store_password: &arguments.store_password,
        plan: &arguments.plan,
        at: arguments.time.now(),
        json: arguments.json.json,
    };
    applying.apply(destination, choice, talk, |destination, keys| {
        gather(arguments, &inputs, destination, keys, talk)
    })
}

/// How a plan is made and applied.
pub(super) struct Applying<'a> {
    pub path: &'a Path,
    /// The format, where the user told one.
    pub told: Option<Format>,
    pub store_password: &'a StorePassword,
    pub plan: &'a PlanOptions,
    pub at: OffsetDateTime,
    pub json: bool,
}

impl Applying<'_> {
    /// Puts what `gather` brings, and says is all of it, into a store that is open already.
    pub(super) fn apply(
        &self,
        mut destination: StoreFile,
        choice: &Choice,
        talk: &Talk,
        gather: impl FnOnce(&StoreFile, &KeyPasswords) -> Result<(Vec<Incoming>, bool)>,
    ) -> Result<Outcome> {
        let path = self.path;
        let told = self.told;
        let source = self.store_password.password.as_ref();
        let purpose = format!("the keys in {}", destination.name());
        let mut keys = KeyPasswords::resolve(&self.store_password.key_password, &purpose, talk)?;

        let (incoming, complete) = gather(&destination, &keys)?;
        let incoming = choice.of(incoming, &mut keys, talk)?;
        let entries = incoming.iter().map(|one| &one.entry);
        keys::warn_of_bare_keys(entries, destination.format, talk);
        // Asking servers takes time; what others merged meanwhile is merged into, not overwritten.
        let guard = Guard::of(path)?;
        destination.refresh(told)?;
        let mut options = MergeOptions::new(self.at);
        options.on_conflict = self.plan.on_conflict;
        options.for_java = destination.format.has_password();
        if let Some(created) = self.plan.created {
            options.created = CreatedPolicy::Fixed(Timestamp::from_secs(created.unix_timestamp()));
        }
        let plan = plan(&destination.contents.store, &incoming, &options);
        for action in plan.actions() {
            let to = match &action.outcome {
                MergeOutcome::Add { alias } => Some(alias),
                MergeOutcome::Conflict {
                    resolution: Resolution::Renamed { to },
                    ..
                } => Some(to),
                _ => None,
            };
            if let (Some(given), Some(to)) = (&action.alias, to) {
                keys.follow(given, to);
            }
        }
        if !incoming.is_empty() {
            self.show(&plan)?;
        }

        // A store that lacks what was named would be found out at the worst time, so it is all or nothing.
        if !complete {
            talk.warn("nothing was written, because not all that was named could be taken");
            return Ok(Outcome::Incomplete);
        }
        if incoming.is_empty() {
            return Err(choice.nothing().into());
        }
        let name = path.display();
        if plan.has_refused_conflicts() {
            talk.warn(format!(
            "{name} was not written: some aliases are taken by other certificates; decide with --on-conflict keep, rename or replace"
        ));
            return Ok(Outcome::No);
        }
        if !plan.changes() && !destination.exists() {
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
        let profile = self.store_password.profile;
        let profile = profile
            .or(destination.contents.facts.profile)
            .unwrap_or_default();
        let needs_none = destination.format == Format::Pkcs12 && profile == Profile::Passwordless;
        if source.is_none() && destination.format.has_password() && !needs_none {
            // a rehearsal asks for nothing that only writing needs
            if self.plan.dry_run {
                talk.say(format!("dry run: {name} was not written"));
                return Ok(Outcome::Fine);
            }
            destination.ask_password(talk)?;
        }
        let password = destination.password.clone();
        let protection = match destination.exists() && needs_none {
            true => Protection::of_existing(destination.format, password, keys, profile),
            false => Protection {
                password,
                keys,
                profile,
            },
        };
        let merged = plan.apply(std::mem::take(&mut destination.contents.store));
        let target = Target {
            backup: self.plan.backup,
            dry_run: self.plan.dry_run,
            ..destination.target(&guard)
        };
        destination.tell_side_effects(&merged, &[], &protection, talk);
        destination.save(&merged, &target, &protection, talk)?;
        Ok(Outcome::Fine)
    }

    fn show(&self, plan: &Plan) -> Result<()> {
        let format = match self.json {
            true => PlanFormat::Json,
            false => PlanFormat::Table,
        };
        let text = render_plan(plan, format, &stdout_style());
        if output::is_stdout(self.path) {
            // Then stdout is the store.
            return Ok(());
        }
        print_beside(&text)
    }
}

impl Choice {
    /// The entries that are meant; of a single one the alias is the one that was told.
    fn of(
        &self,
        incoming: Vec<Incoming>,
        keys: &mut KeyPasswords,
        talk: &Talk,
    ) -> Result<Vec<Incoming>> {
        let is_meant = |one: &Incoming| match (self.kind, &one.entry.kind) {
            (Kind::All, _)
            | (Kind::Certificates, EntryKind::TrustedCertificate(_))
            | (Kind::Keys, EntryKind::PrivateKey { .. }) => true,
            (Kind::Certificates | Kind::Keys, _) => false,
        };
        let (mut meant, others): (Vec<_>, Vec<_>) = incoming.into_iter().partition(is_meant);
        if !others.is_empty() {
            let count = others.len();
            talk.say(match self.kind {
                Kind::Keys => format!(
                    "note: {} left out: no part of the chain of a key",
                    report::count(count, "certificate")
                ),
                _ => format!(
                    "note: {} left out, with any certificates that belong to it; `trustpack store import-key` takes them",
                    report::count(count, "key")
                ),
            });
        }
        for one in &meant {
            if self.kind == Kind::Keys && one.entry.certificates().is_empty() {
                let source = &one.source;
                if one.entry.key().is_some_and(SealedKey::is_sealed) {
                    return Err(Hinted::new(
                        format!("{source}: its key is locked, so it is not known which certificate belongs to it"),
                        "name the key's password with --input-password env:NAME, file:PATH or prompt",
                    )
                    .into());
                }
                return Err(Hinted::new(
                    format!("{source}: no certificate in the input belongs to its key"),
                    "name the certificate that was issued for this key, and its issuers",
                )
                .into());
            }
            check_pair(&one.entry).with_context(|| one.source.clone())?;
        }
        if let Some(alias) = &self.alias {
            let [one] = meant.as_mut_slice() else {
                return Err(Hinted::new(
                    format!("one alias, and {} entries to import", meant.len()),
                    "leave --alias out, or name an input with one entry",
                )
                .into());
            };
            keys.follow(one.entry.alias.as_str(), alias);
            one.entry.alias = Alias::new(alias);
        }
        Ok(meant)
    }

    fn nothing(&self) -> Hinted {
        match self.kind {
            Kind::Keys => Hinted::new(
                "there is no private key in the input",
                "name a file with one: PEM, PKCS#8, PKCS#12 or another store",
            ),
            Kind::Certificates => Hinted::new(
                "there is no certificate to trust in the input",
                "`trustpack store import-key` takes keys with their certificates; `trustpack inspect` shows what the inputs hold",
            ),
            Kind::All => Hinted::new(
                "nothing to merge: no certificate or key was chosen",
                "`trustpack inspect` shows what the inputs hold; --select may leave all of it out",
            ),
        }
    }
}

/// Everything that comes in, in the order of the arguments, and whether all of it could be read.
fn gather(
    arguments: &Merge,
    inputs: &[Input],
    destination: &StoreFile,
    keys: &KeyPasswords,
    talk: &Talk,
) -> Result<(Vec<Incoming>, bool)> {
    let sources = &arguments.input_password.input_password;
    let passwords =
        Passwords::resolve(sources, destination.password.as_ref(), talk)?.asking_for_keys();
    let fetched = FetchPlan::new(Input::endpoints(inputs), &arguments.reach, talk)?.run(talk);
    let at = arguments.time.now();
    let files: Vec<Files> = inputs
        .iter()
        .map(|one| input::load(std::slice::from_ref(one), &passwords))
        .collect();
    let judging = match fetched.is_empty() {
        true => Judging::blind(at),
        false => Judging::new(&arguments.roots, arguments.reach.timeout, at, talk)?
            .knowing(roots_in(&files)),
    };
    let to = keys::Destination {
        format: destination.format,
        passwords: keys,
        traditional: false,
    };
    let mut answers = fetched.iter();
    let mut incoming = Vec::new();
    let mut complete = true;
    for (one, files) in inputs.iter().zip(files) {
        if let Input::Endpoint(_) = one {
            let Some(fetched) = answers.next() else {
                continue;
            };
            let Some(analysis) = judging.analyse_telling(fetched, talk) else {
                complete = false;
                servers::tell_failure(fetched, talk);
                continue;
            };
            if let Some(Doubt::Unexpected(error) | Doubt::Unproven(error)) =
                doubt(fetched, &arguments.proof)
            {
                complete = false;
                talk.failure(&fetched.target.endpoint.to_string(), &error.into());
                continue;
            }
            let name = fetched.target.endpoint.to_string();
            let chosen = select(
                &analysis,
                arguments.plan.select.unwrap_or(Select::Issuers),
                &name,
            );
            for finding in analysis.findings.iter().chain(&chosen.findings) {
                talk.say_page(&page::finding(finding));
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
        complete &= !files.tell_failures(talk);
        for loaded in files.loaded {
            complete &= loaded.tell_notes(talk);
            loaded.refuse_locked("--input-password")?;
            loaded.tell_left_out(talk);
            incoming.extend(from_file(loaded, arguments, &to, &passwords, talk)?);
        }
    }
    let incoming = keys::pair_across(incoming);
    Ok((incoming, complete))
}

/// The roots that come in beside servers: whoever merges a private CA with the servers below it knows it.
fn roots_in(files: &[Files]) -> impl Iterator<Item = TrustAnchors> {
    let loaded = files.iter().flat_map(|files| &files.loaded);
    loaded.map(|loaded| {
        let entries = loaded.contents.store.entries().iter();
        let all = entries.flat_map(Entry::certificates);
        let read = all.filter_map(|der| Certificate::from_der(der.clone()).ok());
        let roots = read.filter(|one| one.is_ca() && one.is_self_issued());
        TrustAnchors::new(loaded.name.clone(), roots.collect())
    })
}

fn from_file(
    loaded: Loaded,
    arguments: &Merge,
    to: &keys::Destination<'_>,
    passwords: &Passwords,
    talk: &Talk,
) -> Result<Vec<Incoming>> {
    let store = keys::open_and_pair(loaded.contents.store, passwords, to, talk)?;
    let wanted = |incoming: &Incoming| match arguments.plan.select {
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
