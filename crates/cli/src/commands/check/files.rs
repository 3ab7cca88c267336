//! Files, folders and stdin, looked at on all cores and judged in their order.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::expiry::{Judge, Subject};
use trustpack_core::keystore;
use trustpack_core::report::{Finding, Severity, SubjectReport};
use trustpack_core::source::{self, Budget, Item as Inside, Kind, Member, Reference};

use super::ari::Renewals;
use super::pairs::Pairs;
use super::passwords::FilePasswords;
use super::pieces::{PIECE, Piece, Pieces, is_pem_text};
use super::round::Run;
use super::{keys, subject};
use crate::input::{Input, PassedOver, is_named_as_one, read_file, read_rest};
use crate::ordered::in_order;
use crate::render::Talk;
use crate::walk::{Filter, Step, Walk};

/// Looks at all of them.
///
/// # Errors
/// When the report cannot be written. What cannot be read is in the report.
pub(super) fn check(
    inputs: &[Input],
    filter: &Filter,
    passwords: &FilePasswords,
    run: &mut Run,
    talk: &Talk,
) -> Result<()> {
    let bar = talk.progress(None, "checking");
    let (judge, pairs) = (run.judge.clone(), std::mem::take(&mut run.pairs));
    let renewals = run.renewals.clone();
    let looking = Looking {
        passwords,
        judge: &judge,
        pairs: &pairs,
        renewals: renewals.as_deref(),
        at: run.at,
    };
    let mut passed_over = PassedOver::default();
    let share = run.share.clone();
    let items = inputs.iter().flat_map(|input| items(input, filter));
    let items = items.filter(|item| share.holds(item.name()));
    in_order(
        items,
        FILES_AT_ONCE,
        &|item| looking.look(item),
        &mut |looked| {
            bar.inc(1);
            match looked {
                Looked::Subjects(subjects) => {
                    bar.suspend(|| subjects.iter().try_for_each(|one| run.file(one)))
                }
                Looked::PassedOver(name) => {
                    passed_over.add(name);
                    Ok(())
                }
                Looked::NoFile(what) => {
                    passed_over.add_other(what);
                    Ok(())
                }
                Looked::Long(name, pieces) => looking.long(&name, pieces, run),
            }
        },
    )?;
    bar.finish_and_clear();
    passed_over.tell(talk);
    Ok(())
}

/// A small file is read in less time than a thread is woken.
const FILES_AT_ONCE: usize = 16;

/// What is to be looked at.
enum Item {
    Stdin,
    /// Meant to hold certificates.
    Named(PathBuf),
    /// Met in a folder, where keys and requests lie beside certificates.
    Met(Step),
}

impl Item {
    /// What decides which run checks it.
    fn name(&self) -> &[u8] {
        let path = match self {
            Self::Stdin => return b"-",
            Self::Named(path) | Self::Met(Step::File(path)) => path,
            Self::Met(Step::Failed { path, .. } | Step::Skipped { path, .. }) => path,
        };
        path.as_os_str().as_encoded_bytes()
    }
}

fn items(input: &Input, filter: &Filter) -> Box<dyn Iterator<Item = Item> + Send> {
    match input {
        Input::Endpoint(_) => Box::new(std::iter::empty()),
        Input::Stdin => Box::new(std::iter::once(Item::Stdin)),
        Input::Path(path) if path.is_dir() => {
            Box::new(Walk::new(path, filter.clone()).map(Item::Met))
        }
        Input::Path(path) => Box::new(std::iter::once(Item::Named(path.clone()))),
    }
}

/// What came of one.
enum Looked {
    Subjects(Vec<SubjectReport>),
    /// A file of a folder that is no certificate file.
    PassedOver(String),
    /// What in a folder is no file.
    NoFile(String),
    /// A stream that is too long to be held.
    Long(String, Pieces<Box<dyn Read + Send>>),
}

/// A file or stream that was opened.
struct Opened<'a> {
    name: String,
    source: Box<dyn Read + Send>,
    metadata: Option<Metadata>,
    /// `None` for stdin.
    path: Option<&'a Path>,
    is_named: bool,
}

struct Looking<'a> {
    passwords: &'a FilePasswords,
    judge: &'a Judge,
    pairs: &'a Pairs,
    renewals: Option<&'a Renewals>,
    at: OffsetDateTime,
}

