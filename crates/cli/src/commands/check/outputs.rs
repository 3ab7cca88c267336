//! Where the report goes: stdout, and a file for each `--output`.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result};
use time::OffsetDateTime;
use trustpack_core::report::{
    ReportFormat, ReportWriter, Shard, Style, SubjectReport, Summary, writer,
};

use super::baseline::Earlier;
use crate::args::Written;
use crate::hint::Hinted;
use crate::output::{Streamed, is_one_place, is_stdout};
use crate::render::{is_broken_pipe, stdout_style};

/// Refuses what could be written in no run: metrics of nothing, and two reports in one place, which would replace or garble
/// each other.
pub(in crate::commands) fn refuse(arguments: &Written) -> Result<()> {
    let to_stdout = to_stdout(arguments);
    let files = arguments.output.iter().map(|output| output.format);
    let mut all = to_stdout.into_iter().chain(files);
    if arguments.metrics_compat.is_some()
        && !all.any(|format| matches!(format, ReportFormat::Prometheus(_)))
    {
        let hint = "add --format prometheus or --output prometheus=FILE";
        return Err(Hinted::new("--metrics-compat is about metrics", hint).into());
    }
    let stdout = to_stdout.map(|_| Path::new("-"));
    let paths = arguments.output.iter().map(|output| output.path.as_path());
    let mut earlier: Vec<&Path> = Vec::new();
    for path in stdout.into_iter().chain(paths) {
        if let Some(one) = earlier.iter().find(|one| is_one_place(one, path)) {
            let message = match is_stdout(path) {
                true => "two reports on stdout".to_owned(),
                false if *one == path => format!("two reports in {}", path.display()),
                false => {
                    let (one, other) = (one.display(), path.display());
                    format!("two reports in one file: {one} and {other}")
                }
            };
            return Err(Hinted::new(message, "name another file for one of them").into());
        }
        earlier.push(path);
    }
    Ok(())
}

/// The format of stdout, when a report goes there.
pub(super) fn to_stdout(arguments: &Written) -> Option<ReportFormat> {
    match (arguments.json.json, arguments.format) {
        (true, _) => Some(ReportFormat::Json),
        (false, Some(format)) => Some(format),
        (false, None) => arguments.output.is_empty().then_some(ReportFormat::Table),
    }
}

/// Every output of a run, written side by side.
pub(in crate::commands) struct Outputs {
    files: Vec<Output>,
    /// Is finished last: what it says of the run must not be said before the files are there.
    stdout: Vec<Output>,
    summary: Summary,
    earlier: Option<Earlier>,
    shows_certificates: bool,
}

type Output = (Box<dyn ReportWriter>, Place);

/// Where an output is finished when it is whole.
enum Place {
    File(Rc<RefCell<Streamed>>),
    /// With whoever asked for it.
    Memory,
}

impl Place {
    /// What an error of writing there is about.
    fn cannot(&self) -> String {
        match self {
            Self::File(file) => file.borrow().cannot(),
            Self::Memory => "cannot keep the report".to_owned(),
        }
    }
}

/// A file that its writer and whoever finishes it hold together.
struct Shared(Rc<RefCell<Streamed>>);

impl Outputs {
    /// Opens all of them, before anything is looked at: a place that cannot be written is told at once, and so is an earlier
    /// report that cannot be read.
    pub(in crate::commands) fn open(
        arguments: &Written,
        at: OffsetDateTime,
        shard: Option<Shard>,
    ) -> Result<Self> {
        let earlier = Earlier::open_for(arguments)?;
        let mut outputs = Self {
            files: Vec::new(),
            stdout: Vec::new(),
            summary: Summary {
                since: earlier.as_ref().map(Earlier::since),
                shard,
                ..Summary::default()
            },
            earlier,
            shows_certificates: false,
        };
        let to_stdout = to_stdout(arguments);
        let formats = arguments.output.iter().map(|output| output.format);
        outputs.shows_certificates = to_stdout
            .into_iter()
            .chain(formats)
            .any(ReportFormat::shows_certificates);
        // those of the metrics that are wanted
        let compatible = |format: ReportFormat| match (format, arguments.metrics_compat) {
            (ReportFormat::Prometheus(_), Some(metrics)) => ReportFormat::Prometheus(metrics),
            (other, _) => other,
        };
        if let Some(format) = to_stdout {
            let told = open(compatible(format), at, &stdout_style(), Path::new("-"))?;
            outputs.stdout.push(told);
        }
        for output in &arguments.output {
            let format = compatible(output.format);
            let file = open(format, at, &Style::default(), &output.path)?;
            outputs.files.push(file);
        }
        Ok(outputs)
    }

