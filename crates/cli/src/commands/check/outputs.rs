//! Where the report goes: stdout, and a file for each `--output`.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::report::{ReportFormat, ReportWriter, Style, SubjectReport, Summary, writer};

use crate::args::Check;
use crate::output::Streamed;
use crate::render::stdout_style;

/// Every output of a run, written side by side.
pub(super) struct Outputs {
    writers: Vec<Box<dyn ReportWriter>>,
    files: Vec<Rc<RefCell<Streamed>>>,
    summary: Summary,
}

/// A file that its writer and whoever finishes it hold together.
struct Shared(Rc<RefCell<Streamed>>);

impl Outputs {
    /// Opens all of them, before anything is looked at: a place that cannot be written is told at once.
    pub(super) fn open(arguments: &Check, at: OffsetDateTime) -> Result<Self> {
        let mut outputs = Self {
            writers: Vec::new(),
            files: Vec::new(),
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
        if let Some(format) = to_stdout {
            outputs.add(format, at, &stdout_style(), Path::new("-"))?;
        }
        for output in &arguments.output {
            outputs.add(output.format, at, &Style::default(), &output.path)?;
        }
        Ok(outputs)
    }

    fn add(
        &mut self,
        format: ReportFormat,
        at: OffsetDateTime,
        style: &Style,
        path: &Path,
    ) -> Result<()> {
        let file = Rc::new(RefCell::new(Streamed::create(path)?));
        let out = Box::new(Shared(Rc::clone(&file)));
        self.writers.push(writer(format, at, style, "", out));
        self.files.push(file);
        Ok(())
    }

    /// Writes a subject everywhere.
    pub(super) fn subject(&mut self, subject: &SubjectReport) -> Result<()> {
        self.summary.add(subject);
        for writer in &mut self.writers {
            writer.subject(subject)?;
        }
        Ok(())
    }

    /// Writes what is left, and puts the files in their places.
    pub(super) fn end(mut self) -> Result<Summary> {
        for writer in &mut self.writers {
            writer.end(&self.summary)?;
        }
        self.writers.clear();
        for file in self.files.into_iter().filter_map(Rc::into_inner) {
            file.into_inner().finish()?;
        }
        Ok(self.summary)
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}
