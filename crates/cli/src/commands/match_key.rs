//! `trustpack match`: to which certificate, request or entry a key belongs.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use trustpack_core::key::{Belongs, KeyFacts};
use trustpack_core::matching::{Half, HalfKind, halves};
use trustpack_core::report::{count, escape};

use super::Outcome;
use crate::args::Match;
use crate::hint::Hinted;
use crate::input::{self, Input, Loaded, Passwords};
use crate::output::is_same_file;
use crate::render::{Talk, print, print_json};

#[derive(Serialize)]
struct Answer {
    /// The file with the key.
    key: String,
    /// What it was taken from: a private key, or the public half in a certificate, a request or a public key.
    kind: &'static str,
    algorithm: Option<KeyFacts>,
    belongs: bool,
    compared: Vec<Compared>,
}

#[derive(Serialize)]
struct Compared {
    source: String,
    label: String,
    kind: &'static str,
    subject: Option<String>,
    /// yes, no or unknown.
    answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Runs the command.
pub(super) fn run(arguments: &Match, talk: &Talk) -> Result<Outcome> {
    let inputs = Input::parse_all(&arguments.inputs)?;
    if let Some(endpoint) = Input::endpoints(&inputs).next() {
        let hint = format!("use `trustpack fetch {endpoint} -o FILE` first");
        let message = format!("{endpoint} is a server, and keys are compared with files");
        return Err(Hinted::new(message, hint).into());
    }
    if arguments.key == "-" && inputs.contains(&Input::Stdin) {
        return Err(Hinted::new("stdin can be read once only", "name `-` once").into());
    }
    let passwords = Passwords::resolve(&arguments.input_password.input_password, None, talk)?
        .asking_for_keys(&[]);
    let loaded = input::load_one(&arguments.key, &passwords)?;
    loaded.tell_notes(talk);
    let name = loaded.name.clone();
    let own = own_half(arguments, &name, halves_of(&loaded, &passwords))?;

    let files = input::load(&inputs, &passwords);
    let mut whole = !files.tell_failures(talk);
    let mut compared = Vec::new();
    for loaded in &files.loaded {
        whole &= loaded.tell_notes(talk);
        // a folder may hold the file that is asked about; whoever names it twice means it
        let is_named = arguments.inputs.contains(&loaded.name);
        let is_own_file = !is_named && is_same_file(Path::new(&loaded.name), Path::new(&name));
        let others = halves_of(loaded, &passwords).into_iter();
        for half in others.filter(|half| !is_own_file || !half.is_same_place(&own)) {
            compared.push(Compared::new(&loaded.name, &own, &half));
        }
    }
    let answer = Answer {
        key: name,
        kind: own.kind.word(),
        algorithm: own.key(),
        belongs: compared.iter().any(|one| one.answer == YES),
        compared,
    };
    let is_known = answer.compared.iter().all(|one| one.answer != UNKNOWN);
    if arguments.json.json {
        print_json(&answer)?;
    } else {
        print(&answer.page())?;
    }
    Ok(match (answer.belongs, whole && is_known) {
        (true, _) => Outcome::Fine,
        (false, true) => Outcome::No,
        (false, false) => Outcome::Incomplete,
    })
}

fn halves_of(loaded: &Loaded, passwords: &Passwords) -> Vec<Half> {
    let known: Vec<_> = passwords.all().collect();
    halves(&loaded.contents, &known.iter().collect::<Vec<_>>())
}

const YES: &str = "yes";
const NO: &str = "no";
const UNKNOWN: &str = "unknown";

/// The private key of a file, or what it has of a public one.
fn own_half(arguments: &Match, name: &str, all: Vec<Half>) -> Result<Half> {
    let is_wanted = |half: &Half| {
        let alias = arguments.alias.as_deref();
        alias.is_none_or(|alias| half.label.eq_ignore_ascii_case(alias))
    };
    let mut wanted: Vec<Half> = all.into_iter().filter(is_wanted).collect();
    // an entry's own certificate is no second key
    if wanted.iter().any(|half| half.kind == HalfKind::PrivateKey) {
        wanted.retain(|half| half.kind == HalfKind::PrivateKey);
    }
    let failed = |message: &str, hint: &str| {
        Err(Hinted::new(format!("{name}: {message}"), hint.to_owned()).into())
    };
    let mut wanted = wanted.into_iter();
    let Some(own) = wanted.next() else {
        return match &arguments.alias {
            Some(alias) => failed(
                &format!("there is no entry {alias:?}"),
                "`trustpack inspect` lists them",
            ),
            None => failed(
                "there is no key in it",
                "name a file with a private key, or with the certificate or request whose key is looked for",
            ),
        };
    };
    if own.is_locked() {
        return failed(
            "no password opens the key",
            "name the password with --password env:NAME, file:PATH or prompt",
        );
    }
    // a chain begins with the certificate that is meant
    if own.kind == HalfKind::PrivateKey && wanted.next().is_some() {
        return failed("there are several keys in it", "say which one with --alias");
    }
    Ok(own)
}

impl Compared {
    fn new(source: &str, own: &Half, half: &Half) -> Self {
        let (answer, why) = match own.belongs_to(half) {
            Belongs::Yes => (YES, None),
            Belongs::No => (NO, None),
            Belongs::CannotTell(why) => (UNKNOWN, Some(why)),
        };
        Self {
            source: source.to_owned(),
            label: half.label.clone(),
            kind: half.kind.word(),
            subject: half.subject.clone(),
            answer,
            why,
        }
    }

    fn line(&self) -> String {
        let Self {
            source,
            label,
            kind,
            subject,
            why,
            ..
        } = self;
        let mut line = format!("  {}: {}: {kind}", escape(source), escape(label));
        if let Some(subject) = subject {
            let _ = write!(line, " of {}", escape(subject));
        }
        if let Some(why) = why {
            let _ = write!(line, ": {}", escape(why));
        }
        line.push('\n');
        line
    }
}

impl Answer {
    fn page(&self) -> String {
        let of = |answer: &str| -> Vec<&Compared> {
            self.compared
                .iter()
                .filter(|one| one.answer == answer)
                .collect()
        };
        let all = self.compared.len();
        let key = match &self.algorithm {
            Some(KeyFacts {
                algorithm,
                curve: Some(curve),
                ..
            }) => format!(" ({algorithm} {curve})"),
            Some(KeyFacts {
                algorithm,
                bits: Some(bits),
                ..
            }) => format!(" ({algorithm} {bits})"),
            Some(KeyFacts { algorithm, .. }) => format!(" ({algorithm})"),
            None => String::new(),
        };
        let key = format!("{}{key}", escape(&self.key));
        let (yes, unknown) = (of(YES), of(UNKNOWN));
        let mut page = match yes.len() {
            0 if all == 0 => format!("{key}: there is nothing to compare it with\n"),
            0 => format!("{key} belongs to none of {all}\n"),
            some => format!("{key} belongs to {some} of {all}\n"),
        };
        page.extend(yes.iter().map(|one| one.line()));
        if !unknown.is_empty() {
            let _ = writeln!(
                page,
                "{} cannot be compared:",
                count(unknown.len(), "other")
            );
            page.extend(unknown.iter().map(|one| one.line()));
        }
        page
    }
}
