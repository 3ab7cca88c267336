//! iCalendar (RFC 5545): an event at the end of every certificate and at the next update of every revocation list.
//!
//! A certificate that is in several places has one event, which lists them. Its UID follows from the certificate, so that a
//! calendar which imports a later report updates what it has. Where there are too many, those that end first are
//! kept; what never ends (RFC 5280 section 4.1.2.5) has no event.
//!
//! Written here and not by the crate `icalendar`: that one asks a clock and chance for what is left unsaid, which this crate
//! must not, brings a second calendar (chrono), and holds all of the text.

use std::collections::BTreeMap;
use std::io::{self, Write};

use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::matched::{Matched, worst};
use super::{CertificateReport, Finding, ReportWriter, Role, SubjectReport, Summary};
use crate::text::{self, count, escape};

mod content;

use content::Lines;

/// Keeps the events, which are bounded, and writes at the end.
pub(super) struct Calendar<'a> {
    at: OffsetDateTime,
    events: BTreeMap<Key, Event>,
    /// Certificates of which there was no room for an event.
    left_out: usize,
    out: Box<dyn Write + 'a>,
}

/// When it ends, and the fingerprint: the first is what ends first.
type Key = (OffsetDateTime, String);

/// Of one certificate or revocation list.
struct Event {
    subject: String,
    summary: String,
    role: Role,
    /// The most of what the policies of its places say.
    warn_below_seconds: Option<i64>,
    /// Where it is; the first of them.
    places: Vec<String>,
    more_places: usize,
    /// The worst that was found about it, and what to do.
    finding: Option<String>,
}

/// More than calendars take well, and within some 30 MB whatever strangers write.
const MAX_EVENTS: usize = 10_000;
const MAX_PLACES: usize = 10;
const MAX_CHARACTERS: usize = 250;

impl<'a> Calendar<'a> {
    pub(super) fn new(at: OffsetDateTime, out: Box<dyn Write + 'a>) -> Self {
        Self {
            at,
            events: BTreeMap::new(),
            left_out: 0,
            out,
        }
    }

    fn add(&mut self, certificate: &CertificateReport, subject: &str, findings: &[&Finding]) {
        if !has_end(certificate.not_after) {
            return;
        }
        let key = (certificate.not_after, certificate.fingerprint.clone());
        let place = cut(&format!("{subject}: {}", certificate.name));
        if let Some(event) = self.events.get_mut(&key) {
            event.add(place, certificate.warn_below_seconds);
            return;
        }
        let is_full = self.events.len() >= MAX_EVENTS;
        if is_full
            && self
                .events
                .last_key_value()
                .is_none_or(|(last, _)| *last < key)
        {
            self.left_out += 1;
            return;
        }
        self.events
            .insert(key, Event::new(certificate, place, worst(findings)));
        if is_full && let Some((_, last)) = self.events.pop_last() {
            self.left_out += last.places.len() + last.more_places;
        }
    }
}

/// Whether it is a moment on which something ends and that RFC 5545 can name, whose years have four digits.
fn has_end(moment: OffsetDateTime) -> bool {
    (0..9999).contains(&moment.to_offset(time::UtcOffset::UTC).year())
}

impl ReportWriter for Calendar<'_> {
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()> {
        let matched = Matched::new(subject);
        for (certificate, findings) in subject.certificates.iter().zip(&matched.of_certificates) {
            self.add(certificate, &subject.subject, findings);
        }
        Ok(())
    }

    fn end(&mut self, _summary: &Summary) -> io::Result<()> {
        let mut lines = Lines::new(&mut self.out);
        lines.raw("BEGIN", "VCALENDAR")?;
        lines.raw("VERSION", "2.0")?;
        lines.raw("PRODID", "-//trustpack//trustpack check//EN")?;
        // RFC 7986 section 5.1, and what everybody reads
        lines.text("NAME", "Certificates")?;
        lines.text("X-WR-CALNAME", "Certificates")?;
        if self.left_out > 0 {
            let left_out = count(self.left_out, "certificate");
            lines.text(
                "DESCRIPTION",
                &format!("Without {left_out} with more time left"),
            )?;
        }
        for ((ends, fingerprint), event) in &self.events {
            event.write(*ends, fingerprint, self.at, &mut lines)?;
        }
        lines.raw("END", "VCALENDAR")?;
        self.out.flush()
    }
}

