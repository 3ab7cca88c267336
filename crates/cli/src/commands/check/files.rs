//! Files, folders and stdin, looked at on all cores and judged in their order.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Result;
use trustpack_core::expiry::{Judge, Subject};
use trustpack_core::keystore::{self, ReadOptions};
use trustpack_core::report::SubjectReport;

use super::pieces::{PIECE, Piece, Pieces, is_pem_text};
use super::{Run, subject};
use crate::input::{Failure, Input, PassedOver, Passwords, is_named_as_one, read_rest, walk};
use crate::ordered::in_order;
use crate::render::Talk;

/// Looks at all of them.
///
/// # Errors
/// When the report cannot be written. What cannot be read is in the report.
pub(super) fn check(
    inputs: &[Input],
    passwords: &Passwords,
    run: &mut Run,
    talk: &Talk,
) -> Result<()> {
    let bar = talk.progress(None, "checking");
    let judge = run.judge.clone();
    let looking = Looking {
        passwords,
        judge: &judge,
    };
    let mut passed_over = PassedOver::default();
    let items = inputs.iter().flat_map(items);
    in_order(items, &|item| looking.look(item), &mut |looked| {
        bar.inc(1);
        match looked {
            Looked::Subjects(subjects) => subjects.iter().try_for_each(|one| run.file(one)),
            Looked::PassedOver(name) => {
                passed_over.add(name);
                Ok(())
            }
            Looked::Long(name, pieces) => looking.long(&name, pieces, run),
        }
    })?;
    bar.finish_and_clear();
    passed_over.tell(talk);
    Ok(())
}

/// What is to be looked at.
enum Item {
    Stdin,
    /// Meant to hold certificates.
    Named(PathBuf),
    /// Lies in a folder, where keys and requests lie beside certificates.
    Found(PathBuf),
    /// A folder that cannot be listed.
    Failed(Failure),
}

fn items(input: &Input) -> Box<dyn Iterator<Item = Item> + Send> {
    match input {
        Input::Endpoint(_) => Box::new(std::iter::empty()),
        Input::Stdin => Box::new(std::iter::once(Item::Stdin)),
        Input::Path(path) if path.is_dir() => Box::new(walk(path).map(|found| match found {
            Ok(path) => Item::Found(path),
            Err(failure) => Item::Failed(failure),
        })),
        Input::Path(path) => Box::new(std::iter::once(Item::Named(path.clone()))),
    }
}

/// What came of one.
enum Looked {
    Subjects(Vec<SubjectReport>),
    /// A file of a folder that is no certificate file.
    PassedOver(String),
    /// A stream that is too long to be held.
    Long(String, Pieces<Box<dyn Read + Send>>),
}

struct Looking<'a> {
    passwords: &'a Passwords,
    judge: &'a Judge,
}

impl Looking<'_> {
    fn look(&self, item: Item) -> Looked {
        let (name, source): (_, io::Result<Box<dyn Read + Send>>) = match &item {
            Item::Failed(failure) => {
                return self.judged(subject::unreadable(&failure.name, &failure.error));
            }
            Item::Stdin => ("stdin".to_owned(), Ok(Box::new(io::stdin()))),
            Item::Named(path) | Item::Found(path) => {
                let opened = File::open(path);
                let name = path.display().to_string();
                (
                    name,
                    opened.map(|file| Box::new(file) as Box<dyn Read + Send>),
                )
            }
        };
        let found = match &item {
            Item::Found(path) => Some(path.as_path()),
            _ => None,
        };
        match self.read(&name, source, found) {
            Ok(looked) => looked,
            Err(error) => self.judged(subject::unreadable(&name, &error)),
        }
    }

    /// `found` is the file when it was not named.
    fn read(
        &self,
        name: &str,
        source: io::Result<Box<dyn Read + Send>>,
        found: Option<&Path>,
    ) -> Result<Looked> {
        let mut source = source?;
        let mut bytes = Vec::new();
        let most = PIECE as u64 + 1;
        (&mut source).take(most).read_to_end(&mut bytes)?;
        if bytes.len() > PIECE {
            if is_pem_text(&bytes) {
                return Ok(Looked::Long(name.to_owned(), Pieces::new(bytes, source)));
            }
            read_rest(source, &mut bytes)?;
        }
        let contents = match self.passwords.read(&bytes) {
            Err(keystore::Error::Unknown { .. } | keystore::Error::Empty)
                if found.is_some_and(|path| !is_named_as_one(path)) =>
            {
                return Ok(Looked::PassedOver(name.to_owned()));
            }
            contents => contents?,
        };
        let subject = subject::of_file(name, &contents);
        let is_empty = subject.items.is_empty() && subject.findings.is_empty();
        Ok(self.judged(match is_empty && found.is_none() {
            true => subject::without_certificates(name),
            false => subject,
        }))
    }

    /// A long stream, piece by piece, on all cores.
    fn long(&self, name: &str, pieces: Pieces<Box<dyn Read + Send>>, run: &mut Run) -> Result<()> {
        let mut is_empty = true;
        let look = |piece: io::Result<Piece>| {
            let piece = match piece {
                Ok(piece) => piece,
                Err(error) => return self.judge.judge(subject::unreadable(name, &error.into())),
            };
            let contents = keystore::read(&piece.text, &ReadOptions::default());
            self.judge.judge(subject::of_piece(name, &piece, contents))
        };
        in_order(pieces, &look, &mut |report: SubjectReport| {
            is_empty &= report.certificates.is_empty() && report.findings.is_empty();
            match report.continues || !is_empty {
                true => run.file(&report),
                false => run.file(&self.judge.judge(subject::without_certificates(name))),
            }
        })
    }

    fn judged(&self, subject: Subject) -> Looked {
        Looked::Subjects(vec![self.judge.judge(subject)])
    }
}
