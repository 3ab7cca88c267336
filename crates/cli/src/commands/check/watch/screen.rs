//! What whoever watches a check on a terminal sees: one table, drawn anew after each round, in which what became of things
//! since the round before is marked.
//!
//! The rounds write their report into a file of this screen as into that of any `--output`. So a round that fails leaves
//! the last report, and a terminal that changes its size gets the same report in another width.

use std::fs::{self, File};
use std::io::{self, BufReader, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::Result;
use console::{measure_text_width, truncate_str};
use tempfile::TempDir;
use terminal_size::{Height, Width, terminal_size};
use time::OffsetDateTime;
use trustpack_core::report::{Part, ReportFormat, Style, Summary, escape, read, writer};

use super::super::baseline::Earlier;
use super::super::outputs::to_stdout;
use crate::args::{Check, ReportFile};
use crate::render::stdout_style;

/// The table on a terminal.
pub(super) struct Screen {
    /// Holds the reports, and goes away with the watch.
    folder: TempDir,
    /// What the user compares with; otherwise it is the round before.
    baseline: Option<PathBuf>,
    /// What stands above the table: when it was made, and what went wrong since.
    header: Vec<String>,
    is_drawn: bool,
}

impl Screen {
    /// `None` unless the report is a table for a terminal; then the rounds write it where the screen finds it.
    ///
    /// # Errors
    /// When there is no place for temporary files.
    pub(super) fn open(arguments: &mut Check) -> Result<Option<Self>> {
        let written = &mut arguments.written;
        let is_plain = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if is_plain
            || !io::stdout().is_terminal()
            || to_stdout(written) != Some(ReportFormat::Table)
        {
            return Ok(None);
        }
        let screen = Self {
            folder: tempfile::tempdir()?,
            baseline: written.baseline.clone(),
            header: Vec::new(),
            is_drawn: false,
        };
        written.format = None;
        written.output.push(ReportFile {
            format: ReportFormat::JsonLines,
            path: screen.path("round"),
        });
        Ok(Some(screen))
    }

    /// Shows the report of a round that has just ended.
    pub(super) fn show(&mut self, told: String) {
        let (round, now, before) = (self.path("round"), self.path("now"), self.path("before"));
        // There is no report before that of the first round.
        let _ = fs::rename(&now, &before);
        let moved = fs::rename(&round, &now);
        self.header = vec![told];
        if let Err(error) = moved {
            self.header
                .push(format!("error: the report is gone: {error}"));
        }
        self.draw();
    }

    /// Shows why a round has no report, above the last one.
    pub(super) fn show_failed(&mut self, told: Vec<String>) {
        self.header = told;
        self.draw();
    }

    /// Draws it in the size that the terminal has now.
    pub(super) fn draw(&mut self) {
        let (Width(width), Height(height)) = terminal_size().unwrap_or((Width(80), Height(24)));
        let style = Style {
            width: Some(width),
            ..stdout_style()
        };
        let header = self.header.iter();
        let mut lines: Vec<String> = header
            .flat_map(|line| wrapped(&escape(line), usize::from(width)))
            .collect();
        lines.push(String::new());
        match self.table(&style) {
            Ok(None) => {}
            // the last line is for the progress of the next round
            Ok(Some(text)) => lines.extend(fit(
                &text,
                usize::from(height).saturating_sub(lines.len() + 1),
            )),
            Err(error) => lines.push(escape(&format!("error: {error:#}"))),
        }
        let mut drawn = String::from(match self.is_drawn {
            true => HOME,
            false => CLEAR,
        });
        self.is_drawn = true;
        for line in lines {
            drawn.push_str(&truncate_str(&line, usize::from(width), "…"));
            drawn.push_str(NEXT_LINE);
        }
        drawn.push_str(CLEAR_BELOW);
        let mut terminal = io::stdout().lock();
        // A terminal that is gone sends SIGHUP, which ends the watch.
        let _ = terminal
            .write_all(drawn.as_bytes())
            .and_then(|()| terminal.flush());
    }

    /// The last report as a table; `None` before there is one.
    fn table(&self, style: &Style) -> Result<Option<String>> {
        let Ok(report) = File::open(self.path("now")) else {
            return Ok(None);
        };
        let before = self.baseline.clone().unwrap_or_else(|| self.path("before"));
        let mut earlier = match before.exists() {
            true => Some(Earlier::open(&before)?),
            false => None,
        };
        let mut summary = Summary {
            since: earlier.as_ref().map(Earlier::since),
            ..Summary::default()
        };
        let mut text = Vec::new();
        // a table has no place for the time
        let now = OffsetDateTime::now_utc();
        let mut table = writer(ReportFormat::Table, now, style, "", Box::new(&mut text));
        read(BufReader::new(report), &mut |part| {
            let Part::Subject(subject) = part else {
                return Ok(());
            };
            let subject = match &mut earlier {
                Some(earlier) => earlier.compared(&subject),
                None => *subject,
            };
            summary.add(&subject);
            table.subject(&subject)?;
            anyhow::Ok(())
        })?;
        if let Some(earlier) = earlier {
            earlier.gone(&mut |gone| {
                if let Some(since) = &mut summary.since {
                    since.add_gone(gone);
                }
                Ok(table.gone(gone)?)
            })?;
        }
        table.end(&summary)?;
        drop(table);
        Ok(Some(String::from_utf8_lossy(&text).into_owned()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Lines of whole words that are no wider; an error is told to its end.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && measure_text_width(&line) + 1 + measure_text_width(word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// As much of a table as there is room for: of the certificates those with the least time left, of the findings the worst,
/// and always the counts, which are its last line.
fn fit(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.len() <= room {
        return lines.into_iter().map(str::to_owned).collect();
    }
    let counts = lines.pop().unwrap_or_default();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let end = lines.iter().position(|line| line.is_empty());
    let (rows, findings) = lines.split_at(end.unwrap_or(lines.len()));
    let room = room.saturating_sub(1);
    let for_findings = findings
        .len()
        .min((room / 2).max(room.saturating_sub(rows.len())));
    let mut shown = cut(rows, room - for_findings);
    shown.extend(cut(findings, for_findings));
    shown.push(counts.to_owned());
    shown
}

/// The first of some lines, and how many more there are.
fn cut(lines: &[&str], room: usize) -> Vec<String> {
    if lines.len() <= room {
        return lines.iter().map(|line| (*line).to_owned()).collect();
    }
    let Some(room) = room.checked_sub(1) else {
        return Vec::new();
    };
    let mut shown: Vec<String> = lines
        .iter()
        .take(room)
        .map(|line| (*line).to_owned())
        .collect();
    shown.push(format!("  … and {} more lines", lines.len() - room));
    shown
}

/// ECMA-48: CUP, ED 2.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";
/// CUP. What is drawn over what stands there does not flicker.
const HOME: &str = "\u{1b}[H";
/// EL 0.
const NEXT_LINE: &str = "\u{1b}[K\n";
/// ED 0.
const CLEAR_BELOW: &str = "\u{1b}[J";

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        " left\n 1 day\n 2 days\n 3 days\n\n critical A\n hint\n note B\n\nthree, and one\n";

    #[test]
    fn what_fits_is_whole() {
        let whole: Vec<&str> = TABLE.lines().collect();
        assert_eq!(fit(TABLE, 10), whole);
        assert_eq!(fit(TABLE, 24), whole);
        assert_eq!(fit("only counts\n", 1), ["only counts"]);
    }

    #[test]
    fn errors_are_wrapped_between_words() {
        assert_eq!(wrapped("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrapped("one two", 2), ["one", "two"]);
        assert_eq!(wrapped("", 7), [""]);
    }

    #[test]
    fn the_first_rows_and_the_worst_findings_are_kept() {
        assert_eq!(
            fit(TABLE, 9),
            [
                " left",
                " 1 day",
                " 2 days",
                " 3 days",
                "",
                " critical A",
                " hint",
                " note B",
                "three, and one"
            ]
        );
        assert_eq!(
            fit(TABLE, 7),
            [
                " left",
                " 1 day",
                "  … and 2 more lines",
                "",
                " critical A",
                "  … and 2 more lines",
                "three, and one"
            ]
        );
    }

    #[test]
    fn any_room_is_kept_to_and_has_the_counts() {
        for room in 1..12 {
            let shown = fit(TABLE, room);
            assert!(shown.len() <= room, "{room}");
            assert_eq!(shown.last().unwrap(), "three, and one");
        }
    }
}