impl Event {
    fn new(certificate: &CertificateReport, place: String, finding: Option<&Finding>) -> Self {
        let name = match certificate.display_name.trim() {
            "" => "a certificate without a name".to_owned(),
            name => cut(name),
        };
        Self {
            subject: cut(&certificate.subject),
            summary: match certificate.role {
                Role::Crl => format!("{name}: next revocation list"),
                Role::Anchor | Role::EndEntity | Role::Intermediate => format!("{name} expires"),
            },
            role: certificate.role,
            warn_below_seconds: certificate.warn_below_seconds,
            places: vec![place],
            more_places: 0,
            finding: finding.map(|finding| {
                let hint = finding.hint.as_deref().unwrap_or_default();
                let message = cut(&finding.message);
                let told = format!("{} {}: {message}", finding.severity.word(), finding.id);
                match hint {
                    "" => told,
                    hint => format!("{told}\nWhat to do: {}", cut(hint)),
                }
            }),
        }
    }

    /// Another place of the same.
    fn add(&mut self, place: String, warn_below_seconds: Option<i64>) {
        self.warn_below_seconds = self.warn_below_seconds.max(warn_below_seconds);
        match self.places.len() < MAX_PLACES {
            true => self.places.push(place),
            false => self.more_places += 1,
        }
    }

    fn write(
        &self,
        ends: OffsetDateTime,
        fingerprint: &str,
        at: OffsetDateTime,
        lines: &mut Lines<'_>,
    ) -> io::Result<()> {
        lines.raw("BEGIN", "VEVENT")?;
        lines.raw("UID", &uid(fingerprint, &self.subject))?;
        lines.raw("DTSTAMP", &moment(at))?;
        lines.raw("DTSTART", &moment(ends))?;
        lines.text("SUMMARY", &self.summary)?;
        lines.text("DESCRIPTION", &self.description(ends, fingerprint))?;
        lines.text("CATEGORIES", self.role.word())?;
        // nobody is busy
        lines.raw("TRANSP", "TRANSPARENT")?;
        if let Some(seconds) = self.warn_below_seconds.filter(|seconds| *seconds > 0) {
            lines.raw("BEGIN", "VALARM")?;
            lines.raw("ACTION", "DISPLAY")?;
            lines.text("DESCRIPTION", &self.summary)?;
            lines.raw("TRIGGER", &before(seconds))?;
            lines.raw("END", "VALARM")?;
        }
        lines.raw("END", "VEVENT")
    }

    /// What it is, where, what was found, what to do. Its lines are the only ones: names have none.
    fn description(&self, ends: OffsetDateTime, fingerprint: &str) -> String {
        let ends = text::date_and_time(ends);
        let mut lines = vec![match self.role {
            Role::Crl => format!("Revocation list of {}, due on {ends}", self.subject),
            role => format!("{} ({}), ends on {ends}", self.subject, role.word()),
        }];
        lines.extend(self.places.iter().map(|place| format!("In {place}")));
        if self.more_places > 0 {
            lines.push(format!("… and in {} more", self.more_places));
        }
        lines.extend(self.finding.clone());
        lines.push(format!("SHA-256 {}", cut(fingerprint)));
        lines.join("\n")
    }
}

/// Of the same certificate always the same: a UUID of version 8 (RFC 9562 section 5.8), as RFC 7986 section 5.3 wants it.
fn uid(fingerprint: &str, subject: &str) -> String {
    let mut bytes = [0; 16];
    let digest = Sha256::digest(format!("{fingerprint}\n{subject}"));
    bytes.copy_from_slice(digest.first_chunk::<16>().unwrap_or(&[0; 16]));
    let number = u128::from_be_bytes(bytes);
    let version = 0x8_u128 << 76;
    let variant = 0b10_u128 << 62;
    let number = number & !(0xf << 76) & !(0b11 << 62) | version | variant;
    let hex = format!("{number:032x}");
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default().to_owned();
    [
        part(0..8),
        part(8..12),
        part(12..16),
        part(16..20),
        part(20..32),
    ]
    .join("-")
}

/// `20260331T235959Z` (RFC 5545 section 3.3.5, form 2). Of a moment that it cannot name, the beginning of time as computers
/// know it.
fn moment(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    let format = time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");
    match (0..=9999).contains(&at.year()) {
        true => at.format(format).ok(),
        false => None,
    }
    .unwrap_or_else(|| "19700101T000000Z".to_owned())
}

/// So long before (RFC 5545 section 3.3.6).
fn before(seconds: i64) -> String {
    const DAY: i64 = 86_400;
    let (days, rest) = (seconds / DAY, seconds % DAY);
    match (days, rest) {
        (days, 0) => format!("-P{days}D"),
        (0, rest) => format!("-PT{rest}S"),
        (days, rest) => format!("-P{days}DT{rest}S"),
    }
}

/// A name of strangers, harmless and no longer than anybody reads.
fn cut(text: &str) -> String {
    let first: String = text.chars().take(MAX_CHARACTERS + 1).collect();
    let safe = escape(&first);
    text::cut(&safe, MAX_CHARACTERS).into_owned()
}

#[cfg(test)]
mod tests;
