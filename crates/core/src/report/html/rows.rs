//! What stands in the page without its script: the totals, and the rows with the least time left. The script makes the
//! same rows of all that there is.

use std::collections::HashMap;

use time::OffsetDateTime;

use super::super::matched::{Matched, worst};
use super::super::{CertificateReport, Severity, State, SubjectReport, Summary};
use super::Page;
use crate::html::{escaped, named};
use crate::text::{self, count, cut};

/// How many rows there are without the script.
const MAX_ROWS: usize = 250;
/// What is longer than anybody reads is cut in a row; details have all of it.
const MAX_CHARACTERS: usize = 120;

/// A certificate, wherever it is, or something that has none.
struct Row<'a> {
    certificate: Option<&'a CertificateReport>,
    subject: &'a SubjectReport,
    /// In how many places it is.
    places: usize,
    severity: Option<Severity>,
}

/// All rows, the least time left first.
pub(super) struct Rows<'a>(Vec<Row<'a>>);

/// What is wrong with a row, if anything: each row is in one of these.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Failed,
    Expired,
    Soon,
    Other,
    Fine,
}

impl Group {
    /// With the words of their tiles.
    const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Expired, "expired", "Expired"),
        (Self::Soon, "soon", "Expires soon"),
        (Self::Failed, "failed", "Not checked"),
        (Self::Other, "other", "Other findings"),
        (Self::Fine, "fine", "Fine"),
    ];
}

impl<'a> Rows<'a> {
    pub(super) fn new(subjects: &'a [SubjectReport]) -> Self {
        let mut rows: Vec<Row<'a>> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for subject in subjects {
            let matched = Matched::new(subject);
            let mut of_subject = worst(&matched.others).map(|finding| finding.severity);
            let found = subject.certificates.iter().zip(&matched.of_certificates);
            for (certificate, findings) in found {
                let of_certificate = worst(findings).map(|finding| finding.severity);
                // the first certificate of a subject stands for it
                let severity = certificate
                    .severity
                    .max(of_certificate)
                    .max(of_subject.take());
                let fingerprint = certificate.fingerprint.as_str();
                match places
                    .get(fingerprint)
                    .and_then(|place| rows.get_mut(*place))
                {
                    Some(known) => {
                        known.places += 1;
                        known.severity = known.severity.max(severity);
                    }
                    None => {
                        places.insert(fingerprint, rows.len());
                        rows.push(Row {
                            certificate: Some(certificate),
                            subject,
                            places: 1,
                            severity,
                        });
                    }
                }
            }
            if subject.certificates.is_empty() && !subject.findings.is_empty() {
                rows.push(Row {
                    certificate: None,
                    subject,
                    places: 1,
                    severity: of_subject,
                });
            }
        }
        rows.sort_by_key(Row::remaining);
        Self(rows)
    }

    /// The parts of the page that are for everybody.
    pub(super) fn page(&self, at: OffsetDateTime, summary: &Summary) -> Page {
        let as_of = text::date_and_time(at);
        let shown = self.0.len().min(MAX_ROWS);
        let table = self.0.iter().take(shown).map(Row::html);
        Page {
            title: format!("{} · {}", self.headline(), text::date(at)),
            moment: text::rfc3339(at),
            headline: self.headline(),
            next: self.next().unwrap_or_default(),
            counts: escaped(&summary.words()),
            tiles: self.tiles(),
            table: table.collect(),
            more: match self.0.len() - shown {
                0 => String::new(),
                left => format!(
                    "{} with the least time left of {}; {left} more need the script of this page.",
                    count(shown, "row"),
                    self.0.len()
                ),
            },
            as_of,
            ..Page::default()
        }
    }

    fn number(&self, group: Group) -> usize {
        self.0.iter().filter(|row| row.group() == group).count()
    }

    fn headline(&self) -> String {
        if self.0.is_empty() {
            return "No certificates in this report".to_owned();
        }
        let certificates = |number: usize, one: &str, many: &str| match number {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{number} {many}")),
        };
        let told: Vec<String> = [
            certificates(self.number(Group::Expired), "has expired", "have expired"),
            certificates(self.number(Group::Soon), "expires soon", "expire soon"),
            certificates(
                self.number(Group::Failed),
                "could not be checked",
                "could not be checked",
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        match (told.is_empty(), self.number(Group::Other)) {
            (false, _) => told.join(", "),
            (true, 0) => "All is well".to_owned(),
            (true, others) => format!("Nothing expires soon; {others} to look at"),
        }
    }

    /// The next end, which a person wants to know even when all is well.
    fn next(&self) -> Option<String> {
        let mut certificates = self.0.iter().filter_map(|row| row.certificate);
        let next = certificates.find(|one| one.remaining_seconds >= 0)?;
        Some(format!(
            "Next: <bdi>{}</bdi> in {}, on {}",
            escaped(&cut(&next.display_name, MAX_CHARACTERS)),
            text::span(next.remaining_seconds),
            text::date(next.not_after)
        ))
    }

    /// Buttons that the script brings to life.
    fn tiles(&self) -> String {
        let tile = |(group, word, name): (Group, &str, &str)| {
            let number = self.number(group);
            let none = if number == 0 { " none" } else { "" };
            let number = grouped(number);
            format!(
                "<li><button type=\"button\" class=\"tile {word}{none}\" data-show=\"{word}\" aria-pressed=\"false\" disabled>\
                 <b>{number}</b> <span>{name}</span></button></li>\n"
            )
        };
        Group::ALL.into_iter().map(tile).collect()
    }
}

impl Row<'_> {
    /// What could not be looked at comes first.
    fn remaining(&self) -> i64 {
        self.certificate
            .map_or(i64::MIN, |one| one.remaining_seconds)
    }

    fn group(&self) -> Group {
        match self.certificate.map(|one| one.state) {
            None if self.subject.failed => Group::Failed,
            Some(State::Expired) => Group::Expired,
            Some(State::ExpiresSoon) => Group::Soon,
            _ if self.severity.is_some() => Group::Other,
            _ => Group::Fine,
        }
    }

    fn html(&self) -> String {
        let severity = self.severity.map_or("fine", Severity::word);
        let (left, ends, role, issuer) = match self.certificate {
            Some(one) => (
                text::left(one.remaining_seconds),
                text::date(one.not_after),
                one.role.word(),
                one.issuer.as_str(),
            ),
            None if self.subject.failed => ("not checked".to_owned(), String::new(), "", ""),
            None => ("no certificate".to_owned(), String::new(), "", ""),
        };
        let name = self
            .certificate
            .map_or(&self.subject.subject, |one| &one.display_name);
        let place = match (self.certificate, self.places) {
            (None, _) => self
                .subject
                .findings
                .first()
                .map(|finding| shown(&finding.message))
                .unwrap_or_default(),
            (Some(_), 1) => shown(&self.subject.subject),
            (Some(_), places) => {
                format!("{} and {} more", shown(&self.subject.subject), places - 1)
            }
        };
        format!(
            "<tr><td class=\"left {severity}\"><svg aria-hidden=\"true\"><use href=\"#{severity}\"/></svg>\
             <span class=\"spoken\">{severity}: </span>{left}</td><td class=\"ends\">{ends}</td>\
             <td class=\"name\">{}<small>{place}</small></td><td class=\"role\">{role}</td>\
             <td class=\"issuer\">{}</td></tr>\n",
            shown(name),
            shown(issuer)
        )
    }
}

/// `10,000`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A name in a row.
fn shown(name: &str) -> String {
    named(&cut(name, MAX_CHARACTERS))
}