impl Looking<'_> {
    fn look(&self, item: Item) -> Looked {
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
                let name = path.display().to_string();
                self.judged(subject::unreadable(&name, subject::file(&name), &error))
            }
            Item::Met(Step::Skipped { path, what }) => {
                Looked::NoFile(format!("{} is {what}", path.display()))
            }
        }
    }

    fn open(&self, path: &Path, is_named: bool) -> Looked {
        let name = path.display().to_string();
        match File::open(path) {
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
                let pieces = Pieces::new(bytes, opened.source);
                return Ok(Looked::Long(opened.name, pieces));
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
        let mut subject = subject::of_contents(name, subject::file(name), &read, self.at);
        if let Some(path) = opened.path {
            keys::match_neighbour(&mut subject, path, self.passwords);
        }
        let metadata = opened.metadata.as_ref();
        let exposed = opened
            .path
            .zip(metadata)
            .and_then(|(path, metadata)| subject::exposed(name, path, &read.contents, metadata));
        if opened.is_named && subject.items.is_empty() && subject.findings.is_empty() {
            subject = subject::with_others_only(name);
        }
        subject.findings.extend(exposed);
        self.pairs.judge(&mut subject, &read.contents, self.at);
        Ok(self.judged(subject))
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
        let result = source::open(name, bytes, &Budget::default(), &mut |item| match item {
            Inside::Member(member) => subjects.extend(self.member(&member, &mut secret)),
            Inside::Problem(problem) => {
                let error = problem.error.into();
                subjects.push(subject::unreadable(&problem.name, problem.origin, &error));
            }
            Inside::Reference(reference) => subjects.extend(self.referenced(opened, &reference)),
            // Those of a specification that was named were asked before; see `specification`.
            Inside::Server(_) => {}
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
        if subjects.is_empty() && !opened.is_named {
            return Some(Looked::PassedOver(name.clone()));
        }
        // A specification may name servers alone.
        if subjects.is_empty() && !is_specification {
            subjects.push(subject::without_certificates(name));
        }
        let judged = subjects.into_iter().map(|subject| self.report(subject));
        Some(Looked::Subjects(judged.collect()))
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
        let mut subject = subject::of_contents(name, origin.clone(), &read, self.at);
        self.pairs.judge(&mut subject, &read.contents, self.at);
        secret.add(&mut subject, read.contents, self.at);
        let is_empty = subject.items.is_empty() && subject.findings.is_empty();
        (!is_empty).then_some(subject)
    }

    /// A file that another one names.
    fn referenced(&self, opened: &Opened<'_>, reference: &Reference) -> Option<Subject> {
        let folder = opened
            .path
            .and_then(Path::parent)
            .unwrap_or_else(|| Path::new("."));
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
        let name = path.display().to_string();
        // What is named may be anything: a device has no end, and a pipe is waited for.
        let bytes = match path.is_dir() || path.is_file() || !path.exists() {
            true => read_file(&path),
            false => Err(anyhow::anyhow!("this is no file")),
        };
        let read = bytes.and_then(|bytes| {
            let read = self.passwords.read(&name, &bytes);
            read.map_err(anyhow::Error::from)
        });
        Some(match read {
            Ok(read) => subject::of_contents(&name, subject::file(&name), &read, self.at),
            Err(error) => subject::unreadable(&name, subject::file(&name), &error),
        })
    }

    /// A long stream, piece by piece, on all cores.
    fn long(&self, name: &str, pieces: Pieces<Box<dyn Read + Send>>, run: &mut Run) -> Result<()> {
        let mut is_empty = true;
        let look = |piece: io::Result<Piece>| {
            let piece = match piece {
                Ok(piece) => piece,
                Err(error) => {
                    let error = error.into();
                    let unreadable = subject::unreadable(name, subject::file(name), &error);
                    return self.judge.judge(unreadable);
                }
            };
            let contents = keystore::read_pem_part(&piece.text, piece.lines_before);
            self.report(subject::of_piece(name, &piece, contents))
        };
        in_order(pieces, 1, &look, &mut |report: SubjectReport| {
            is_empty &= report.certificates.is_empty() && report.findings.is_empty();
            match report.continues || !is_empty {
                true => run.file(&report),
                false => run.file(&self.judge.judge(subject::without_certificates(name))),
            }
        })
    }

    fn judged(&self, subject: Subject) -> Looked {
        Looked::Subjects(vec![self.report(subject)])
    }

    /// The judgement, with what issuers say of the time of renewal.
    fn report(&self, mut subject: Subject) -> SubjectReport {
        if let Some(renewals) = self.renewals {
            renewals.ask(&mut subject);
        }
        self.judge.judge(subject)
    }
}
