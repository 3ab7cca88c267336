//! What there is to say of the window in which the issuer of a certificate wants it to be renewed.

use time::OffsetDateTime;

use crate::Certificate;
use crate::ari::RenewalWindow;
use crate::report::{Severity, lifetime, renew_after};
use crate::text;

use super::Remark;

/// `CERT-RENEW`: from the start of the window on a client renews at a moment of its choice within it, and at once when it
/// is over (RFC 9773 section 4.2). Before that there is nothing to say.
pub(super) fn remark(
    certificate: &Certificate,
    window: &RenewalWindow,
    at: OffsetDateTime,
) -> Option<Remark> {
    if at < window.start {
        return None;
    }
    let (start, end) = (
        text::date_and_time(window.start),
        text::date_and_time(window.end),
    );
    let page = match &window.explanation_url {
        Some(url) => format!(" (see {url})"),
        None => String::new(),
    };
    let left = (certificate.not_after() - at).whole_seconds();
    let is_over = window.end <= at;
    let (message, hint) = if is_over && is_far_from_its_end(certificate, at) {
        let left = text::span(left);
        (
            format!(
                "its issuer wanted it to be renewed by {end}, although it has {left} left, as issuers do with what they \
                 revoke{page}"
            ),
            "replace it now, before clients learn that it is revoked; `trustpack verify --revocation fetch` shows whether it is",
        )
    } else if is_over {
        (
            format!("its issuer wanted it to be renewed by {end}{page}"),
            "renew it now, and look why its ACME client has not",
        )
    } else {
        (
            format!("its issuer wants it to be renewed between {start} and {end}{page}"),
            "an ACME client that knows RFC 9773 renews it by itself; let another one renew it now",
        )
    };
    Some(Remark {
        id: "CERT-RENEW",
        severity: Severity::Warning,
        message,
        hint: hint.to_owned(),
    })
}

/// Whether no usual renewal is due for long: more than half of the lifetime is left, two thirds of a short one. A CA that
/// must revoke moves the window into the past; one that spreads its load moves it by a few per cent.
fn is_far_from_its_end(certificate: &Certificate, at: OffsetDateTime) -> bool {
    let lifetime = lifetime(certificate);
    let usual = renew_after(certificate.not_after(), lifetime);
    let long_before = usual.and_then(|usual| usual.checked_sub(lifetime / 6));
    long_before.is_some_and(|moment| at < moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing::{self, DAY};

    fn said(start: i64, end: i64, age: i64, url: Option<&str>) -> Option<String> {
        let certificate = testing::issued("leaf", "ca", false, 0, 90 * DAY);
        let window = RenewalWindow {
            start: testing::at(start),
            end: testing::at(end),
            explanation_url: url.map(str::to_owned),
        };
        let remark = remark(&certificate, &window, testing::at(age))?;
        assert_eq!(
            (remark.id, remark.severity),
            ("CERT-RENEW", Severity::Warning)
        );
        Some(remark.message)
    }

    #[test]
    fn a_window_through_time() {
        let (start, end) = (60 * DAY, 62 * DAY);
        assert_eq!(said(start, end, start - 1, None), None);
        let within = said(start, end, start, None);
        assert_eq!(
            within.as_deref(),
            Some(
                "its issuer wants it to be renewed between 2026-03-02 00:00 UTC and 2026-03-04 00:00 UTC"
            )
        );
        let over = said(start, end, end, None);
        let expected = "its issuer wanted it to be renewed by 2026-03-04 00:00 UTC";
        assert_eq!(over.as_deref(), Some(expected));
    }

    #[test]
    fn a_window_long_before_the_end_speaks_of_revocation() {
        let url = "https://ca.example/incident";
        let early = said(9 * DAY, 10 * DAY, 20 * DAY, Some(url)).unwrap();
        assert_eq!(
            early,
            "its issuer wanted it to be renewed by 2026-01-11 00:00 UTC, although it has 69 days left, as issuers do with \
             what they revoke (see https://ca.example/incident)"
        );
        // the same window, once a renewal is due anyway
        assert!(
            !said(9 * DAY, 10 * DAY, 50 * DAY, None)
                .unwrap()
                .contains("revoke")
        );
    }

    #[test]
    fn dates_the_wrong_way_round_are_no_panic() {
        let certificate = testing::issued("leaf", "ca", false, 5 * DAY, -DAY);
        let window = RenewalWindow {
            start: testing::at(0),
            end: testing::at(1),
            explanation_url: None,
        };
        assert!(remark(&certificate, &window, testing::at(DAY)).is_some());
    }
}
