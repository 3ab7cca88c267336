//! Markdown (GitHub's) for summaries of jobs and comments: a table of certificates, the one with the least time left first,
//! and a list of findings, the worst first.
//!
//! Names of strangers stand in code spans, in which nothing is a link, a mention, HTML or emphasis. A vertical line would end
//! a cell, and a backtick the span, so both are spelled out there, as control characters are. Sentences are escaped.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::soonest::Soonest;
use super::{
    CertificateReport, Change, Finding, Gone, ReportWriter, Severity, SubjectReport, Summary,
};
use crate::text::{self, count, cut, escape};

/// Keeps what it will show, which is bounded, and writes at the end.
pub(super) struct Markdown<'a> {
    /// Without the last column.
    rows: Soonest<(String, Option<Change>)>,
    findings: Soonest<(Severity, String)>,
    gone: Soonest<String>,
    out: Box<dyn Write + 'a>,
}

/// What a summary of a job may have is 1 MiB; this stays far below, and both parts have their place.
const MAX_BYTES: usize = 384 * 1024;

impl<'a> Markdown<'a> {
    pub(super) fn new(out: Box<dyn Write + 'a>) -> Self {
        Self {
            rows: Soonest::new(MAX_BYTES),
            findings: Soonest::new(MAX_BYTES),
            gone: Soonest::new(MAX_BYTES / 4),
            out,
        }
    }
}

impl ReportWriter for Markdown<'_> {
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()> {
        for certificate in &subject.certificates {
            self.rows.offer(certificate.remaining_seconds, || {
                let row = row(certificate, subject);
                let weight = row.len();
                ((row, certificate.change), weight)
            });
        }
        for finding in &subject.findings {
            // the worst have their place before those that came earlier
            let rank = match finding.severity {
                Severity::Critical => 0,
                Severity::Warning => 1,
                Severity::Note => 2,
            };
            self.findings.offer(rank, || {
                let item = item(finding);
                let weight = item.len();
                ((finding.severity, item), weight)
            });
        }
        Ok(())
    }

    fn gone(&mut self, gone: &Gone) -> io::Result<()> {
        // all alike, so those that come first
        self.gone.offer(0, || {
            let item = format!("- gone: {}\n", sentence(&gone.words()));
            let weight = item.len();
            (item, weight)
        });
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let is_compared = summary.since.is_some();
        let mut text = format!("**{}**\n", summary.words());
        let rows = self.rows.take();
        if !rows.is_empty() {
            let (header, line) = match is_compared {
                true => (" change |", "---|"),
                false => ("", ""),
            };
            text.push_str(&format!(
                "\n| left | expires on | state | certificate | role | in |{header}\n|---|---|---|---|---|---|{line}\n",
            ));
            for (row, change) in rows {
                text.push_str(&row);
                if is_compared {
                    let change = change.and_then(Change::news).unwrap_or_default();
                    text.push_str(&format!(" {change} |"));
                }
                text.push('\n');
            }
        }
        if self.rows.left_out() > 0 {
            text.push_str(&format!(
                "\n… and {} with more time left\n",
                count(self.rows.left_out(), "certificate")
            ));
        }
        let mut findings = self.findings.take();
        findings.sort_by_key(|(severity, _)| Reverse(*severity));
        let gone = self.gone.take();
        if !findings.is_empty() || !gone.is_empty() {
            text.push('\n');
        }
        text.extend(findings.into_iter().map(|(_, item)| item));
        if self.findings.left_out() > 0 {
            text.push_str(&format!(
                "- … and {}\n",
                count(self.findings.left_out(), "finding")
            ));
        }
        text.extend(gone);
        if self.gone.left_out() > 0 {
            text.push_str(&format!(
                "- … and {} more that are gone\n",
                self.gone.left_out()
            ));
        }
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

fn row(certificate: &CertificateReport, subject: &SubjectReport) -> String {
    format!(
        "| {} | {} | {} | {} {} | {} | {} |",
        text::left(certificate.remaining_seconds),
        text::date(certificate.not_after),
        certificate.state.words(),
        code(&certificate.display_name),
        code(&certificate.name),
        certificate.role.word(),
        code(&subject.subject),
    )
}

fn item(finding: &Finding) -> String {
    let change = finding.change.and_then(Change::news);
    let mut item = format!(
        "- **{}** {}{} {}: {}",
        finding.severity.word(),
        code(&finding.id),
        change.map_or_else(String::new, |change| format!(" ({change})")),
        code(&finding.subject),
        sentence(&finding.message)
    );
    if let Some(why) = &finding.silenced {
        item.push_str(&format!(" — silenced: {}", sentence(why)));
    } else if let Some(hint) = &finding.hint {
        item.push_str(&format!(" — {}", sentence(hint)));
    }
    item.push('\n');
    item
}

/// A name, in a code span, also within a table. What is longer than anybody reads is cut.
fn code(name: &str) -> String {
    let name = escape(&cut(name, MAX_CHARACTERS));
    let name = name.replace('|', "\\u{7c}").replace('`', "\\u{60}");
    // a span of nothing but spaces is none
    match name.trim().is_empty() {
        true => String::new(),
        false => format!("`{name}`"),
    }
}

/// A sentence, in which names may stand: every mark that means something is escaped, and `@` names nobody.
fn sentence(text: &str) -> String {
    let mut safe = String::new();
    for character in escape(&cut(text, MAX_CHARACTERS)).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '@' => safe.push_str("@<!-- -->"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => {
                safe.push('\\');
                safe.push(character);
            }
            _ => safe.push(character),
        }
    }
    safe
}

const MAX_CHARACTERS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ReportFormat, sample};

    #[test]
    fn report() {
        insta::assert_snapshot!(sample::text(&sample::report(), ReportFormat::Markdown), @r#"
        **2 subjects, 2 certificates: 2 critical, 0 warnings, 0 notes, 1 failed**

        | left | expires on | state | certificate | role | in |
        |---|---|---|---|---|---|
        | 5 days | 2026-01-06 | expires soon | `example.org` `1` | end-entity | `example.org:443` |
        | 900 days | 2028-06-19 | ok | `Example CA` `2` | intermediate | `example.org:443` |

        - **critical** `CERT-EXPIRING` `example.org:443: 1`: example.org expires soon — renew it
        - **critical** `CHECK-UNREACHABLE` `gone.example:443`: no answer
        "#);
    }

    #[test]
    fn names_and_sentences_are_inert() {
        assert_eq!(code("a|b`c\n<script>"), "`a\\u{7c}b\\u{60}c\\n<script>`");
        assert_eq!(code(" "), "");
        assert_eq!(
            sentence("<b>@you</b> [x](y) *z* a|b"),
            "&lt;b&gt;@<!-- -->you&lt;/b&gt; \\[x\\](y) \\*z\\* a\\|b"
        );
    }
}
