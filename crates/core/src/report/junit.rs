//! JUnit's XML, as viewers of CI systems read it: a suite per subject, written when the subject is known.
//!
//! A certificate is a test case, and so is each kind of finding that is about none. A warning or worse is a failure, or an
//! error when the subject could not be looked at; notes are output of a case that passed. A case has one failure, which is
//! what the usual schemas allow: the worst finding is its type and message, its text has all of them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use time::OffsetDateTime;

use super::matched::{Matched, worst};
use super::{Finding, ReportWriter, Severity, SubjectReport, Summary};
use crate::text;

/// Writes suites as subjects come.
pub(super) struct Junit<'a> {
    at: OffsetDateTime,
    started: bool,
    out: Writer<Box<dyn Write + 'a>>,
}

impl<'a> Junit<'a> {
    pub(super) fn new(at: OffsetDateTime, out: Box<dyn Write + 'a>) -> Self {
        Self {
            at,
            started: false,
            out: Writer::new_with_indent(out, b' ', 2),
        }
    }

    fn start(&mut self) -> io::Result<()> {
        if self.started {
            return Ok(());
        }
        self.started = true;
        let declaration = BytesDecl::new("1.0", Some("UTF-8"), None);
        self.out.write_event(Event::Decl(declaration))?;
        self.open("testsuites", &[("name", "trustpack check")])
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.out.write_event(Event::Start(start))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.out.write_event(Event::End(BytesEnd::new(name)))
    }

    fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        content: &str,
    ) -> io::Result<()> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        if content.is_empty() {
            return self.out.write_event(Event::Empty(start));
        }
        self.out.write_event(Event::Start(start))?;
        self.out.write_event(Event::Text(BytesText::new(content)))?;
        self.close(name)
    }

    fn case(&mut self, case: &Case<'_>, class: &str) -> io::Result<()> {
        let name = safe(&case.name);
        let attributes = [("name", name.as_str()), ("classname", class)];
        match &case.outcome {
            Outcome::Passed if case.findings.is_empty() => {
                self.element("testcase", &attributes, "")
            }
            outcome => {
                self.open("testcase", &attributes)?;
                let told = told(&case.findings);
                match outcome {
                    Outcome::Passed => self.element("system-out", &[], &told)?,
                    Outcome::Skipped(why) => self.element("skipped", &[("message", why)], "")?,
                    Outcome::Failed(element, kind, message) => {
                        let (kind, message) = (safe(kind), safe(message));
                        let attributes = [("type", kind.as_str()), ("message", message.as_str())];
                        self.element(element, &attributes, &told)?;
                    }
                }
                self.close("testcase")
            }
        }
    }
}

impl ReportWriter for Junit<'_> {
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()> {
        self.start()?;
        let cases = cases(subject);
        let number = |of: fn(&Outcome<'_>) -> bool| {
            cases
                .iter()
                .filter(|case| of(&case.outcome))
                .count()
                .to_string()
        };
        let name = safe(&subject.subject);
        let (tests, at) = (cases.len().to_string(), timestamp(self.at));
        let failures = number(|outcome| matches!(outcome, Outcome::Failed("failure", ..)));
        let errors = number(|outcome| matches!(outcome, Outcome::Failed("error", ..)));
        let skipped = number(|outcome| matches!(outcome, Outcome::Skipped(_)));
        let elapsed = subject.connection.as_ref().map_or(0, |it| it.elapsed_ms);
        let seconds = format!("{}.{:03}", elapsed / 1000, elapsed % 1000);
        let attributes = [
            ("name", name.as_str()),
            ("tests", &tests),
            ("failures", &failures),
            ("errors", &errors),
            ("skipped", &skipped),
            ("time", &seconds),
            ("timestamp", &at),
        ];
        self.open("testsuite", &attributes)?;
        for case in &cases {
            self.case(case, &name)?;
        }
        self.close("testsuite")
    }

    fn end(&mut self, _summary: &Summary) -> io::Result<()> {
        self.start()?;
        self.close("testsuites")?;
        let out = self.out.get_mut();
        out.write_all(b"\n")?;
        out.flush()
    }
}

struct Case<'a> {
    name: String,
    findings: Vec<&'a Finding>,
    outcome: Outcome<'a>,
}

