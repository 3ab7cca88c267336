//! Roots that clients drop while their own dates say that all is well.

use std::sync::LazyLock;

use serde::Deserialize;
use time::{Date, OffsetDateTime};

use crate::Certificate;
use crate::report::Severity;
use crate::verify::last_day_of_issue;

use super::Remark;

/// One line of the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Root {
    name: String,
    /// SHA-256, hex.
    fingerprint: String,
    day: toml::value::Datetime,
    who: String,
    successor: String,
    source: String,
}

#[derive(Debug, Default, Deserialize)]
struct List {
    root: Vec<Root>,
}

/// The list with its sources; a test reads it, so that it is never empty for want of being read.
static LIST: LazyLock<List> =
    LazyLock::new(|| toml::from_str(include_str!("departing.toml")).unwrap_or_default());

/// Whether a root is on the list, or is one for which the JDK has a last day.
pub(in crate::expiry) fn is_departing(certificate: &Certificate) -> bool {
    listed(certificate).is_some() || last_day_of_issue(certificate).is_some()
}

pub(super) fn remark(
    certificate: &Certificate,
    is_needed: bool,
    at: OffsetDateTime,
) -> Option<Remark> {
    let severity = match is_needed {
        true => Severity::Warning,
        false => Severity::Note,
    };
    if let Some(root) = listed(certificate) {
        let day = date(&root.day)?;
        let drops = if at.date() < day {
            "will drop"
        } else {
            "dropped"
        };
        return Some(Remark {
            id: "CERT-DEPARTING-ROOT",
            severity,
            message: format!(
                "{} {drops} the root {} on {day}, so servers leave it ({})",
                root.who, root.name, root.source
            ),
            hint: format!(
                "trust its successor {} beside it, and ask for what comes next where the server is not yours",
                root.successor
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

fn listed(certificate: &Certificate) -> Option<&'static Root> {
    let fingerprint = certificate.fingerprint().to_string();
    LIST.root
        .iter()
        .find(|root| root.fingerprint == fingerprint)
}

fn date(day: &toml::value::Datetime) -> Option<Date> {
    let day = day.date?;
    let month = time::Month::try_from(day.month).ok()?;
    Date::from_calendar_date(day.year.into(), month, day.day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::TrustAnchors;

    #[test]
    fn every_line_of_the_list_is_whole() {
        let list: List = toml::from_str(include_str!("departing.toml")).unwrap();
        assert!(list.root.len() >= 3);
        for root in &list.root {
            assert_eq!(root.fingerprint.len(), 64, "{}", root.name);
            assert!(date(&root.day).is_some() && root.source.starts_with("https://"));
        }
    }

    #[test]
    fn no_root_that_mozilla_still_holds_has_been_dropped_by_it() {
        let mozilla = TrustAnchors::mozilla();
        for root in mozilla.certificates() {
            assert!(listed(root).is_none(), "{}", root.display_name());
        }
    }
}
