//! The certificate files that a specification names, judged where somebody can read them.

use std::collections::HashMap;

use time::OffsetDateTime;
use trustpack_keystore::{
    self as keystore, Contents, Entry, Error, Integrity, Note, NoteKind, Password, ReadOptions,
};

use super::{Found, Resolver, SpecFinding};
use crate::catalogue;
use crate::channel::field::Section;
use crate::channel::model::{Channel, Spec};
use crate::channel::secret::SecretRef;
use crate::channel::value::is_placeholder;
use crate::identity::{judge_form, judge_identity, judge_trust};
use crate::report::{Finding, Severity};

/// Gives the bytes of a file. The arguments are the file of the specification that names it, and the path as written
/// there; the error says why there are none.
pub type FileOpener<'a> = dyn FnMut(&str, &str) -> Result<Vec<u8>, String> + 'a;

/// Judges the files under `trust.files` and `identity.file`. Passwords are asked for where a resolver is given; without
/// one, what is sealed is told and left alone. A file that several channels name is read once.
pub fn judge_files(
    spec: &Spec,
    open: &mut FileOpener<'_>,
    resolve: Option<&mut Resolver<'_>>,
    at: OffsetDateTime,
) -> Vec<SpecFinding> {
    let mut judging = Judging {
        open,
        resolve,
        at,
        known: HashMap::new(),
    };
    let mut findings = Vec::new();
    for (index, channel) in spec.channels.iter().enumerate() {
        for (path, file, password) in named(channel) {
            let folder = spec.file_of(channel.place_of(path)).unwrap_or_default();
            for found in judging.findings(folder, path, file, password) {
                let message = format!("{}: {}", found.subject, found.message);
                let hint = found.hint.unwrap_or_default();
                // every finding has a page
                let placed = catalogue::find(&found.id).map(|page| {
                    let found = Found::new(page.id, found.severity, path, message, hint);
                    found.placed(spec, index, channel)
                });
                findings.extend(placed);
            }
        }
    }
    findings
}

const IDENTITY: &str = "identity.file";
const TRUST: &str = "trust.files";

/// Every file that a channel names, with its key and its password; what must still be filled in is none.
fn named(channel: &Channel) -> Vec<(&'static str, &str, Option<&SecretRef>)> {
    let trust = channel.files().into_iter().flatten();
    let mut files: Vec<_> = trust
        .map(|(_, file)| (TRUST, file.as_str(), None))
        .collect();
    let password = channel.values.secret(Section::Identity, "password");
    files.extend(
        channel
            .identity_file()
            .map(|file| (IDENTITY, file, password)),
    );
    files.retain(|(_, file, _)| !file.trim().is_empty() && !is_placeholder(file));
    files
}

struct Judging<'a, 'o, 'r> {
    open: &'a mut FileOpener<'o>,
    resolve: Option<&'a mut Resolver<'r>>,
    at: OffsetDateTime,
    /// By the file of the specification, the key, the path and the password.
    known: HashMap<(String, &'static str, String, Option<SecretRef>), Vec<Finding>>,
}

/// What is known of the password of a file.
enum Secret {
    /// None is named.
    Unnamed,
    /// One is named, and was not asked for.
    Unasked,
    /// One is named, and there is nothing behind it: that is told where it stands.
    Missing,
    Known(Password),
}

impl Judging<'_, '_, '_> {
    fn findings(
        &mut self,
        folder: &str,
        path: &'static str,
        file: &str,
        password: Option<&SecretRef>,
    ) -> Vec<Finding> {
        let key = (folder.to_owned(), path, file.to_owned(), password.cloned());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let found = match (self.open)(folder, file) {
            Ok(bytes) => {
                let secret = self.secret(folder, password);
                match path {
                    IDENTITY => identity(file, &bytes, &secret, self.at),
                    _ => trust(file, &bytes, self.at),
                }
            }
            Err(why) => vec![
                unread(
                    file,
                    Severity::Warning,
                    &format!("it cannot be judged: {why}"),
                )
                .with_hint(
                    "put the file there, or correct the path; it is relative to the specification",
                ),
            ],
        };
        self.known.insert(key, found.clone());
        found
    }

    fn secret(&mut self, folder: &str, password: Option<&SecretRef>) -> Secret {
        match (password, &mut self.resolve) {
            (None, _) => Secret::Unnamed,
            (Some(SecretRef::Prompt), _) | (Some(_), None) => Secret::Unasked,
            (Some(secret), Some(resolve)) => match resolve(folder, secret) {
                Ok(value) => Secret::Known(Password::new(value.as_str())),
                Err(_) => Secret::Missing,
            },
        }
    }
}

