//! How a report is written down: formats, and the one way to write each.

use std::io::{self, Write};
use std::str::FromStr;

use time::OffsetDateTime;

use super::{
    Gone, Metrics, Report, SubjectReport, Summary, UnknownWord, csv, github, html, ics, json,
    junit, markdown, nagios, prometheus, sarif, table,
};

/// How a report is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportFormat {
    /// A row per certificate, for spreadsheets.
    Csv,
    /// Annotations of GitHub's workflows.
    Github,
    /// One page for a browser, with everything in it.
    Html,
    /// Events of a calendar.
    Ics,
    /// For programs; the shape is documented at [`Report`].
    Json,
    /// One subject a line as it is judged, then `{ "at": …, "summary": … }`.
    JsonLines,
    /// Suites and cases, for viewers of CI systems.
    Junit,
    /// A table and a list, for summaries and comments.
    Markdown,
    /// One line with performance data, for Nagios and what descends from it.
    Nagios,
    /// Prometheus' text format, for a textfile collector.
    Prometheus(Metrics),
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// For people.
    Table,
}

impl FromStr for ReportFormat {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|format| format.word() == word);
        found.ok_or_else(|| UnknownWord {
            word: word.to_owned(),
            known: "the formats that `trustpack check --help` lists",
        })
    }
}

impl ReportFormat {
    /// Every format.
    pub const ALL: [Self; 12] = [
        Self::Table,
        Self::Json,
        Self::JsonLines,
        Self::Csv,
        Self::Nagios,
        Self::Prometheus(Metrics::Native),
        Self::Junit,
        Self::Sarif,
        Self::Github,
        Self::Markdown,
        Self::Ics,
        Self::Html,
    ];

    /// The words for all of them, in their order.
    pub const fn words() -> [&'static str; Self::ALL.len()] {
        let mut words = [""; Self::ALL.len()];
        let mut place = 0;
        while place < words.len() {
            words[place] = Self::ALL[place].word();
            place += 1;
        }
        words
    }

    /// Whether it has a place for the bytes of certificates.
    pub const fn shows_certificates(self) -> bool {
        matches!(self, Self::Html)
    }

    /// The word for it on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Github => "github",
            Self::Html => "html",
            Self::Ics => "ics",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
            Self::Nagios => "nagios",
            Self::Prometheus(_) => "prometheus",
            Self::Sarif => "sarif",
            Self::Table => "table",
        }
    }
}

/// What the place that shows the text can do. The caller knows; this crate never asks a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Columns after which tables wrap; `None`: never.
    pub width: Option<u16>,
    /// Whether to colour severities. Nothing is said by colour alone.
    pub color: bool,
}

/// Takes a report piece by piece and writes it down. What was written is valid only after [`end`](Self::end).
pub trait ReportWriter {
    /// The next subject.
    ///
    /// # Errors
    /// That of the place written to.
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()>;

    /// What an earlier report has and this one has not; comes after all subjects. Not every format has a place for it.
    ///
    /// # Errors
    /// That of the place written to.
    fn gone(&mut self, gone: &Gone) -> io::Result<()> {
        let _ = gone;
        Ok(())
    }

    /// There are no more; `summary` counts those that there were.
    ///
    /// # Errors
    /// That of the place written to.
    fn end(&mut self, summary: &Summary) -> io::Result<()>;
}

/// Writes a report as of `at` to `out`. `name` tells it from other reports of the same machine, where the format has a place
/// for that (the label `report` of Prometheus); it may be empty.
///
/// Names in certificates are chosen by strangers: no control or bidirectional character of theirs is in the text.
pub fn writer<'a>(
    format: ReportFormat,
    at: OffsetDateTime,
    style: &Style,
    name: &str,
    out: Box<dyn Write + 'a>,
) -> Box<dyn ReportWriter + 'a> {
    match format {
        ReportFormat::Csv => Box::new(csv::Csv::new(out)),
        ReportFormat::Github => Box::new(github::Annotations::new(out)),
        ReportFormat::Html => Box::new(html::Html::new(at, out)),
        ReportFormat::Ics => Box::new(ics::Calendar::new(at, out)),
        ReportFormat::Json => Box::new(json::Pretty::new(at, out)),
        ReportFormat::JsonLines => Box::new(json::Lines::new(at, out)),
        ReportFormat::Junit => Box::new(junit::Junit::new(at, out)),
        ReportFormat::Markdown => Box::new(markdown::Markdown::new(out)),
        ReportFormat::Nagios => Box::new(nagios::Nagios::new(out)),
        ReportFormat::Prometheus(metrics) => {
            Box::new(prometheus::Prometheus::new(metrics, at, name, out))
        }
        ReportFormat::Sarif => Box::new(sarif::Sarif::new(out)),
        ReportFormat::Table => Box::new(table::Sorted::new(*style, out)),
    }
}

/// The text of a whole report, ending with a line feed.
pub fn render(report: &Report, format: ReportFormat, style: &Style) -> String {
    let mut text = Vec::new();
    let mut writer = writer(format, report.at, style, "", Box::new(&mut text));
    let written = report
        .subjects
        .iter()
        .try_for_each(|subject| writer.subject(subject));
    // memory takes everything
    let _ = written.and_then(|()| writer.end(&report.summary()));
    drop(writer);
    String::from_utf8_lossy(&text).into_owned()
}
