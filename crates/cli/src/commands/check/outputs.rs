//! Where the report goes: stdout, and a file for each `--output`.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result};
use time::OffsetDateTime;
use trustpack_core::report::{ReportFormat, ReportWriter, Style, SubjectReport, Summary, writer};

use crate::args::Check;
use crate::hint::Hinted;
use crate::output::{Streamed, is_stdout};
use crate::render::stdout_style;

/// Every output of a run, written side by side.
pub(super) struct Outputs {
    files: Vec<Output>,
    /// Is finished last: what it says of the run must not be said before the files are there.
    stdout: Vec<Output>,
    summary: Summary,
}

type Output = (Box<dyn ReportWriter>, Rc<RefCell<Streamed>>);

/// A file that its writer and whoever finishes it hold together.
struct Shared(Rc<RefCell<Streamed>>);

impl Outputs {
    /// Opens all of them, before anything is looked at: a place that cannot be written is told at once.
    pub(super) fn open(arguments: &Check, at: OffsetDateTime) -> Result<Self> {
        let mut outputs = Self {
            files: Vec::new(),
            stdout: Vec::new(),
            summary: Summary::default(),
        };
        let told = match arguments.json.json {
            true => Some(ReportFormat::Json),
            false => arguments.format,
        };
        let to_stdout = match (told, arguments.output.is_empty()) {
            (Some(format), _) => Some(format),
            (None, true) => Some(ReportFormat::Table),
            (None, false) => None,
        };
        // those of the metrics that are wanted
        let compatible = |format: ReportFormat| match (format, arguments.metrics_compat) {
            (ReportFormat::Prometheus(_), Some(metrics)) => ReportFormat::Prometheus(metrics),
            (other, _) => other,
        };
        let files = arguments.output.iter().map(|output| output.format);
        let mut all = to_stdout.into_iter().chain(files);
        if arguments.metrics_compat.is_some()
            && !all.any(|format| matches!(format, ReportFormat::Prometheus(_)))
        {
            let hint = "add --format prometheus or --output prometheus=FILE";
            return Err(Hinted::new("--metrics-compat is about metrics", hint).into());
        }
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

    /// Writes a subject everywhere.
    pub(super) fn subject(&mut self, subject: &SubjectReport) -> Result<()> {
        self.summary.add(subject);
        for (writer, file) in self.files.iter_mut().chain(&mut self.stdout) {
            let written = writer.subject(subject);
            written.with_context(|| file.borrow().cannot())?;
        }
        Ok(())
    }

    /// Writes what is left, and puts the files in their places.
    pub(super) fn end(self) -> Result<Summary> {
        // one that cannot be written leaves all the old ones in their places
        for outputs in [self.files, self.stdout] {
            let mut whole = Vec::new();
            for (mut writer, file) in outputs {
                let written = writer.end(&self.summary);
                written.with_context(|| file.borrow().cannot())?;
                whole.push(file);
            }
            for file in whole.into_iter().filter_map(Rc::into_inner) {
                file.into_inner().finish()?;
            }
        }
        Ok(self.summary)
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
    Ok((writer, file))
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}