/// As [`judge_files`] judges a file under `identity.file`, where its bytes and its password are there already.
pub(crate) fn judge_identity_file(
    file: &str,
    bytes: &[u8],
    password: Option<&Password>,
    at: OffsetDateTime,
) -> Vec<Finding> {
    let secret = match password {
        Some(password) => Secret::Known(password.clone()),
        None => Secret::Unnamed,
    };
    identity(file, bytes, &secret, at)
}

fn identity(file: &str, bytes: &[u8], secret: &Secret, at: OffsetDateTime) -> Vec<Finding> {
    let password = match secret {
        Secret::Known(password) => Some(password),
        Secret::Unnamed | Secret::Unasked | Secret::Missing => None,
    };
    let read = keystore::read(bytes, &ReadOptions { password });
    let mut found = match &read {
        Err(error @ Error::WrongPassword { .. }) => {
            return vec![
                unread(file, Severity::Critical, &error.to_string())
                    .with_hint("correct what is behind identity.password"),
            ];
        }
        read => judge_form(file, bytes, read.as_ref(), Severity::Critical),
    };
    let is_closed = is_closed(read.as_ref());
    if let Ok(contents) = &read
        && !(is_closed && has_no_certificate(contents))
    {
        let passwords: Vec<&Password> = password.into_iter().collect();
        found.extend(judge_identity(file, contents, &passwords, at));
    }
    if !is_closed || password.is_some() {
        return found;
    }
    // A key is there, and nobody was to open it.
    found.retain(|found| found.id != "CERT-ID-NO-KEY");
    found.push(match secret {
        Secret::Unnamed => unread(
            file,
            Severity::Critical,
            "it has a password, and none is named",
        )
        .with_hint("add a reference such as password = \"env:IDENTITY_PASSWORD\""),
        _ => unread(
            file,
            Severity::Note,
            "what is sealed with its password was not looked into",
        )
        .with_hint("`--secrets` takes the password from where the specification says"),
    });
    found
}

/// Whether something in a file can be read with its password only.
fn is_closed(read: Result<&Contents, &Error>) -> bool {
    let contents = match read {
        Ok(contents) => contents,
        Err(error) => return matches!(error, Error::PasswordRequired { .. }),
    };
    let mut keys = contents.store.entries().iter().filter_map(Entry::key);
    let is_skipped = |note: &Note| note.kind == NoteKind::Skipped;
    keys.any(|key| key.unlock(None).is_err())
        || contents.integrity == Integrity::NotVerified && contents.notes.iter().any(is_skipped)
}

fn has_no_certificate(contents: &Contents) -> bool {
    let entries = contents.store.entries();
    entries.iter().all(|entry| entry.certificates().is_empty())
}

/// What stands for a server is read by its content, so a wrong name does no harm there.
fn trust(file: &str, bytes: &[u8], at: OffsetDateTime) -> Vec<Finding> {
    let read = keystore::read(bytes, &ReadOptions::default());
    let mut found = judge_form(file, bytes, read.as_ref(), Severity::Warning);
    let is_closed = is_closed(read.as_ref());
    if let Ok(contents) = &read
        && !(is_closed && has_no_certificate(contents))
    {
        found.extend(judge_trust(file, contents, at));
    } else if is_closed {
        let message = "it has a password, and files of trust are read without one";
        let closed = unread(file, Severity::Critical, message);
        found.push(
            closed
                .with_hint("write the certificates as PEM: `trustpack convert STORE -o FILE.pem`"),
        );
    }
    found
}

fn unread(file: &str, severity: Severity, message: &str) -> Finding {
    Finding::new("FILE-UNREAD", severity, file, message)
}
