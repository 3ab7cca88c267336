//! CSV (RFC 4180, with line feeds) for spreadsheets and scripts: a row per certificate.
//!
//! `kind` says what a row is: `certificate`; `finding` for one that is about no certificate of the subject, such as a server
//! that did not answer; `subject` for one of which there is nothing else to say, so that none vanishes; `gone` for what an
//! earlier report has and this one has not. Columns that do not apply are empty.

use std::io::{self, Write};

use super::matched::Matched;
use super::{
    CertificateReport, Change, Finding, Gone, ReportWriter, Severity, SubjectReport, Summary,
};
use crate::text;

/// The header. Columns may be added at the end.
const COLUMNS: [&str; 24] = [
    "kind",
    "subject",
    "severity",
    "findings",
    "message",
    "hint",
    "name",
    "display_name",
    "role",
    "state",
    "not_before",
    "not_after",
    "lifetime_seconds",
    "remaining_seconds",
    "remaining_percent",
    "certificate_subject",
    "issuer",
    "serial_number",
    "fingerprint",
    "dns_names",
    "ip_addresses",
    "emails",
    "change",
    "finding_changes",
];

/// The place of the first of the columns about changes.
const CHANGE: usize = COLUMNS.len() - 2;

type Row = [String; COLUMNS.len()];

/// Writes rows as they come.
pub(super) struct Csv<'a> {
    started: bool,
    out: csv::Writer<Box<dyn Write + 'a>>,
}

impl<'a> Csv<'a> {
    pub(super) fn new(out: Box<dyn Write + 'a>) -> Self {
        Self {
            started: false,
            out: csv::Writer::from_writer(out),
        }
    }

    fn start(&mut self) -> io::Result<()> {
        if !self.started {
            self.started = true;
            self.out.write_record(COLUMNS).map_err(io_error)?;
        }
        Ok(())
    }
}

impl ReportWriter for Csv<'_> {
    fn subject(&mut self, subject: &SubjectReport) -> io::Result<()> {
        self.start()?;
        let matched = Matched::new(subject);
        let name = cell(&subject.subject);
        for (certificate, findings) in subject.certificates.iter().zip(&matched.of_certificates) {
            let mut row = row("certificate", &name, certificate.severity, findings);
            fill(&mut row, certificate);
            set(&mut row, CHANGE, word(certificate.change));
            self.out.write_record(&row).map_err(io_error)?;
        }
        for finding in &matched.others {
            let mut row = row("finding", &name, Some(finding.severity), &[finding]);
            set(&mut row, CHANGE, word(finding.change));
            self.out.write_record(&row).map_err(io_error)?;
        }
        if subject.certificates.is_empty() && subject.findings.is_empty() {
            let mut row = row("subject", &name, None, &[]);
            set(&mut row, CHANGE, word(subject.change));
            self.out.write_record(&row).map_err(io_error)?;
        }
        Ok(())
    }

    fn gone(&mut self, gone: &Gone) -> io::Result<()> {
        self.start()?;
        self.out.write_record(gone_row(gone)).map_err(io_error)
    }

    fn end(&mut self, _summary: &Summary) -> io::Result<()> {
        self.start()?;
        self.out.flush()
    }
}

/// The columns that every row has.
fn row(kind: &str, subject: &str, severity: Option<Severity>, findings: &[&Finding]) -> Row {
    let joined = |of: fn(&Finding) -> Option<&str>, between: &str| {
        let texts: Vec<&str> = findings.iter().filter_map(|finding| of(finding)).collect();
        cell(&texts.join(between))
    };
    let mut row = Row::default();
    let first = [
        kind.to_owned(),
        subject.to_owned(),
        severity.map_or_else(String::new, |severity| severity.word().to_owned()),
        joined(|finding| Some(&finding.id), " "),
        joined(|finding| Some(&finding.message), "; "),
        joined(|finding| finding.hint.as_deref(), "; "),
    ];
    for (place, text) in row.iter_mut().zip(first) {
        *place = text;
    }
    let changes = joined(|finding| finding.change.map(Change::word), " ");
    set(&mut row, CHANGE + 1, &changes);
    row
}

