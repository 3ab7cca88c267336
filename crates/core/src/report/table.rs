//! A table for people: every certificate, the one with the least time left first; the findings, the worst first; counts.

use std::cmp::Reverse;
use std::io::{self, Write};

use comfy_table::{Cell, Color, ColumnConstraint, ContentArrangement, Row, Table, presets};

use super::soonest::Soonest;
use super::{
    CertificateReport, Change, Finding, Gone, ReportWriter, Severity, Style, SubjectReport, Summary,
};
use crate::catalogue::{self, Page};
use crate::text::{self, escape};

/// Keeps what it will show, which is bounded, and writes at the end.
pub(super) struct Sorted<'a> {
    style: Style,
    rows: Soonest<Line>,
    findings: Vec<Finding>,
    /// Subjects of which there is nothing to say.
    empty: Vec<String>,
    gone: Vec<Gone>,
    out: Box<dyn Write + 'a>,
}

/// A row.
struct Line {
    cells: [String; 6],
    change: Option<Change>,
    severity: Option<Severity>,
}

impl<'a> Sorted<'a> {
    pub(super) fn new(style: Style, out: Box<dyn Write + 'a>) -> Self {
        Self {
            style,
            rows: Soonest::new(MAX_ROWS),
            findings: Vec::new(),
            empty: Vec::new(),
            gone: Vec::new(),
            out,
        }
    }
}

impl ReportWriter for Sorted<'_> {
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()> {
        for certificate in &subject.certificates {
            self.rows.offer(certificate.remaining_seconds, || {
                (Line::new(certificate, subject), 1)
            });
        }
        let room = MAX_FINDINGS.saturating_sub(self.findings.len());
        self.findings
            .extend(subject.findings.iter().take(room).cloned());
        if subject.certificates.is_empty() && subject.findings.is_empty() {
            self.empty.push(subject.subject.clone());
        }
        Ok(())
    }

    fn gone(&mut self, gone: &Gone) -> io::Result<()> {
        if self.gone.len() < MAX_FINDINGS {
            self.gone.push(gone.clone());
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let mut text = String::new();
        let rows = self.rows.take();
        if !rows.is_empty() {
            let is_compared = summary.since.is_some();
            let header: &[&str] = match is_compared {
                true => &COMPARED,
                false => &COMPARED[..COMPARED.len() - 1],
            };
            let rows = rows.into_iter().map(|row| row.cells(is_compared));
            text.push_str(&grid(header, rows, &self.style));
        }
        let left_out = self.rows.left_out();
        if left_out > 0 {
            text.push_str(&format!("  … and {left_out} with more time left\n"));
        }
        for subject in &self.empty {
            text.push_str(&format!("  {}: nothing found\n", escape(subject)));
        }
        if !text.is_empty() && !self.findings.is_empty() {
            text.push('\n');
        }
        // of two that are as grave the one that is new
        let is_old = |finding: &Finding| finding.change == Some(Change::Unchanged);
        self.findings
            .sort_by_key(|finding| (Reverse(finding.severity), is_old(finding)));
        for finding in &self.findings {
            text.push_str(&lines(finding, "", &self.style));
        }
        let told = summary.critical + summary.warnings + summary.notes;
        if told > self.findings.len() {
            let more = told - self.findings.len();
            text.push_str(&format!("  … and {}\n", text::count(more, "finding")));
        }
        for gone in &self.gone {
            text.push_str(&format!("  gone     {}\n", escape(&gone.words())));
        }
        let subjects = summary.since.map_or(0, |since| since.gone());
        if subjects > self.gone.len() {
            let more = subjects - self.gone.len();
            text.push_str(&format!("  … and {more} more that are gone\n"));
        }
        if let Some(page) = self.worst_page() {
            text.push_str(&format!("  `trustpack explain {}` tells more\n", page.id));
        }
        text.push('\n');
        text.push_str(&summary.words());
        text.push('\n');
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

impl Sorted<'_> {
    /// The page of the worst finding, once they are sorted. A run with nothing but notes needs nobody's attention, and a
    /// finding of another version may have no page.
    fn worst_page(&self) -> Option<&'static Page> {
        let worst = self.findings.first()?;
        catalogue::find(&worst.id).filter(|_| worst.severity > Severity::Note)
    }
}

