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
        self.findings
            .sort_by_key(|finding| Reverse(finding.severity));
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
        text.push_str(&counts(summary));
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

/// What there is of each, in words.
pub(super) fn counts(counts: &Summary) -> String {
    let since = counts.since.map(|since| format!("; {}", since.words()));
    format!(
        "{}, {}: {} critical, {}, {}, {} failed{}",
        text::count(counts.subjects, "subject"),
        counts.dated_words(),
        counts.critical,
        text::count(counts.warnings, "warning"),
        text::count(counts.notes, "note"),
        counts.failed,
        since.unwrap_or_default(),
    )
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
mod tests {
    use super::*;
    use crate::report::{Report, ReportFormat};

    fn render(report: &Report, style: &Style) -> String {
        crate::report::render(report, ReportFormat::Table, style)
    }
    use crate::report::sample;

    #[test]
    fn report() {
        insta::assert_snapshot!(render(&sample::report(), &Style::default()), @r#"
          left      expires on  state         certificate      role          in
          5 days    2026-01-06  expires soon  example.org (1)  end entity    example.org:443
          900 days  2028-06-19  ok            Example CA (2)   intermediate  example.org:443

          critical CERT-EXPIRING  example.org:443: 1: example.org expires soon
                   hint: renew it
          critical CHECK-UNREACHABLE  gone.example:443: no answer
          `trustpack explain CERT-EXPIRING` tells more

        2 subjects, 2 certificates: 2 critical, 0 warnings, 0 notes, 1 failed
        "#);
    }

    #[test]
    fn narrow() {
        let style = Style {
            width: Some(40),
            color: false,
        };
        insta::assert_snapshot!(render(&sample::report(), &style), @r#"
          left      expires on  sta  cer  ro  in
                                te   tif  le
                                     ica
                                     te
          5 days    2026-01-06  exp  exa  en  ex
                                ire  mpl  d   am
                                s    e.o  en  pl
                                soo  rg   ti  e.
                                n    (1)  ty  or
                                              g:
                                              44
                                              3
          900 days  2028-06-19  ok   Exa  in  ex
                                     mpl  te  am
                                     e    rm  pl
                                     CA   ed  e.
                                     (2)  ia  or
                                          te  g:
                                              44
                                              3

          critical CERT-EXPIRING  example.org:443: 1: example.org expires soon
                   hint: renew it
          critical CHECK-UNREACHABLE  gone.example:443: no answer
          `trustpack explain CERT-EXPIRING` tells more

        2 subjects, 2 certificates: 2 critical, 0 warnings, 0 notes, 1 failed
        "#);
    }

    #[test]
    fn who_has_notes_only_is_not_sent_anywhere() {
        let mut report = sample::report();
        for finding in report.subjects.iter_mut().flat_map(|one| &mut one.findings) {
            finding.severity = Severity::Note;
        }
        assert!(!render(&report, &Style::default()).contains("explain"));
        let finding = &mut report.subjects[0].findings[0];
        finding.severity = Severity::Warning;
        finding.id = "OF-ANOTHER-VERSION".into();
        assert!(!render(&report, &Style::default()).contains("explain"));
    }

    #[test]
    fn one_long_name_does_not_widen_every_row() {
        let mut report = sample::report();
        let rows = |report: &Report| render(report, &Style::default());
        report.subjects[0].certificates[0].display_name = "x".repeat(65_536);
        report.subjects[0].subject = "y".repeat(65_536);
        let table = rows(&report);
        let table = table.split("\n\n").next().unwrap();
        assert!(table.lines().all(|line| line.chars().count() < 400));
        assert!(table.contains("xxx…") && table.contains("yyy…"));
    }

    #[test]
    fn every_width_has_every_word_and_no_panic() {
        for width in 0..200 {
            let style = Style {
                width: Some(width),
                color: width % 2 == 0,
            };
            assert!(render(&sample::report(), &style).contains("2 subjects"));
        }
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let style = Style {
            width: None,
            color: true,
        };
        let coloured = render(&sample::report(), &style);
        let mut plain = String::new();
        let mut rest = coloured.as_str();
        while let Some((before, after)) = rest.split_once("\u{1b}[") {
            plain.push_str(before);
            rest = after.split_once('m').unwrap().1;
        }
        plain.push_str(rest);
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            words(&plain),
            words(&render(&sample::report(), &Style::default()))
        );
    }

    #[test]
    fn hostile_names_stay_text() {
        let mut report = sample::report();
        report.subjects[0].subject = "a\u{1b}]0;x\u{7}".to_owned();
        report.subjects[0].certificates[0].name = "b\u{202e}\u{9b}2J\nc".to_owned();
        report.subjects[0].findings[0].message = "d\u{1b}[2J\r".to_owned();
        report.subjects[0].findings[0].hint = Some("e\u{2028}".to_owned());
        let text = render(&report, &Style::default());
        let mut left = text.chars().filter(|c| text::is_unsafe(*c) && *c != '\n');
        assert_eq!(left.next(), None);
    }
}
