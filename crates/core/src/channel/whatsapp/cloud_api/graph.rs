//! The Graph API: its addresses and its versions.

use time::{Date, Duration};

use crate::channel::form::{Fault, Shape};
use crate::channel::rules::Found;
use crate::channel::secret::shown;
use crate::channel::url;
use crate::channel::whatsapp::{prefix_doubt, prefix_fault};
use crate::facts::Facts;
use crate::report::Severity;

/// So long before its end a version is told of.
const WARNING: Duration = Duration::days(90);

/// Domain notes 7, A14: `https://graph.facebook.com/vN.0[/phone-number-id[/messages]]`.
pub(super) static BASE_URL: Shape = Shape {
    words: "https://graph.facebook.com/vN.0, perhaps with the ID of the phone number and /messages",
    pattern: Some(url::ANY),
    judge: |text| {
        let hint = "copy the URL of the example call under WhatsApp > API Setup, such as https://graph.facebook.com/v25.0/123456789012345/messages";
        let critical = prefix_fault(text, hint);
        if critical.is_some() {
            return critical;
        }
        let url = url::https(text).ok()?;
        if !url.host.eq_ignore_ascii_case("graph.facebook.com") {
            let message = format!("{} has another host than graph.facebook.com", shown(text));
            return prefix_doubt(message, hint);
        }
        path(url.path)
            .err()
            .map(|why| Fault::new("URL-FORM", Severity::Critical, why.to_owned(), hint))
    },
};

fn path(path: &str) -> Result<(), &'static str> {
    let mut steps = path
        .trim_start_matches('/')
        .trim_end_matches('/')
        .split('/');
    let is_number = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    if steps.next().and_then(number).is_none() {
        return Err("the path does not begin with a version such as v25.0");
    }
    match (steps.next(), steps.next(), steps.next()) {
        (None, ..) => Ok(()),
        (Some(id), None, _) if is_number(id) => Ok(()),
        (Some(id), Some("messages"), None) if is_number(id) => Ok(()),
        _ => Err("after the version stand the ID of the phone number, in digits, and messages"),
    }
}

/// `v25.0`.
fn number(step: &str) -> Option<u32> {
    let number = step.strip_prefix('v')?.strip_suffix(".0")?;
    let plain = number.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| number.parse().ok()).flatten()
}

/// `GRAPH-VERSION`.
pub(super) fn version(text: &str, facts: &Facts, today: Date) -> Option<Found> {
    let url = url::https(text).ok()?;
    let version = number(url.path.trim_start_matches('/').split('/').next()?)?;
    let found = |severity, message: String| {
        Found::new(
            "GRAPH-VERSION",
            severity,
            "info.base_url",
            message,
            "write a version of the Graph API that lasts, see https://developers.facebook.com/docs/graph-api/changelog/versions/",
        )
    };
    let known = facts.graph_versions().find(|(known, _)| *known == version);
    let Some((_, last)) = known else {
        // Versions end in the order in which they came.
        let ended = |(later, last): (u32, Option<Date>)| {
            version < later && last.is_some_and(|last| last < today)
        };
        return facts.graph_versions().any(ended).then(|| {
            let message = format!("version v{version}.0 of the Graph API is over");
            found(Severity::Critical, message)
        });
    };
    let last = last?;
    if last < today {
        let message = format!("version v{version}.0 of the Graph API ended on {last}");
        return Some(found(Severity::Critical, message));
    }
    (last - today <= WARNING).then(|| {
        let message = format!("version v{version}.0 of the Graph API ends on {last}");
        found(Severity::Warning, message)
    })
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn paths_of_the_graph() {
        for good in ["/v25.0", "/v8.0/", "/v25.0/123", "/v25.0/123/messages"] {
            assert_eq!(path(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "/",
            "/25.0",
            "/v25",
            "/v25.0/me",
            "/v25.0/1/x",
            "/v25.0/1/messages/2",
        ] {
            assert!(path(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn versions_end() {
        let severity = |version: &str, today| {
            let found = version_of(version, today);
            found.map(|found| found.severity)
        };
        let today = date!(2026 - 11 - 20);
        assert_eq!(severity("v8.0", today), Some(Severity::Critical));
        assert_eq!(severity("v19.0", today), Some(Severity::Critical));
        assert_eq!(severity("v20.0", today), Some(Severity::Critical));
        assert_eq!(severity("v21.0", today), Some(Severity::Warning));
        assert_eq!(severity("v22.0", today), None);
        assert_eq!(
            severity("v21.0", date!(2027 - 01 - 21)),
            Some(Severity::Warning)
        );
        assert_eq!(
            severity("v21.0", date!(2027 - 01 - 22)),
            Some(Severity::Critical)
        );
        assert_eq!(severity("v26.0", today), None);
    }

    fn version_of(version: &str, today: Date) -> Option<Found> {
        super::version(
            &format!("https://graph.facebook.com/{version}/1/messages"),
            &Facts::builtin(),
            today,
        )
    }
}