impl Line {
    fn new(certificate: &CertificateReport, subject: &SubjectReport) -> Self {
        let (name, display) = (&certificate.name, &certificate.display_name);
        let name = if name.eq_ignore_ascii_case(display) {
            name.clone()
        } else {
            format!("{display} ({name})")
        };
        let role = certificate.role.word().replace('-', " ");
        Self {
            cells: [
                text::left(certificate.remaining_seconds),
                text::date(certificate.not_after),
                certificate.state.words().to_owned(),
                text::cut(&name, MAX_CELL).into_owned(),
                role,
                text::cut(&subject.subject, MAX_CELL).into_owned(),
            ],
            change: certificate.change,
            severity: certificate.severity,
        }
    }

    fn cells(self, is_compared: bool) -> Vec<(String, Option<Severity>)> {
        let severity = self.severity;
        let change = self.change.and_then(Change::news).unwrap_or_default();
        let change = is_compared.then(|| change.to_owned());
        let cells = self.cells.into_iter().chain(change).enumerate();
        // the state
        let cells = cells.map(|(place, text)| (text, severity.filter(|_| place == 2)));
        cells.collect()
    }
}

/// The header; the last column is there only when there is an earlier report.
const COMPARED: [&str; 7] = [
    "left",
    "expires on",
    "state",
    "certificate",
    "role",
    "in",
    "change",
];

/// A column is as wide as its longest cell, and names may have 64 KB. Findings have them whole.
const MAX_CELL: usize = 120;

/// More than anybody reads; the rest is counted.
const MAX_ROWS: usize = 10_000;
const MAX_FINDINGS: usize = 10_000;

/// A finding on one line, its hint on the next. Long lines stay whole, so that they can be searched for.
pub(crate) fn lines(finding: &Finding, subject: &str, style: &Style) -> String {
    // The block is already headed by the subject.
    let place = match finding.subject.strip_prefix(subject) {
        Some(rest) => rest.trim_start_matches(": "),
        None => &finding.subject,
    };
    let place = match place {
        // no need to say it twice
        place if finding.message.starts_with(place) => String::new(),
        place => format!("{place}: "),
    };
    let severity = paint(finding.severity, style);
    let message = escape(&format!("{place}{}", finding.message));
    let change = finding.change.and_then(Change::news);
    let change = change.map_or_else(String::new, |change| format!(" ({change})"));
    let mut lines = format!("  {severity} {}{change}  {message}\n", escape(&finding.id));
    if let Some(why) = &finding.silenced {
        lines.push_str(&format!("           silenced: {}\n", escape(why)));
    } else if let Some(hint) = &finding.hint {
        lines.push_str(&format!("           hint: {}\n", escape(hint)));
    }
    lines
}

/// The word, padded so that findings stand in a column.
fn paint(severity: Severity, style: &Style) -> String {
    let word = format!("{:8}", severity.word());
    if !style.color {
        return word;
    }
    let code = match severity {
        Severity::Note => "36",
        Severity::Warning => "33",
        Severity::Critical => "31",
    };
    format!("\u{1b}[{code}m{word}\u{1b}[0m")
}

/// Rows under a header, indented, without lines; a cell with a severity gets its colour. Cells are escaped here.
pub(crate) fn grid(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<(String, Option<Severity>)>>,
    style: &Style,
) -> String {
    let mut table = Table::new();
    // Without this the table asks the terminal for its width; what it must know comes with the style.
    table.force_no_tty().load_style(presets::NOTHING);
    if style.color {
        table.enforce_styling();
    }
    if let Some(width) = style.width {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    table.set_header(header.to_vec());
    for row in rows {
        table.add_row(Row::from(row.into_iter().map(|(text, severity)| {
            let cell = Cell::new(escape(&text));
            match severity {
                Some(Severity::Note) => cell.fg(Color::DarkCyan),
                Some(Severity::Warning) => cell.fg(Color::DarkYellow),
                Some(Severity::Critical) => cell.fg(Color::DarkRed),
                None => cell,
            }
        })));
    }
    // A date broken in two is no date; room is made in the columns that hold names.
    let widths = table.column_max_content_widths();
    for (column, width) in table.column_iter_mut().zip(widths) {
        if width <= NARROW {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let mut out = String::new();
    for line in table.lines() {
        out.push(' ');
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The width of a date.
const NARROW: u16 = 10;

#[cfg(test)]
mod tests;
