//! How long an answer holds.

use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

/// What a `Retry-After` says (RFC 9110 section 10.2.3), as a time from now. Less than a minute counts as a minute and more
/// than a day as a day, as RFC 9773 section 4.3.2 advises; what cannot be read, or is not there, as six hours (section
/// 4.3.3).
pub(crate) fn retry_after(header: Option<&str>, now: OffsetDateTime) -> Duration {
    let told = header.and_then(|text| seconds(text).or_else(|| date(text, now)));
    told.unwrap_or(UNTOLD).clamp(LEAST, MOST)
}

fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // what is no number of 64 bits is longer than a day
    is_number.then(|| Duration::seconds(text.parse().unwrap_or(i64::MAX)))
}

/// IMF-fixdate, the only form that is still to be written (RFC 9110 section 5.6.7).
fn date(text: &str, now: OffsetDateTime) -> Option<Duration> {
    let form = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let date = PrimitiveDateTime::parse(text.trim(), form).ok()?;
    Some(date.assume_utc() - now)
}

const LEAST: Duration = Duration::MINUTE;
const MOST: Duration = Duration::DAY;
const UNTOLD: Duration = Duration::hours(6);

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn seconds_and_dates_within_reason() {
        let now = datetime!(2025-01-01 00:00 UTC);
        let after = |text| retry_after(Some(text), now).whole_seconds();
        assert_eq!(after("21600"), 21_600);
        assert_eq!(after(" 0 "), 60);
        assert_eq!(after("99999999999999999999999"), 86_400);
        assert_eq!(after("Wed, 01 Jan 2025 02:00:00 GMT"), 7_200);
        assert_eq!(after("Wed, 01 Jan 2020 02:00:00 GMT"), 60);
        for unread in ["", "-1", "1.5", "soon", "Wed, 32 Jan 2025 02:00:00 GMT"] {
            assert_eq!(after(unread), 21_600, "{unread}");
        }
        assert_eq!(retry_after(None, now), UNTOLD);
    }

    proptest::proptest! {
        #[test]
        fn whatever_it_says_is_within_reason(text in "[ -~]{0,40}|[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT") {
            let after = retry_after(Some(&text), datetime!(2025-01-01 00:00 UTC));
            proptest::prop_assert!((LEAST..=MOST).contains(&after));
        }
    }
}
