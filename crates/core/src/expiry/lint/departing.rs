//! Roots that clients drop while their own dates say that all is well.

use time::OffsetDateTime;

use crate::Certificate;
use crate::facts::Facts;
use crate::report::Severity;
use crate::verify::last_day_of_issue;

use super::Remark;

/// Whether the facts say that a root departs, or the JDK has a last day for it.
pub(in crate::expiry) fn is_departing(certificate: &Certificate, facts: &Facts) -> bool {
    let listed = facts.departing_root(&certificate.fingerprint());
    listed.is_some() || last_day_of_issue(certificate).is_some()
}

pub(super) fn remark(
    certificate: &Certificate,
    is_needed: bool,
    facts: &Facts,
    at: OffsetDateTime,
) -> Option<Remark> {
    let severity = match is_needed {
        true => Severity::Warning,
        false => Severity::Note,
    };
    if let Some((fact, departing)) = facts.departing_root(&certificate.fingerprint()) {
        let day = fact.from?;
        let drops = match fact.is_coming(at.date()) {
            true => "will drop",
            false => "dropped",
        };
        return Some(Remark {
            id: "CERT-DEPARTING-ROOT",
            severity,
            message: format!(
                "{} {drops} the root {} on {day}, so servers leave it ({})",
                departing.who, departing.root.name, fact.source
            ),
            hint: format!(
                "trust its successor {} beside it, and ask for what comes next where the server is not yours",
                departing.successor
            ),
        });
    }
    let day = last_day_of_issue(certificate)?;
    Some(Remark {
        id: "CERT-DEPARTING-ROOT",
        severity,
        message: format!(
            "Java refuses server certificates that {} issued after {day}, so servers leave it \
             (jdk.security.caDistrustPolicies)",
            certificate.display_name()
        ),
        hint: "trust the root of the CA that its customers moved to beside it".to_owned(),
    })
}
