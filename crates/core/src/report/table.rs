//! A table for people: one block per subject, its findings below, counts at the end.

use comfy_table::{Cell, Color, ColumnConstraint, ContentArrangement, Row, Table, presets};

use super::{CertificateReport, Finding, Report, Role, Severity, State, Style, SubjectReport};
use crate::text::{self, escape};

pub(super) fn render(report: &Report, style: &Style) -> String {
    let mut out = String::new();
    for subject in &report.subjects {
        block(&mut out, subject, style);
        out.push('\n');
    }
    out.push_str(&summary(report));
    out.push('\n');
    out
}

fn block(out: &mut String, subject: &SubjectReport, style: &Style) {
    out.push_str(&escape(&subject.subject));
    out.push('\n');
    if !subject.certificates.is_empty() {
        let rows = subject.certificates.iter().map(row);
        let header = ["certificate", "role", "expires on", "left", "state"];
        out.push_str(&grid(&header, rows, style));
    }
    for finding in &subject.findings {
        out.push_str(&lines(finding, &subject.subject, style));
    }
    if subject.certificates.is_empty() && subject.findings.is_empty() {
        out.push_str("  nothing found\n");
    }
}

fn row(certificate: &CertificateReport) -> Vec<(String, Option<Severity>)> {
    let (name, display) = (&certificate.name, &certificate.display_name);
    let name = if name.eq_ignore_ascii_case(display) {
        name.clone()
    } else {
        format!("{name} ({display})")
    };
    let role = match certificate.role {
        Role::Anchor => "anchor",
        Role::EndEntity => "end entity",
        Role::Intermediate => "intermediate",
    };
    let state = match certificate.state {
        State::Expired => "expired",
        State::ExpiresSoon => "expires soon",
        State::NotYetValid => "not yet valid",
        State::Valid => "ok",
    };
    vec![
        (name, None),
        (role.to_owned(), None),
        (text::date(certificate.not_after), None),
        (text::left(certificate.remaining_seconds), None),
        (state.to_owned(), certificate.severity),
    ]
}

/// A finding on one line, its hint on the next. Long lines stay whole, so that they can be searched for.
pub(crate) fn lines(finding: &Finding, subject: &str, style: &Style) -> String {
    // The block is already headed by the subject.
    let place = match finding.subject.strip_prefix(subject) {
        Some(rest) => rest.trim_start_matches(": "),
        None => &finding.subject,
    };
    let place = match place {
        "" => String::new(),
        place => format!("{place}: "),
    };
    let severity = paint(finding.severity, style);
    let message = escape(&format!("{place}{}", finding.message));
    let mut lines = format!("  {severity} {}  {message}\n", finding.id);
    if let Some(hint) = &finding.hint {
        lines.push_str(&format!("           hint: {}\n", escape(hint)));
    }
    lines
}

fn summary(report: &Report) -> String {
    let counts = report.summary();
    format!(
        "{}, {}: {} critical, {}, {}, {} failed",
        text::count(counts.subjects, "subject"),
        text::count(counts.certificates, "certificate"),
        counts.critical,
        text::count(counts.warnings, "warning"),
        text::count(counts.notes, "note"),
        counts.failed,
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
    use crate::report::sample;

    #[test]
    fn report() {
        insta::assert_snapshot!(render(&sample::report(), &Style::default()), @r#"
        example.org:443
          certificate      role          expires on  left      state
          1 (example.org)  end entity    2026-01-06  5 days    expires soon
          2 (Example CA)   intermediate  2028-06-19  900 days  ok
          critical CERT-EXPIRING  1: example.org expires soon
                   hint: renew it

        gone.example:443
          critical CHECK-UNREACHABLE  no answer

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
        example.org:443
          cert  role  expires on  left      stat
          ific                              e
          ate
          1     end   2026-01-06  5 days    expi
          (exa  enti                        res
          mple  ty                          soon
          .org
          )
          2     inte  2028-06-19  900 days  ok
          (Exa  rmed
          mple  iate
          CA)
          critical CERT-EXPIRING  1: example.org expires soon
                   hint: renew it

        gone.example:443
          critical CHECK-UNREACHABLE  no answer

        2 subjects, 2 certificates: 2 critical, 0 warnings, 0 notes, 1 failed
        "#);
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
