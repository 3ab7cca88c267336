//! One line for Nagios and what descends from it, by the guidelines of the Monitoring Plugins (monitoring-plugins.org,
//! development guidelines): `SERVICE STATUS: text | 'label'=value[UOM];[warn];[crit];[min];[max]`.
//!
//! Values are seconds of validity left, so a threshold is a range `N:`, passed below N; `U` is the value of what could not be
//! looked at.

use std::collections::HashSet;
use std::io::{self, Write};

use super::soonest::Soonest;
use super::{CertificateReport, Change, ReportWriter, Severity, SubjectReport, Summary};
use crate::text::{self, count, escape};

/// What the service is called in the line.
const SERVICE: &str = "CERT";
/// Of a line about one certificate; a terminal and a pager show as much (guidelines, "Plugin Output").
const LINE: usize = 80;
/// Of one part of a longer line.
const PART: usize = 60;
/// Findings that a line names; the others are counted.
const NAMED: usize = 3;
/// Certificates with performance data. Nagios reads 4 KiB of a plugin's output when it is built with defaults of old.
const MEASURED: usize = 20;

/// The state of a service, with the exit code that says so.
///
/// Of several things checked the worst counts, in the order critical, warning, unknown, ok: what is known to be bad must not
/// hide behind what is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceState {
    /// 0: nothing to do.
    Ok,
    /// 1: a warning.
    Warning,
    /// 2: something is broken, or will be soon; also a server that does not answer.
    Critical,
    /// 3: nothing was checked, or the check itself could not run.
    Unknown,
}

impl ServiceState {
    /// The state that a report means.
    pub fn of(summary: &Summary) -> Self {
        match summary.worst() {
            Some(Severity::Critical) => Self::Critical,
            Some(Severity::Warning) => Self::Warning,
            // all that there is was looked at, and what there is to say is accepted
            Some(Severity::Note) => Self::Ok,
            None if summary.failed > 0 || summary.dated() == 0 => Self::Unknown,
            None => Self::Ok,
        }
    }

    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The line of a check that could not run at all.
    pub fn line(self, text: &str) -> String {
        format!("{SERVICE} {}: {}\n", self.word(), safe(text))
    }
}

/// Keeps what the line will say, which is bounded, and writes it at the end.
pub(super) struct Nagios<'a> {
    certificates: Soonest<Measured>,
    /// Each with its place.
    findings: Soonest<(String, String)>,
    /// Subjects without a value.
    failed: Vec<String>,
    out: Box<dyn Write + 'a>,
}

struct Measured {
    label: String,
    /// For a line about this one alone.
    told: String,
    remaining: i64,
    warn: Option<i64>,
    critical: Option<i64>,
}

impl<'a> Nagios<'a> {
    pub(super) fn new(out: Box<dyn Write + 'a>) -> Self {
        Self {
            certificates: Soonest::new(MEASURED),
            findings: Soonest::new(NAMED),
            failed: Vec::new(),
            out,
        }
    }

    fn text(
        &mut self,
        state: ServiceState,
        summary: &Summary,
        certificates: &[Measured],
    ) -> String {
        let findings = self.findings.take();
        let left_out = self.findings.left_out();
        let first = certificates
            .first()
            .map(|certificate| certificate.told.as_str());
        if summary.subjects == 1 && summary.dated() < 2 && !(findings.is_empty() && first.is_none())
        {
            let told = findings.first().map(|(place, message)| match first {
                // the service says which one it is
                Some(_) => message.clone(),
                None => told(place, message),
            });
            let told = told.or_else(|| first.map(str::to_owned));
            return cut(
                &told.unwrap_or_default(),
                LINE - SERVICE.len() - state.word().len() - 3,
            );
        }
        let subjects = count(summary.subjects, "subject");
        let certificates = summary.dated_words();
        match (findings.is_empty(), first) {
            (true, None) => format!("nothing was checked in {subjects}"),
            (true, Some(first)) => {
                format!("{subjects}, {certificates}, first {}", cut(first, PART))
            }
            (false, _) => {
                let named = findings.iter().map(|(place, message)| told(place, message));
                let mut list: Vec<String> = named.collect();
                if left_out > 0 {
                    list.push(format!("{left_out} more"));
                }
                let (critical, warnings) = (summary.critical, count(summary.warnings, "warning"));
                let new = summary.since.map(|since| {
                    let found = since.findings;
                    format!(
                        "{} new since {}; ",
                        found.new + found.worse,
                        text::date(since.at)
                    )
                });
                let new = new.unwrap_or_default();
                format!(
                    "{new}{critical} critical, {warnings} in {subjects}, {certificates}: {}",
                    list.join("; ")
                )
            }
        }
    }
}