/// What an earlier report has and this one has not. It is of a kind of its own, since it is not there to be counted.
fn gone_row(gone: &Gone) -> Row {
    let mut row = row("gone", &cell(gone.subject()), None, &[]);
    set(&mut row, CHANGE, "gone");
    match gone {
        Gone::Subject { .. } => {}
        Gone::Certificate {
            name,
            display_name,
            fingerprint,
            not_after,
            ..
        } => {
            set(&mut row, 6, &cell(name));
            set(&mut row, 7, &cell(display_name));
            set(&mut row, 11, &text::rfc3339(*not_after));
            set(&mut row, 18, &cell(fingerprint));
        }
        Gone::Finding {
            id,
            severity,
            message,
            ..
        } => {
            set(&mut row, 2, severity.word());
            set(&mut row, 3, &cell(id));
            set(&mut row, 4, &cell(message));
        }
    }
    row
}

fn set(row: &mut Row, place: usize, text: &str) {
    if let Some(column) = row.get_mut(place) {
        text.clone_into(column);
    }
}

/// Nothing, when there is no earlier report.
fn word(change: Option<Change>) -> &'static str {
    change.map_or("", Change::word)
}

/// The columns of a certificate, behind those that every row has.
fn fill(row: &mut Row, certificate: &CertificateReport) {
    let addresses = certificate.ip_addresses.iter().map(ToString::to_string);
    let columns = [
        cell(&certificate.name),
        cell(&certificate.display_name),
        certificate.role.word().to_owned(),
        certificate.state.word().to_owned(),
        text::rfc3339(certificate.not_before),
        text::rfc3339(certificate.not_after),
        certificate.lifetime_seconds.to_string(),
        certificate.remaining_seconds.to_string(),
        certificate.remaining_percent.to_string(),
        cell(&certificate.subject),
        cell(&certificate.issuer),
        cell(&certificate.serial_number),
        cell(&certificate.fingerprint),
        cell(&certificate.dns_names.join(" ")),
        addresses.collect::<Vec<_>>().join(" "),
        cell(&certificate.emails.join(" ")),
    ];
    for (place, text) in row.iter_mut().skip(6).zip(columns) {
        *place = text;
    }
}

/// Text of strangers.
fn cell(text: &str) -> String {
    text::no_formula(text::escape(text))
}

/// The error of the place written to, as it was: a closed pipe is told from others by its kind.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ReportFormat, sample};

    #[test]
    fn report() {
        insta::assert_snapshot!(sample::text(&sample::report(), ReportFormat::Csv), @r#"
        kind,subject,severity,findings,message,hint,name,display_name,role,state,not_before,not_after,lifetime_seconds,remaining_seconds,remaining_percent,certificate_subject,issuer,serial_number,fingerprint,dns_names,ip_addresses,emails,change,finding_changes
        certificate,example.org:443,critical,CERT-EXPIRING,example.org expires soon,renew it,1,example.org,end-entity,expires-soon,2025-10-08T00:00:00Z,2026-01-06T00:00:00Z,7776000,432000,5,CN=example.org,CN=Example CA,01ab,1111111111111111111111111111111111111111111111111111111111111111,example.org www.example.org,,,,
        certificate,example.org:443,,,,,2,Example CA,intermediate,valid,2025-10-08T00:00:00Z,2028-06-19T00:00:00Z,85104000,77760000,5,CN=Example CA,CN=Example CA,01ab,2222222222222222222222222222222222222222222222222222222222222222,,,,,
        finding,gone.example:443,critical,CHECK-UNREACHABLE,no answer,,,,,,,,,,,,,,,,,,,
        "#);
    }

    #[test]
    fn no_cell_of_a_stranger_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1"] {
            let cell = cell(text);
            assert!(cell.starts_with(['\'', '\\']), "{cell}");
        }
        assert_eq!(cell("a=b"), "a=b");
    }
}
