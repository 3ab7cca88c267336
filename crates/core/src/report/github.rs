//! Annotations of GitHub's workflows: a command per finding, and a last line with counts, which is no command.
//!
//! `::error file=store.jks,title=CERT-EXPIRED::store.jks: root: …`. Escapes are those of the toolkit (actions/toolkit,
//! packages/core, command.ts).

use std::io::{self, Write};

use super::{Change, Finding, Gone, Origin, ReportWriter, Severity, SubjectReport, Summary};
use crate::text::escape;

/// Writes lines as findings come.
pub(super) struct Annotations<'a> {
    out: Box<dyn Write + 'a>,
}

impl<'a> Annotations<'a> {
    pub(super) fn new(out: Box<dyn Write + 'a>) -> Self {
        Self { out }
    }
}

impl ReportWriter for Annotations<'_> {
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()> {
        for finding in &subject.findings {
            self.out
                .write_all(line(finding, &subject.origin).as_bytes())?;
        }
        Ok(())
    }

    fn gone(&mut self, gone: &Gone) -> io::Result<()> {
        // good to know, and no command: of those only ten are shown
        writeln!(self.out, "gone: {}", escape(&gone.words()))
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        writeln!(self.out, "{}", summary.words())?;
        self.out.flush()
    }
}

fn line(finding: &Finding, origin: &Origin) -> String {
    let command = match finding.severity {
        Severity::Critical => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let file = match origin {
        Origin::File { path } => format!("file={},", property(path)),
        Origin::Endpoint | Origin::Kubernetes { .. } | Origin::Other => String::new(),
    };
    let mut message = format!("{}: {}", escape(&finding.subject), escape(&finding.message));
    if let Some(change) = finding.change.and_then(Change::news) {
        message.push_str(&format!(" ({change})"));
    }
    if let Some(why) = &finding.silenced {
        message.push_str(&format!("\nsilenced: {}", escape(why)));
    } else if let Some(hint) = &finding.hint {
        message.push_str(&format!("\n{}", escape(hint)));
    }
    let title = property(&finding.id);
    format!("::{command} {file}title={title}::{}\n", data(&message))
}

fn data(text: &str) -> String {
    let text = text.replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    let text = data(&escape(text));
    text.replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ReportFormat, sample};

    #[test]
    fn report() {
        insta::assert_snapshot!(sample::text(&sample::report(), ReportFormat::Github), @r#"
        ::error title=CERT-EXPIRING::example.org:443: 1: example.org expires soon%0Arenew it
        ::error title=CHECK-UNREACHABLE::gone.example:443: no answer
        2 subjects, 2 certificates: 2 critical, 0 warnings, 0 notes, 1 failed
        "#);
    }

    #[test]
    fn properties_and_messages_are_escaped() {
        let finding = Finding::new("A,B", Severity::Note, "f", "50 %\n::error::x").with_hint("h");
        let origin = Origin::File {
            path: "C:\\a,b%".to_owned(),
        };
        let line = line(&finding, &origin);
        let expected = "::notice file=C%3A\\a%2Cb%25,title=A%2CB::f: 50 %25\\n::error::x%0Ah\n";
        assert_eq!(line, expected);
    }
}
