//! The earlier report of `--baseline`, as a file.

use std::fs::File;
use std::io::{self, BufReader, Seek};
use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::report::{Baseline, Gone, ReadError, ReportFormat, Since, SubjectReport};

use crate::args::Written;
use crate::hint::Hinted;
use crate::input::open_file;
use crate::output::is_one_place;

/// Read twice: for what there was, and at the end for the names of what is gone. The file stays open in between, so that
/// the new report may take its place.
pub(super) struct Earlier {
    baseline: Baseline,
    file: File,
    name: String,
}

impl Earlier {
    /// Reads all of it, before anything is looked at. `None` when there was no earlier run.
    pub(super) fn open_for(arguments: &Written) -> Result<Option<Self>> {
        match &arguments.baseline {
            Some(path) if !is_first(arguments) => Self::open(path).map(Some),
            _ => Ok(None),
        }
    }

    pub(super) fn open(path: &Path) -> Result<Self> {
        let name = format!("--baseline {}", path.display());
        let mut file = open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                let hint = "the first report has nothing to be compared with: leave --baseline out, and write it with \
                            --output json=FILE";
                Hinted::new(format!("{name}: there is no such file"), hint).into()
            }
            _ => anyhow::Error::new(error).context(name.clone()),
        })?;
        let baseline = Baseline::read(BufReader::new(&mut file))
            .map_err(|error| advised(&name, error.into()))?;
        Ok(Self {
            baseline,
            file,
            name,
        })
    }

    /// Nothing counted yet.
    pub(super) fn since(&self) -> Since {
        Since::new(self.baseline.at())
    }

    /// The subject with what became of it.
    pub(super) fn compared(&mut self, subject: &SubjectReport) -> SubjectReport {
        let mut subject = subject.clone();
        self.baseline.compare(&mut subject);
        subject
    }

    /// What is gone.
    pub(super) fn gone(self, take: &mut dyn FnMut(&Gone) -> Result<()>) -> Result<()> {
        let Self {
            baseline,
            mut file,
            name,
        } = self;
        file.rewind().with_context(|| name.clone())?;
        baseline
            .gone(BufReader::new(file), take)
            .map_err(|error| advised(&name, error))
    }
}

/// Whether this run writes the report that it would be compared with, and no run did before: then all of it is new.
pub(super) fn is_first(arguments: &Written) -> bool {
    let mut reports = arguments.output.iter();
    arguments.baseline.as_deref().is_some_and(|path| {
        !path.exists()
            && reports.any(|one| one.format == ReportFormat::Json && is_one_place(&one.path, path))
    })
}

/// A pipe is copied first, since nobody can read it twice.
fn open(path: &Path) -> io::Result<File> {
    let mut file = open_file(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    let mut copy = tempfile::tempfile()?;
    io::copy(&mut file, &mut copy)?;
    copy.rewind()?;
    Ok(copy)
}

fn advised(name: &str, error: anyhow::Error) -> anyhow::Error {
    let hint = match error.downcast_ref::<ReadError>() {
        Some(ReadError::OneShard { .. }) => "join the shards first: `trustpack report merge`",
        Some(ReadError::Io(_)) | None => return error.context(name.to_owned()),
        Some(_) => "name a report that `trustpack check --output json=FILE` has written",
    };
    Hinted::new(format!("{name}: {error}"), hint).into()
}
