//! Files, and what lies inside them, read.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use anyhow::Result;
use trustpack_core::expiry::Subject;
use trustpack_core::keystore::{self, Password};
use trustpack_core::report::{self, Finding, Severity, SubjectReport};
use trustpack_core::source::{self, Budget, Item as Inside, Kind, Member, Reference};

use super::items::Item;
use super::judging::Judging;
use super::long::Long;
use super::passwords::FilePasswords;
use super::pieces::{PIECE, Pieces, is_pem_text};
use super::{keys, subject};
use crate::input::{is_named_as_one, name_of, open_file, read_file, read_rest};
use crate::password::PasswordSource;
use crate::platform::is_pipe;
use crate::render::Talk;
use crate::walk::Step;

/// What came of one.
pub(super) enum Looked {
    /// With what is to be said beside the report.
    Subjects(Vec<SubjectReport>, Option<String>),
    /// A file of a folder that is no certificate file.
    PassedOver(String),
    /// What in a folder is no file.
    NoFile(String),
    /// A stream that is too long to be held.
    Long(Box<Long>),
}

/// A file or stream that was opened.
pub(super) struct Opened<'a> {
    pub name: String,
    source: Box<dyn Read + Send>,
    pub metadata: Option<Metadata>,
    /// `None` for stdin.
    pub path: Option<&'a Path>,
    /// Whether it is meant to hold certificates.
    pub is_named: bool,
}

/// Reads, and has judged what was read.
pub(super) struct Reading<'a> {
    pub passwords: &'a FilePasswords,
    pub judging: Judging<'a>,
    /// Whether it looks again and again, and must not be kept waiting.
    pub is_repeated: bool,
    pub talk: Talk,
}