enum Outcome<'a> {
    Passed,
    Skipped(&'static str),
    /// The element, the type, the message.
    Failed(&'static str, &'a str, &'a str),
}

fn cases(subject: &SubjectReport) -> Vec<Case<'_>> {
    let matched = Matched::new(subject);
    let element = match subject.failed {
        true => "error",
        false => "failure",
    };
    let mut cases = Vec::new();
    for (certificate, findings) in subject.certificates.iter().zip(matched.of_certificates) {
        let name = format!("{} ({})", certificate.display_name, certificate.name);
        cases.push(Case::new(name, findings, "failure"));
    }
    let mut kinds: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in matched.others {
        kinds.entry(&finding.id).or_default().push(finding);
    }
    for (id, findings) in kinds {
        cases.push(Case::new(id.to_owned(), findings, element));
    }
    if cases.is_empty() {
        cases.push(Case {
            name: "certificates".to_owned(),
            findings: Vec::new(),
            outcome: match subject.failed {
                true => Outcome::Failed("error", "failed", "it could not be looked at"),
                false => Outcome::Skipped("nothing found"),
            },
        });
    }
    cases
}

impl<'a> Case<'a> {
    fn new(name: String, findings: Vec<&'a Finding>, element: &'static str) -> Self {
        let outcome = match worst(&findings) {
            Some(worst) if worst.severity > Severity::Note => {
                Outcome::Failed(element, &worst.id, &worst.message)
            }
            _ => Outcome::Passed,
        };
        Self {
            name,
            findings,
            outcome,
        }
    }
}

fn told(findings: &[&Finding]) -> String {
    let lines = findings.iter().map(|finding| {
        let (severity, id) = (finding.severity.word(), &finding.id);
        let mut told = format!("{severity} {id} {}: {}", finding.subject, finding.message);
        told = safe(&told);
        if let Some(why) = &finding.silenced {
            told.push_str(&format!("\nsilenced: {}", safe(why)));
        } else if let Some(hint) = &finding.hint {
            told.push_str(&format!("\nhint: {}", safe(hint)));
        }
        told
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Text of strangers, in which control characters are spelled out, and so are the two characters that XML 1.0 (section 2.2,
/// Char) forbids beside them.
fn safe(text: &str) -> String {
    let text = text::escape(text);
    match text.contains(['\u{fffe}', '\u{ffff}']) {
        true => text
            .replace('\u{fffe}', "\\u{fffe}")
            .replace('\u{ffff}', "\\u{ffff}"),
        false => text,
    }
}

/// The schemas want no zone; it is UTC.
fn timestamp(at: OffsetDateTime) -> String {
    let text = text::rfc3339(at);
    let whole = text.split(['Z', '.']).next().unwrap_or_default();
    whole.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ReportFormat, sample};

    #[test]
    fn report() {
        insta::assert_snapshot!(sample::text(&sample::report(), ReportFormat::Junit), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="trustpack check">
          <testsuite name="example.org:443" tests="2" failures="1" errors="0" skipped="0" time="0.021" timestamp="2026-01-01T00:00:00">
            <testcase name="example.org (1)" classname="example.org:443">
              <failure type="CERT-EXPIRING" message="example.org expires soon">critical CERT-EXPIRING example.org:443: 1: example.org expires soon
        hint: renew it</failure>
            </testcase>
            <testcase name="Example CA (2)" classname="example.org:443"/>
          </testsuite>
          <testsuite name="gone.example:443" tests="1" failures="0" errors="1" skipped="0" time="0.000" timestamp="2026-01-01T00:00:00">
            <testcase name="CHECK-UNREACHABLE" classname="gone.example:443">
              <error type="CHECK-UNREACHABLE" message="no answer">critical CHECK-UNREACHABLE gone.example:443: no answer</error>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn a_note_passes_and_nothing_found_is_skipped() {
        let mut report = sample::report();
        report.subjects[0].findings[0].severity = Severity::Note;
        report.subjects[1].findings.clear();
        report.subjects[1].failed = false;
        let text = sample::text(&report, ReportFormat::Junit);
        assert!(
            text.contains("failures=\"0\" errors=\"0\" skipped=\"1\""),
            "{text}"
        );
        assert!(text.contains("<system-out>note CERT-EXPIRING"), "{text}");
    }

    #[test]
    fn what_xml_forbids_is_spelled_out() {
        assert_eq!(
            safe("a\u{0}\u{b}\u{fffe}\u{ffff}"),
            "a\\u{0}\\u{b}\\u{fffe}\\u{ffff}"
        );
    }
}