impl ReportWriter for Nagios<'_> {
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()> {
        for certificate in &subject.certificates {
            self.certificates.offer(certificate.remaining_seconds, || {
                (Measured::new(certificate, subject), 1)
            });
        }
        for finding in &subject.findings {
            let rank = match finding.severity {
                Severity::Critical => 0,
                Severity::Warning => 1,
                // known, or no more than good to know
                Severity::Note => continue,
            };
            // what an earlier report did not have comes first
            let is_known = match finding.change {
                Some(Change::Unchanged | Change::Better) => 2,
                _ => 0,
            };
            self.findings.offer(is_known + rank, || {
                ((finding.subject.clone(), finding.message.clone()), 1)
            });
        }
        if subject.failed && self.failed.len() < MEASURED {
            self.failed.push(label(&subject.subject));
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let state = ServiceState::of(summary);
        let certificates = self.certificates.take();
        let text = self.text(state, summary, &certificates);
        let mut line = state.line(&text);
        line.truncate(line.trim_end().len());
        line.push_str(&format!(
            " | certificates={};;;0 critical={};;;0 warnings={};;;0 failed={};;;0",
            summary.certificates, summary.critical, summary.warnings, summary.failed
        ));
        let mut labels = HashSet::new();
        for name in ["certificates", "critical", "warnings", "failed"] {
            labels.insert(name.to_owned());
        }
        for certificate in &certificates {
            let label = unique(&certificate.label, &mut labels);
            let below = |limit: Option<i64>| limit.map_or_else(String::new, |n| format!("{n}:"));
            line.push_str(&format!(
                " '{label}'={}s;{};{}",
                certificate.remaining,
                below(certificate.warn),
                below(certificate.critical)
            ));
        }
        for failed in &self.failed {
            line.push_str(&format!(" '{}'=U", unique(failed, &mut labels)));
        }
        writeln!(self.out, "{line}")?;
        self.out.flush()
    }
}

impl Measured {
    fn new(certificate: &CertificateReport, subject: &SubjectReport) -> Self {
        let (name, remaining) = (&certificate.display_name, certificate.remaining_seconds);
        let date = text::date(certificate.not_after);
        let verb = if remaining < 0 { "expired" } else { "expires" };
        let when = match remaining < 0 {
            true => text::ago(remaining),
            false => format!("in {}", text::span(remaining)),
        };
        Self {
            label: label(&format!("{} {}", subject.subject, certificate.name)),
            told: format!("{} {verb} on {date}, {when}", cut(name, PART)),
            remaining,
            warn: certificate.warn_below_seconds,
            critical: certificate.critical_below_seconds,
        }
    }
}

fn told(place: &str, message: &str) -> String {
    // a message about a host begins with it
    match message.starts_with(place) {
        true => cut(message, PART),
        false => format!("{}: {}", cut(place, PART), cut(message, PART)),
    }
}

/// A `|` would begin the performance data, and old web pages show what looks like HTML as such.
fn safe(text: &str) -> String {
    let text = escape(text);
    text.replace('|', "/").replace('<', "(").replace('>', ")")
}

fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some(_) => {
            let kept: String = text.chars().take(characters.saturating_sub(1)).collect();
            format!("{kept}…")
        }
        None => text.to_owned(),
    }
}

/// No quote, no equals sign (guidelines, "Performance data"), and of what is long the end, where paths and names differ.
fn label(name: &str) -> String {
    let name = safe(name).replace(['\'', '='], "_");
    let length = name.chars().count();
    name.chars().skip(length.saturating_sub(PART)).collect()
}

fn unique(label: &str, taken: &mut HashSet<String>) -> String {
    let mut chosen = label.to_owned();
    let mut number = 2;
    while !taken.insert(chosen.clone()) {
        chosen = format!("{label} {number}");
        number += 1;
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ReportFormat, sample};

    fn line(report: &crate::report::Report) -> String {
        sample::text(report, ReportFormat::Nagios)
    }

    #[test]
    fn report() {
        insta::assert_snapshot!(line(&sample::report()), @"CERT CRITICAL: 2 critical, 0 warnings in 2 subjects, 2 certificates: example.org:443: 1: example.org expires soon; gone.example:443: no answer | certificates=2;;;0 critical=2;;;0 warnings=0;;;0 failed=1;;;0 'example.org:443 1'=432000s;2592000:;604800: 'example.org:443 2'=77760000s;2592000:;604800: 'gone.example:443'=U");
    }

    #[test]
    fn one_certificate_fits_into_eighty_characters() {
        let mut report = sample::report();
        report.subjects.truncate(1);
        report.subjects[0].certificates.truncate(1);
        insta::assert_snapshot!(line(&report), @"CERT CRITICAL: example.org expires soon | certificates=1;;;0 critical=1;;;0 warnings=0;;;0 failed=0;;;0 'example.org:443 1'=432000s;2592000:;604800:");
        report.subjects[0].findings.clear();
        insta::assert_snapshot!(line(&report), @"CERT OK: example.org expires on 2026-01-06, in 5 days | certificates=1;;;0 critical=0;;;0 warnings=0;;;0 failed=0;;;0 'example.org:443 1'=432000s;2592000:;604800:");
        report.subjects[0].certificates[0].display_name = "long.".repeat(100);
        let line = line(&report);
        let (text, data) = line.split_once('|').unwrap();
        assert!(text.chars().count() <= LINE + 1, "{text}");
        assert_eq!(data.lines().count(), 1);
    }

    #[test]
    fn the_worst_state_counts_and_unknown_is_worse_than_ok() {
        let state = |critical, warnings, notes, failed, certificates| {
            ServiceState::of(&Summary {
                subjects: 1,
                certificates,
                critical,
                warnings,
                notes,
                failed,
                ..Summary::default()
            })
        };
        assert_eq!(state(1, 1, 0, 1, 1), ServiceState::Critical);
        assert_eq!(state(0, 1, 0, 1, 1), ServiceState::Warning);
        assert_eq!(state(0, 0, 0, 1, 1), ServiceState::Unknown);
        assert_eq!(state(0, 0, 0, 0, 0), ServiceState::Unknown);
        assert_eq!(state(0, 0, 1, 0, 1), ServiceState::Ok);
        assert_eq!(state(0, 0, 0, 0, 1), ServiceState::Ok);
    }

    #[test]
    fn labels_have_no_quote_and_no_sign_and_differ() {
        assert_eq!(label("it's=a|b"), "it_s_a/b");
        let mut taken = HashSet::new();
        assert_eq!(unique("a", &mut taken), "a");
        assert_eq!(unique("a", &mut taken), "a 2");
    }

    #[test]
    fn a_line_stays_short_whatever_comes() {
        let mut report = sample::report();
        let subject = report.subjects[0].clone();
        report.subjects.extend((0..1000).map(|_| subject.clone()));
        let line = line(&report);
        assert!(line.len() < 4096, "{}", line.len());
        assert_eq!(line.matches("s;").count(), MEASURED);
    }
}
