//! Durations and points in time as people type them.

use std::time::Duration;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

/// `500ms`, `10s`, `2m`; a bare number is seconds.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number
        .parse()
        .map_err(|_| "expected a time such as 10s".to_owned())?;
    let millis = match unit {
        "ms" => Some(number),
        "" | "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        _ => return Err(format!("unknown unit {unit:?}, expected ms, s or m")),
    };
    match millis {
        Some(millis @ 1..=3_600_000) => Ok(Duration::from_millis(millis)),
        _ => Err("expected a time between 1ms and 60m".to_owned()),
    }
}

/// `90s`, `15m`, `1h`, `1d`; a bare number is seconds. What somebody waits for who is not there.
pub(crate) fn parse_interval(text: &str) -> Result<Duration, String> {
    const DAY: u64 = 86_400;
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number
        .parse()
        .map_err(|_| "expected a time such as 15m or 1h".to_owned())?;
    let seconds = match unit {
        "" | "s" => Some(number),
        "m" => number.checked_mul(60),
        "h" => number.checked_mul(3_600),
        "d" => number.checked_mul(DAY),
        _ => return Err(format!("unknown unit {unit:?}, expected s, m, h or d")),
    };
    match seconds {
        Some(seconds) if (1..=366 * DAY).contains(&seconds) => Ok(Duration::from_secs(seconds)),
        _ => Err("expected a time between 1s and 366d".to_owned()),
    }
}

/// RFC 3339 (`2026-11-21T09:00:00Z`), a date (midnight UTC), or `now`.
pub(crate) fn parse_time(text: &str) -> Result<OffsetDateTime, String> {
    if text == "now" {
        return Ok(OffsetDateTime::now_utc());
    }
    if let Ok(time) = OffsetDateTime::parse(text, &Rfc3339) {
        return Ok(time);
    }
    Date::parse(text, format_description!("[year]-[month]-[day]"))
        .map(|date| date.midnight().assume_utc())
        .map_err(|_| {
            "expected a time such as 2026-11-21T09:00:00Z, or a date such as 2026-11-21".to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(parse_duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(parse_duration("3"), Ok(Duration::from_secs(3)));
        for wrong in [
            "",
            "s",
            "0",
            "10h",
            "-1",
            "99999999999999999999s",
            "18446744073709551615m",
            "61m",
        ] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn intervals() {
        assert_eq!(parse_interval("1s"), Ok(Duration::from_secs(1)));
        assert_eq!(parse_interval("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_interval("15m"), Ok(Duration::from_secs(900)));
        assert_eq!(parse_interval("1h"), Ok(Duration::from_secs(3_600)));
        assert_eq!(parse_interval("366d"), Ok(Duration::from_secs(31_622_400)));
        for wrong in [
            "",
            "h",
            "0",
            "0s",
            "500ms",
            "-1",
            "1.5h",
            "367d",
            "18446744073709551615d",
        ] {
            assert!(parse_interval(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times() {
        let midnight = parse_time("2026-11-21T00:00:00Z").unwrap();
        assert_eq!(parse_time("2026-11-21"), Ok(midnight));
        assert_eq!(parse_time("2026-11-21T01:00:00+01:00"), Ok(midnight));
        for wrong in ["", "yesterday", "2026-13-01", "2026-02-30"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }
}
