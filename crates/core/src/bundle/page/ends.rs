//! What expires when: every certificate of the channel once, the least time left first.

use std::fmt::Write as _;

use time::OffsetDateTime;

use super::shape;
use crate::html::{escaped, named};
use crate::report::{CertificateReport, Report, Role, Severity};
use crate::text;

/// The certificates of a channel in the order of their ends, each with its places.
pub(super) struct Ends<'a>(Vec<End<'a>>);

struct End<'a> {
    certificate: &'a CertificateReport,
    severity: Option<Severity>,
    places: Vec<String>,
}

impl<'a> Ends<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let mut ends: Vec<End<'a>> = Vec::new();
        for subject in &report.subjects {
            for certificate in &subject.certificates {
                let place = place(&subject.subject, certificate);
                let mut known = ends.iter_mut();
                match known.find(|end| end.certificate.fingerprint == certificate.fingerprint) {
                    Some(end) => {
                        end.severity = end.severity.max(certificate.severity);
                        end.places.push(place);
                    }
                    None => ends.push(End {
                        certificate,
                        severity: certificate.severity,
                        places: vec![place],
                    }),
                }
            }
        }
        ends.sort_by_key(|end| end.certificate.remaining_seconds);
        Self(ends)
    }

    /// The next end.
    pub(super) fn soonest(&self) -> Option<(OffsetDateTime, String)> {
        let first = self.0.first()?.certificate;
        Some((first.not_after, first.display_name.clone()))
    }

    pub(super) fn table(&self) -> String {
        let mut html = String::from(
            "<table class=\"expiry\">\n<caption class=\"spoken\">Certificates, the least time left first</caption>\n\
             <thead><tr><th scope=\"col\">Left</th><th scope=\"col\" class=\"ends\">Ends on</th><th scope=\"col\">Certificate</th></tr></thead>\n<tbody>\n",
        );
        for end in &self.0 {
            end.row(&mut html);
        }
        html.push_str("</tbody>\n</table>\n");
        html
    }
}

impl End<'_> {
    fn row(&self, html: &mut String) {
        let one = self.certificate;
        let severity = self.severity.map_or("fine", Severity::word);
        let places: Vec<String> = self.places.iter().map(|place| escaped(place)).collect();
        let _ = writeln!(
            html,
            "<tr><td class=\"left {severity}\" data-ends=\"{}\">{}<span class=\"spoken\">{severity}: </span><span class=\"time\">{}</span>{}</td>\
             <td class=\"ends\">{}</td><td class=\"name\">{}<small>{}</small></td></tr>",
            one.not_after.unix_timestamp(),
            shape(severity),
            text::left(one.remaining_seconds),
            life(one.remaining_percent),
            text::date(one.not_after),
            named(&one.display_name),
            places.join("; ")
        );
    }
}

/// How much of the lifetime is left, as a bar.
fn life(remaining_percent: u8) -> String {
    format!(
        "<svg class=\"life\" viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect width=\"100\" height=\"4\"/><rect class=\"rest\" width=\"{remaining_percent}\" height=\"4\"/></svg>"
    )
}

/// What it is there for.
fn place(subject: &str, certificate: &CertificateReport) -> String {
    match certificate.role {
        Role::EndEntity => format!("certificate of {subject}"),
        Role::Anchor => format!("trusted in {subject}"),
        role => format!("{} of {subject}", role.word()),
    }
}
