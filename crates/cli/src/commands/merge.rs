//! `trustpack merge`: files, folders, stores and servers into one store, under a plan.

use std::path::Path;

use anyhow::{Context, Result};
use time::OffsetDateTime;
use trustpack_core::edit::check_pair;
use trustpack_core::keystore::{Alias, EntryKind, Format, Profile, SealedKey, Timestamp};
use trustpack_core::merge::{
    CreatedPolicy, Incoming, MergeOptions, Outcome as MergeOutcome, Plan, PlanFormat, Resolution,
    plan, render_plan,
};
use trustpack_core::pair::completed;
use trustpack_core::report;

mod gather;

use super::Outcome;
use crate::args::{Merge, PlanOptions, StorePassword};
use crate::hint::Hinted;
use crate::input::Input;
use crate::keys;
use crate::opened::StoreFile;
use crate::output::{self, Guard};
use crate::password::KeyPasswords;
use crate::render::{Talk, print_beside, stdout_style};
use crate::store::{Protection, Target};
use gather::gather;

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
        gather(arguments, choice.kind, &inputs, destination, keys, talk)
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
        let (mut meant, mut others): (Vec<_>, Vec<_>) = incoming.into_iter().partition(is_meant);
        if self.kind == Kind::Keys {
            complete(&mut meant, &mut others);
        }
        if !others.is_empty() {
            let count = others.len();
            talk.say(match self.kind {
                Kind::Keys => format!(
                    "note: {} left out: no part of the chain of a key",
                    report::count(count, "certificate")
                ),
                _ => format!(
                    "note: {} left out, each with its chain where it has one; `trustpack store export STORE --what certificate -o FILE` takes these out, `trustpack store import-key` takes both",
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

/// Puts the issuers that are named beside keys with a chain behind it, and leaves out of the others what is in a chain then.
fn complete(keys: &mut [Incoming], others: &mut Vec<Incoming>) {
    let named: Vec<_> = others
        .iter()
        .flat_map(|one| one.entry.certificates().iter().cloned())
        .collect();
    let mut used = Vec::new();
    for one in keys {
        if let EntryKind::PrivateKey { chain, .. } = &mut one.entry.kind {
            *chain = completed(chain, &named);
            used.extend(chain.iter().cloned());
        }
    }
    others.retain(|one| {
        let certificates = one.entry.certificates();
        certificates.is_empty() || certificates.iter().any(|der| !used.contains(der))
    });
}
