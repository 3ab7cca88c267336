//! `trustpack lint`: what a public CA or a strict client would refuse.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;
use time::OffsetDateTime;
use trustpack_core::Certificate;
use trustpack_core::chain::PresentedChain;
use trustpack_core::expiry::{Item, Subject};
use trustpack_core::facts::Facts;
use trustpack_core::lint::{Profile, Remark, lint, rules};
use trustpack_core::report::{Severity, escape};

use super::Outcome;
use crate::args::Lint;
use crate::hint::Hinted;
use crate::input::{self, Input, Passwords};
use crate::render::{Talk, print, print_json};
use crate::servers::{self, Plan};

#[derive(Serialize)]
struct Linted {
    certificates: Vec<Judged>,
    critical: usize,
    warnings: usize,
    notes: usize,
}

/// A certificate, and what the rules say of it.
#[derive(Serialize)]
struct Judged {
    /// The file or server, and where in it.
    source: String,
    subject: String,
    sha256: String,
    profile: Profile,
    findings: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    id: &'static str,
    rule: &'static str,
    severity: Severity,
    citation: &'static str,
    message: String,
}

/// Runs the command.
pub(super) fn run(arguments: &Lint, talk: &Talk) -> Result<Outcome> {
    if arguments.rules {
        return list(arguments);
    }
    let at = arguments.time.now();
    let facts = crate::facts::read(&arguments.facts)?;
    let judge = |source: String, certificate: &Certificate| {
        Judged::new(source, certificate, arguments.profile, &facts, at)
    };
    let inputs = Input::parse_all(&arguments.inputs)?;
    let passwords =
        Passwords::resolve(&arguments.input_password.input_password, None, talk)?.asking();
    let files = input::load(&inputs, &passwords);
    let fetched = Plan::new(Input::endpoints(&inputs), &arguments.reach, talk)?.run(talk);
    let mut whole = !files.tell_failures(talk);
    let mut judged = Vec::new();
    for loaded in &files.loaded {
        whole &= loaded.tell_notes(talk);
        let subject = Subject::from_contents(&loaded.name, &loaded.contents, at);
        judged.extend(items(&subject, &judge));
    }
    for fetched in &fetched {
        match &fetched.chain {
            Some(chain) => {
                let name = fetched.target.endpoint.to_string();
                judged.extend(presented(&name, chain, &judge));
            }
            None => {
                servers::tell_failure(fetched, talk);
                whole = false;
            }
        }
    }
    let linted = Linted::new(judged);
    if arguments.json.json {
        print_json(&linted)?;
    } else if !linted.certificates.is_empty() {
        print(&linted.page())?;
    }
    if linted.certificates.is_empty() && whole {
        // a job that names the wrong file must not look fine
        let hint = "name a file with a certificate, or a server; `trustpack inspect` shows what a file holds";
        return Err(Hinted::new("there is no certificate to judge", hint).into());
    }
    Ok(match (linted.critical, whole) {
        (_, false) => Outcome::Incomplete,
        (0, true) => Outcome::Fine,
        (_, true) => Outcome::No,
    })
}

type Judge<'a> = dyn Fn(String, &Certificate) -> Judged + 'a;

/// The certificates of a file, by the labels that `check` has for them.
fn items(subject: &Subject, judge: &Judge<'_>) -> Vec<Judged> {
    let certificates = subject.items.iter().filter_map(|item: &Item| {
        let label = format!("{}: {}", subject.name, item.label);
        Some(judge(label, item.certificate()?))
    });
    certificates.collect()
}

/// As sent, numbered from one.
fn presented(name: &str, chain: &PresentedChain, judge: &Judge<'_>) -> Vec<Judged> {
    let numbered = (1_usize..).zip(&chain.certificates);
    numbered
        .map(|(place, certificate)| judge(format!("{name}: {place}"), certificate))
        .collect()
}

impl Judged {
    fn new(
        source: String,
        certificate: &Certificate,
        profile: Option<Profile>,
        facts: &Facts,
        at: OffsetDateTime,
    ) -> Self {
        let profile = profile.unwrap_or_else(|| Profile::of(certificate));
        let findings = lint(certificate, profile, facts, at);
        Self {
            source,
            subject: certificate.subject().to_string(),
            sha256: certificate.fingerprint().to_string(),
            profile,
            findings: findings.into_iter().map(Found::from).collect(),
        }
    }

    fn count(&self, severity: Severity) -> usize {
        let findings = self.findings.iter();
        findings.filter(|found| found.severity == severity).count()
    }
}

impl From<Remark> for Found {
    fn from(remark: Remark) -> Self {
        Self {
            id: remark.rule.finding,
            rule: remark.rule.id,
            severity: remark.rule.severity,
            citation: remark.rule.citation,
            message: remark.message,
        }
    }
}

impl Linted {
    fn new(certificates: Vec<Judged>) -> Self {
        let count = |severity| certificates.iter().map(|one| one.count(severity)).sum();
        Self {
            critical: count(Severity::Critical),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            certificates,
        }
    }

    fn page(&self) -> String {
        let mut page = String::new();
        for one in &self.certificates {
            let Judged {
                source,
                subject,
                profile,
                findings,
                ..
            } = one;
            let state = match findings.is_empty() {
                true => ": no findings",
                false => "",
            };
            let _ = writeln!(
                page,
                "{}: {} ({}){state}",
                escape(source),
                escape(subject),
                profile.word()
            );
            for found in findings {
                let _ = writeln!(
                    page,
                    "  {} {} {}: {}\n      by: {}",
                    found.severity.word(),
                    found.id,
                    found.rule,
                    escape(&found.message),
                    found.citation
                );
            }
        }
        page
    }
}

#[derive(Serialize)]
struct Row {
    id: &'static str,
    rule: &'static str,
    severity: Severity,
    citation: &'static str,
    profiles: Vec<&'static str>,
    from: Option<String>,
    until: Option<String>,
}

/// The rules themselves.
fn list(arguments: &Lint) -> Result<Outcome> {
    let rows = rules().map(|rule| Row {
        id: rule.finding,
        rule: rule.id,
        severity: rule.severity,
        citation: rule.citation,
        profiles: rule.profiles().map(Profile::word).collect(),
        from: rule.from.map(|day| day.to_string()),
        until: rule.until.map(|day| day.to_string()),
    });
    let rows: Vec<Row> = rows.collect();
    if arguments.json.json {
        print_json(&rows)?;
        return Ok(Outcome::Fine);
    }
    let mut page = String::new();
    for row in &rows {
        let _ = write!(
            page,
            "{} {} {}: {}",
            row.severity.word(),
            row.id,
            row.rule,
            row.citation
        );
        if row.profiles.len() < Profile::ALL.len() {
            let _ = write!(page, "; {}", row.profiles.join(", "));
        }
        if let Some(day) = &row.from {
            let _ = write!(page, "; from {day}");
        }
        if let Some(day) = &row.until {
            let _ = write!(page, "; until {day}");
        }
        page.push('\n');
    }
    print(&page)?;
    Ok(Outcome::Fine)
}
