//! Which finding is about which certificate of a subject.

use std::collections::HashMap;

use super::{Finding, SubjectReport};

/// The findings of a subject, those about a certificate in its place.
pub(super) struct Matched<'a> {
    /// For each certificate, in their order.
    pub(super) of_certificates: Vec<Vec<&'a Finding>>,
    /// About the subject itself, or about a part of it that is no certificate.
    pub(super) others: Vec<&'a Finding>,
}

impl<'a> Matched<'a> {
    pub(super) fn new(subject: &'a SubjectReport) -> Self {
        let mut matched = Self {
            of_certificates: vec![Vec::new(); subject.certificates.len()],
            others: Vec::new(),
        };
        if subject.findings.is_empty() {
            return matched;
        }
        let (mut names, mut fingerprints) = (HashMap::new(), HashMap::new());
        for (place, certificate) in subject.certificates.iter().enumerate() {
            names.entry(certificate.name.as_str()).or_insert(place);
            fingerprints
                .entry(certificate.fingerprint.as_str())
                .or_insert(place);
        }
        for finding in &subject.findings {
            // `file: entry` is a part of the file
            let name = finding.subject.strip_prefix(&subject.subject);
            let name = name.and_then(|rest| rest.strip_prefix(": "));
            let about = finding.certificate.as_ref();
            let place = name
                .and_then(|name| names.get(name))
                .or_else(|| about.and_then(|about| fingerprints.get(about.fingerprint.as_str())));
            let of_certificate = place.and_then(|place| matched.of_certificates.get_mut(*place));
            of_certificate.unwrap_or(&mut matched.others).push(finding);
        }
        matched
    }
}

/// The worst of some findings; of equals the first.
pub(super) fn worst<'a>(findings: &[&'a Finding]) -> Option<&'a Finding> {
    let mut worst: Option<&Finding> = None;
    for finding in findings {
        if worst.is_none_or(|known| finding.severity > known.severity) {
            worst = Some(finding);
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{About, Severity, sample};

    #[test]
    fn by_place_then_by_certificate_and_nothing_is_lost() {
        let mut subject = sample::report().subjects.remove(0);
        let finding = |place: &str| Finding::new("X", Severity::Note, place, "");
        let mut known = finding("example.org:443");
        known.certificate = Some(About {
            subject: String::new(),
            fingerprint: sample::fingerprint("2"),
        });
        subject.findings = vec![
            finding("example.org:443: 2"),
            finding("example.org:443: 3"),
            finding("elsewhere"),
            known,
        ];
        let matched = Matched::new(&subject);
        let counts = matched.of_certificates.iter().map(Vec::len);
        assert_eq!(counts.collect::<Vec<_>>(), [0, 2]);
        assert_eq!(matched.others.len(), 2);
    }
}
