//! Subjects in parts that are small enough for one of them to be left out without the others.

use std::borrow::Cow;

use super::super::matched::Matched;
use super::super::{CertificateReport, Finding, SubjectReport};

/// A store or a list may have any number; no chain is longer.
const MAX_CERTIFICATES: usize = 256;

/// The subject, or parts of it, each with the findings about its certificates; the first has the others. Without the
/// certificates themselves, which are kept elsewhere.
pub(super) fn of(subject: &SubjectReport) -> Vec<Cow<'_, SubjectReport>> {
    if subject.certificates.len() <= MAX_CERTIFICATES {
        let has_bytes = subject
            .certificates
            .iter()
            .any(|one| one.certificate.is_some());
        return vec![match has_bytes {
            true => Cow::Owned(SubjectReport {
                certificates: without_bytes(&subject.certificates),
                ..subject.clone()
            }),
            false => Cow::Borrowed(subject),
        }];
    }
    let matched = Matched::new(subject);
    let mut others = owned(&matched.others);
    let certificates = subject.certificates.chunks(MAX_CERTIFICATES);
    let findings = matched.of_certificates.chunks(MAX_CERTIFICATES);
    certificates
        .zip(findings)
        .map(|(certificates, findings)| {
            let mut part_findings = std::mem::take(&mut others);
            findings
                .iter()
                .for_each(|one| part_findings.extend(owned(one)));
            Cow::Owned(SubjectReport {
                subject: subject.subject.clone(),
                origin: subject.origin.clone(),
                change: subject.change,
                connection: subject.connection.clone(),
                needs: subject.needs.clone(),
                continues: subject.continues,
                failed: subject.failed,
                certificates: without_bytes(certificates),
                findings: part_findings,
            })
        })
        .collect()
}

fn owned(findings: &[&Finding]) -> Vec<Finding> {
    findings.iter().map(|one| (*one).clone()).collect()
}

fn without_bytes(certificates: &[CertificateReport]) -> Vec<CertificateReport> {
    let mut certificates = certificates.to_vec();
    for one in &mut certificates {
        one.certificate = None;
    }
    certificates
}
