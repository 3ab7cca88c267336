//! What becomes worse when a server turns out to need it, for reports that are put together afterwards.

use std::collections::HashSet;

use crate::report::{Origin, Role, Severity, SubjectReport};

/// Makes worse what [`check`](super::check) would have found worse, had it known what servers
/// [need](SubjectReport::needs): the anchors of a store are judged by that, and the servers may have been in another run.
///
/// What a policy has silenced stays as it is. A server's own root is needed by that server, so nothing changes there.
pub fn judge_needed(report: &mut SubjectReport, needs: &HashSet<String>) {
    if needs.is_empty() || report.origin == Origin::Endpoint {
        return;
    }
    for certificate in &mut report.certificates {
        if certificate.role != Role::Anchor || !needs.contains(&certificate.fingerprint) {
            continue;
        }
        let place = format!("{}: {}", report.subject, certificate.name);
        for finding in &mut report.findings {
            if finding.subject != place || finding.silenced.is_some() {
                continue;
            }
            let severity = match finding.id.as_ref() {
                "CERT-EXPIRED" | "CERT-NOT-YET-VALID" => Severity::Critical,
                "CERT-DEPARTING-ROOT" => Severity::Warning,
                _ => continue,
            };
            finding.severity = finding.severity.max(severity);
            certificate.severity = certificate.severity.max(Some(finding.severity));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Certificate;
    use crate::cert::testing::{self, DAY};
    use crate::expiry::{Item, Judge, Policy, Subject};

    fn store(anchors: &[Certificate]) -> Subject {
        let mut subject = Subject::new("store.jks");
        for (place, anchor) in anchors.iter().enumerate() {
            let item = Item::new(place.to_string(), Role::Anchor, anchor.clone());
            subject = subject.with(item);
        }
        subject
    }

    #[test]
    fn it_is_as_if_the_servers_had_been_in_the_same_run() {
        let needed = testing::certificate("Needed", true, 0, DAY);
        let other = testing::certificate("Other", true, 0, DAY);
        let coming = testing::certificate("Coming", true, 9 * DAY, 90 * DAY);
        let anchors = [needed.clone(), other, coming.clone()];
        let mut server = Subject::new("example.org:443");
        server.origin = Origin::Endpoint;
        server.needs = vec![needed.fingerprint(), coming.fingerprint()];

        let at = testing::at(3 * DAY);
        let mut both = Judge::new(Policy::default(), at);
        both.learn(&server);
        let together = both.judge(store(&anchors));

        let alone = Judge::new(Policy::default(), at);
        let needs = alone.judge(server).needs.into_iter().collect();
        let mut afterwards = alone.judge(store(&anchors));
        assert_ne!(afterwards, together);
        judge_needed(&mut afterwards, &needs);
        assert_eq!(afterwards, together);
        let critical = together.findings.iter();
        let critical = critical.filter(|finding| finding.severity == Severity::Critical);
        assert_eq!(critical.count(), 2);
    }

    #[test]
    fn what_is_silenced_stays() {
        let anchor = testing::certificate("Needed", true, 0, DAY);
        let judge = Judge::new(Policy::default(), testing::at(3 * DAY));
        let mut report = judge.judge(store(std::slice::from_ref(&anchor)));
        report.findings[0].silenced = Some("known".to_owned());
        let before = report.clone();
        let needs = HashSet::from([anchor.fingerprint().to_string()]);
        judge_needed(&mut report, &needs);
        assert_eq!(report, before);
    }
}