impl Reading<'_> {
    /// Looks at one thing.
    pub(super) fn look(&self, item: Item) -> Looked {
        match item {
            Item::Stdin => self.read(Opened {
                name: "stdin".to_owned(),
                source: Box::new(io::stdin()),
                metadata: None,
                path: None,
                is_named: true,
            }),
            Item::Named(path) => self.open(&path, true),
            Item::Met(Step::File(path)) => self.open(&path, false),
            Item::Met(Step::Failed { path, error }) => {
                let name = name_of(&path);
                self.judged(subject::unreadable(&name, subject::file(&name), &error))
            }
            Item::Referenced(folder, reference) => {
                let subjects = self.referenced(&folder, &reference).into_iter();
                let reports = subjects.map(|subject| self.judging.report(subject));
                Looked::Subjects(reports.collect(), None)
            }
            Item::Met(Step::Skipped { path, what }) => {
                Looked::NoFile(format!("{} is {what}", name_of(&path)))
            }
        }
    }

    fn open(&self, path: &Path, is_named: bool) -> Looked {
        let name = name_of(path);
        // what was met in a folder is no pipe
        let opened = match is_named {
            true if self.is_repeated && is_pipe(path) => Err(io::Error::other(
                "a pipe, which only a check that looks once waits for",
            )),
            true => open_file(path),
            false => File::open(path),
        };
        match opened {
            Ok(file) => self.read(Opened {
                metadata: file.metadata().ok(),
                source: Box::new(file),
                name,
                path: Some(path),
                is_named,
            }),
            Err(error) => self.judged(subject::unreadable(
                &name,
                subject::file(&name),
                &error.into(),
            )),
        }
    }

    fn read(&self, opened: Opened<'_>) -> Looked {
        let name = opened.name.clone();
        match self.try_read(opened) {
            Ok(looked) => looked,
            Err(error) => self.judged(subject::unreadable(&name, subject::file(&name), &error)),
        }
    }

    fn try_read(&self, mut opened: Opened<'_>) -> Result<Looked> {
        // most files are smaller
        let mut bytes = Vec::with_capacity(8 << 10);
        let most = PIECE as u64 + 1;
        (&mut opened.source).take(most).read_to_end(&mut bytes)?;
        if bytes.len() > PIECE {
            if is_pem_text(&bytes) {
                return Ok(Looked::Long(Box::new(Long {
                    pieces: Pieces::new(bytes, opened.source),
                    name: opened.name,
                    path: opened.path.map(Path::to_owned),
                    metadata: opened.metadata,
                })));
            }
            read_rest(&mut opened.source, &mut bytes)?;
        }
        if let Some(looked) = self.inside(&opened, &bytes) {
            return Ok(looked);
        }
        let name = &opened.name;
        let read = match self.passwords.read(name, &bytes) {
            Err(error) if !opened.is_named => return self.met(&opened, error),
            read => read?,
        };
        let report = self.judging.file(&opened, &read, self.passwords);
        Ok(Looked::Subjects(vec![report], None))
    }

    /// A file of a folder that cannot be read. What is no certificate file at all is passed over; of one whose name promises
    /// none, such as a script that quotes a block, it is a note that nothing in it can be read.
    fn met(&self, opened: &Opened<'_>, error: keystore::Error) -> Result<Looked> {
        use keystore::Error::{Empty, NothingReadable, Recognised, Unknown};
        let is_promised = opened.path.is_some_and(is_named_as_one);
        let is_skipped = |note: &keystore::Note| note.kind == keystore::NoteKind::Skipped;
        match &error {
            Unknown { .. } | Empty | Recognised { .. } if !is_promised => {
                Ok(Looked::PassedOver(opened.name.clone()))
            }
            // parameters, keys of OpenSSH, messages of PGP
            NothingReadable { notes, .. } if !notes.iter().any(is_skipped) => {
                Ok(Looked::PassedOver(opened.name.clone()))
            }
            NothingReadable { .. } if !is_promised => {
                let name = &opened.name;
                let mut subject = subject::unreadable(name, subject::file(name), &error.into());
                subject.failed = false;
                for finding in &mut subject.findings {
                    finding.severity = Severity::Note;
                }
                Ok(self.judged(subject))
            }
            _ => Err(error.into()),
        }
    }

    /// A file that holds others, such as an archive or a manifest; `None` when it is none.
    fn inside(&self, opened: &Opened<'_>, bytes: &[u8]) -> Option<Looked> {
        let name = &opened.name;
        let mut subjects = Vec::new();
        let mut secret = keys::Secret::default();
        let mut servers = 0;
        let folder = opened
            .path
            .and_then(Path::parent)
            .unwrap_or_else(|| Path::new("."));
        let result = source::open(name, bytes, &Budget::default(), &mut |item| match item {
            Inside::Member(member) => subjects.extend(self.member(&member, &mut secret)),
            Inside::Problem(problem) => {
                let error = problem.error.into();
                subjects.push(subject::unreadable(&problem.name, problem.origin, &error));
            }
            Inside::Reference(reference) => subjects.extend(self.referenced(folder, &reference)),
            // Those of a specification that was named were asked before; see `specification`.
            Inside::Server(_) => servers += usize::from(!opened.is_named),
        });
        let mut is_specification = false;
        match result {
            Ok(None) => return None,
            Ok(Some(found)) => is_specification = found.kind == Kind::ChannelSpec,
            Err(error) => {
                let error = error.into();
                subjects.push(subject::unreadable(name, subject::file(name), &error));
            }
        }
        let note = not_asked(name, servers);
        if subjects.is_empty() && !opened.is_named && note.is_none() {
            return Some(Looked::PassedOver(name.clone()));
        }
        // A specification may name servers alone.
        if subjects.is_empty() && !is_specification {
            subjects.push(subject::without_certificates(name));
        }
        let judged = subjects
            .into_iter()
            .map(|subject| self.judging.report(subject));
        Some(Looked::Subjects(judged.collect(), note))
    }

    /// Something within a file; nothing to say of a request or of a text that only looks like a certificate.
    fn member(&self, member: &Member, secret: &mut keys::Secret) -> Option<Subject> {
        let Member { name, origin, .. } = member;
        let read = match self.passwords.read(name, &member.bytes) {
            Ok(read) => read,
            Err(keystore::Error::Unknown { .. } | keystore::Error::Empty) if !member.promised => {
                return None;
            }
            Err(error) => return Some(subject::unreadable(name, origin.clone(), &error.into())),
        };
        self.judging.member(member, read, secret)
    }

    /// A file that another one, in this folder, names.
    fn referenced(&self, folder: &Path, reference: &Reference) -> Option<Subject> {
        let path = folder.join(&reference.path);
        // A kubeconfig may have been made for another machine.
        if !reference.follow && !path.exists() {
            let message = format!("{:?} is not here, so it is not checked", reference.path);
            let mut subject = Subject::new(&reference.name);
            let finding =
                Finding::new("CHECK-UNREADABLE", Severity::Note, &reference.name, message);
            subject.findings.push(finding);
            subject.origin = reference.origin.clone();
            return Some(subject);
        }
        let name = name_of(&path);
        let read = read_referenced(&path).and_then(|bytes| {
            let secret = reference.password.as_ref();
            let source = secret.and_then(|one| PasswordSource::of_specification(one, folder));
            let password = source.map(|source| self.ask(&source, reference));
            let read = match &password {
                Some(Ok(Some(password))) => self.passwords.read_referenced(&name, &bytes, password),
                _ => self.passwords.read(&name, &bytes),
            };
            // What is missing is the password that could not be had.
            match (read, password) {
                (Err(keystore::Error::PasswordRequired { .. }), Some(Err(error))) => Err(error),
                (read, _) => read.map_err(anyhow::Error::from),
            }
        });
        Some(match read {
            Ok(read) => subject::of_contents(&name, subject::file(&name), &read, self.judging.at),
            Err(error) => subject::unreadable(&name, subject::file(&name), &error),
        })
    }

    /// The password of a file that a specification names.
    fn ask(&self, source: &PasswordSource, reference: &Reference) -> Result<Option<Password>> {
        if let PasswordSource::File(path) = source
            && !may_be_read(path)
        {
            anyhow::bail!(
                "password of {}: {}: this is no file",
                reference.name,
                name_of(path)
            );
        }
        source.resolve(&reference.name, false, &self.talk)
    }

    fn judged(&self, subject: Subject) -> Looked {
        Looked::Subjects(vec![self.judging.report(subject)], None)
    }
}

/// What is named by a file may be anything: a device has no end, and a pipe is waited for.
fn may_be_read(path: &Path) -> bool {
    path.is_dir() || path.is_file() || !path.exists()
}

fn read_referenced(path: &Path) -> Result<Vec<u8>> {
    match may_be_read(path) {
        true => read_file(path),
        false => Err(anyhow::anyhow!("this is no file")),
    }
}

/// What is to be said of a specification that was met in a folder: reading a folder connects to nobody.
fn not_asked(name: &str, servers: usize) -> Option<String> {
    (servers > 0).then(|| {
        let servers = report::count(servers, "server");
        format!(
            "note: {name}: a channel specification with {servers}, asked only when the file is named as an argument"
        )
    })
}
