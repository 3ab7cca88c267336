//! `trustpack check`: the expiry policy over files, folders, stores and servers.

mod connection;
mod outputs;
mod policy;

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::expiry::{Judge, Subject};
use trustpack_core::fetch::Fetched;
use trustpack_core::keystore::{Entry, NoteKind};
use trustpack_core::report::{Origin, ServiceState};

use super::Outcome;
use crate::args::Check;
use crate::hint::{Hinted, hint_for};
use crate::input::{self, Input, Loaded, Passwords};
use crate::render::{Talk, told};
use crate::servers::{Judging, Plan};

use outputs::Outputs;

/// Runs the command.
pub(super) fn run(arguments: &Check, talk: &Talk) -> Result<Outcome> {
    let at = arguments.time.now();
    let policy = policy::read(arguments)?;
    let inputs = Input::parse_all(&arguments.inputs)?;
    let passwords = Passwords::resolve(&arguments.input_password.input_password, None, talk)?;
    let fetched = Plan::new(Input::endpoints(&inputs), &arguments.reach, talk)?.run(talk);
    let judging = match fetched.is_empty() {
        true => Judging::blind(at),
        false => Judging::new(&arguments.roots, arguments.reach.timeout, at, talk)?,
    };

    let mut answers = fetched.iter();
    let mut subjects = Vec::new();
    let mut unread = false;
    for one in &inputs {
        match one {
            Input::Endpoint(_) => subjects.extend(
                answers
                    .next()
                    .map(|answer| server(answer, &judging, at, talk)),
            ),
            Input::Path(_) | Input::Stdin => {
                let found = files(one, &passwords, talk);
                unread |= found.iter().any(|subject| subject.failed);
                subjects.extend(found);
            }
        }
    }
    if subjects.is_empty() {
        // A check that looked at nothing must not pass for one that found nothing.
        let hint = "name a folder, file or server with certificates; `trustpack inspect` shows what files hold";
        return Err(Hinted::new("there is no certificate to check", hint).into());
    }
    let mut judge = Judge::new(policy, at);
    subjects.iter().for_each(|subject| judge.learn(subject));
    let mut outputs = Outputs::open(arguments, at)?;
    for subject in subjects {
        outputs.subject(&judge.judge(subject))?;
    }
    let summary = outputs.end()?;
    if arguments.is_for_monitoring() {
        return Ok(Outcome::Service(ServiceState::of(&summary)));
    }
    Ok(match summary.exceeds(arguments.fail_on) {
        _ if unread => Outcome::Incomplete,
        true => Outcome::No,
        false => Outcome::Fine,
    })
}

/// A server: its chain, or the finding that it could not be reached.
fn server(fetched: &Fetched, judging: &Judging, at: OffsetDateTime, talk: &Talk) -> Subject {
    let name = fetched.target.endpoint.to_string();
    let subject = match (&fetched.chain, judging.analyse_telling(fetched, talk)) {
        (Some(chain), Some(analysis)) => Subject::from_chain(name, chain, &analysis),
        _ => match &fetched.error {
            Some(error) => advised(Subject::unreachable(name, error), error.hint()),
            None => Subject::unreachable(name, "no certificate was presented"),
        },
    };
    Subject {
        origin: Origin::Endpoint,
        connection: Some(connection::connection(fetched, judging, at)),
        ..subject
    }
}

/// A file, or every file of a folder; one that cannot be read is a finding.
fn files(input: &Input, passwords: &Passwords, talk: &Talk) -> Vec<Subject> {
    let files = input::load(std::slice::from_ref(input), passwords);
    files.tell_passed_over(talk);
    let failed = files.failures.iter().map(|failure| {
        let mut subject = Subject::unreadable(&failure.name, told(&failure.error));
        subject.origin = Origin::File {
            path: failure.name.clone(),
        };
        advised(subject, hint_for(&failure.error))
    });
    let mut subjects: Vec<Subject> = files.loaded.iter().map(file).chain(failed).collect();
    // In a folder keys and requests lie beside certificates; a file that was named is meant to hold one.
    let named = !matches!(input, Input::Path(path) if path.is_dir());
    for subject in subjects.iter_mut().filter(|_| named) {
        if subject.items.is_empty() && subject.findings.is_empty() {
            let name = subject.name.clone();
            *subject = advised(
                Subject::unreadable(name, "no certificate in it, so there is nothing to check"),
                Some("`trustpack inspect` shows what the file holds".to_owned()),
            );
        }
    }
    subjects
}

/// The subject, its findings with the advice.
fn advised(mut subject: Subject, hint: Option<impl Into<String>>) -> Subject {
    let hint = hint.map(Into::into);
    for finding in &mut subject.findings {
        finding.hint.clone_from(&hint);
    }
    subject
}

fn file(loaded: &Loaded) -> Subject {
    let store = &loaded.contents.store;
    let mut subject = if loaded.contents.format.has_aliases() {
        Subject::from_store(&loaded.name, store)
    } else {
        let certificates = store.entries().iter().flat_map(Entry::certificates);
        Subject::from_certificates(&loaded.name, certificates)
    };
    for note in loaded
        .contents
        .notes
        .iter()
        .filter(|note| note.kind == NoteKind::Skipped)
    {
        subject
            .findings
            .extend(Subject::unreadable(&loaded.name, note).findings);
    }
    subject.origin = Origin::File {
        path: loaded.name.clone(),
    };
    subject
}