    /// One, which `out` takes.
    pub(in crate::commands) fn into_memory(
        format: ReportFormat,
        at: OffsetDateTime,
        out: Box<dyn Write>,
    ) -> Self {
        let writer = writer(format, at, &Style::default(), "", out);
        Self {
            files: vec![(writer, Place::Memory)],
            stdout: Vec::new(),
            summary: Summary::default(),
            earlier: None,
            shows_certificates: format.shows_certificates(),
        }
    }

    /// Whether any of them has a place for the bytes of certificates.
    pub(super) fn shows_certificates(&self) -> bool {
        self.shows_certificates
    }

    /// What was written so far.
    pub(super) fn summary(&self) -> Summary {
        self.summary
    }

    /// Writes a subject everywhere.
    pub(in crate::commands) fn subject(&mut self, subject: &SubjectReport) -> Result<()> {
        let compared = self
            .earlier
            .as_mut()
            .map(|earlier| earlier.compared(subject));
        let subject = compared.as_ref().unwrap_or(subject);
        self.summary.add(subject);
        self.each(|writer| writer.subject(subject))
    }

    /// Writes what is left, and puts the files in their places.
    pub(in crate::commands) fn end(mut self) -> Result<Summary> {
        self.tell_gone()?;
        // one that cannot be written leaves all the old ones in their places
        for outputs in [self.files, self.stdout] {
            let mut whole = Vec::new();
            for (mut writer, place) in outputs {
                let written = writer.end(&self.summary);
                written.with_context(|| place.cannot())?;
                if let Place::File(file) = place {
                    whole.push(file);
                }
            }
            for file in whole.into_iter().filter_map(Rc::into_inner) {
                file.into_inner().finish()?;
            }
        }
        Ok(self.summary)
    }

    /// Writes everywhere what the earlier report had and this one has not.
    fn tell_gone(&mut self) -> Result<()> {
        let Some(earlier) = self.earlier.take() else {
            return Ok(());
        };
        earlier.gone(&mut |gone| {
            if let Some(since) = &mut self.summary.since {
                since.add_gone(gone);
            }
            self.each(|writer| writer.gone(gone))
        })
    }

    /// Writes something everywhere. A reader of stdout who has seen enough is no reason to leave the files unwritten.
    fn each(&mut self, write: impl Fn(&mut dyn ReportWriter) -> io::Result<()>) -> Result<()> {
        for (writer, place) in &mut self.files {
            write(writer.as_mut()).with_context(|| place.cannot())?;
        }
        for (writer, place) in &mut self.stdout {
            let written = write(writer.as_mut()).with_context(|| place.cannot());
            match written {
                Err(error) if is_broken_pipe(&error) && !self.files.is_empty() => {
                    self.stdout.clear();
                    break;
                }
                written => written?,
            }
        }
        Ok(())
    }
}

fn open(format: ReportFormat, at: OffsetDateTime, style: &Style, path: &Path) -> Result<Output> {
    let file = Rc::new(RefCell::new(Streamed::create(path)?));
    let out = Box::new(Shared(Rc::clone(&file)));
    let name = match is_stdout(path) {
        true => "".into(),
        false => path.file_stem().unwrap_or_default().to_string_lossy(),
    };
    let writer = writer(format, at, style, &name, out);
    Ok((writer, Place::File(file)))
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}
