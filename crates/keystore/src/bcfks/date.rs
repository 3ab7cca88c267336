//! GeneralizedTime (X.680, 46): `YYYYMMDDhhmmss`, a fraction, `Z` or an offset.

use crate::{Timestamp, ber};

/// The date of a GeneralizedTime's content octets.
pub(super) fn parse(content: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(content).ok()?;
    let digits = text.get(..14)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_date || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = text.get(14..)?;
    let (millis, zone) = match rest.strip_prefix(['.', ',']) {
        Some(fraction) => {
            let end = fraction
                .find(|character: char| !character.is_ascii_digit())
                .unwrap_or(fraction.len());
            let (fraction, zone) = fraction.split_at(end);
            let padded = format!("{fraction:0<3}");
            (padded.get(..3)?.parse::<i64>().ok()?, zone)
        }
        None => (0, rest),
    };
    if !matches!(zone, "" | "Z") {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(Timestamp::from_millis(seconds * 1000 + millis))
}

/// A GeneralizedTime in whole seconds, as BouncyCastle writes it; dates beyond the years 0 to 9999 become its ends.
pub(super) fn encode(date: Timestamp) -> Vec<u8> {
    let seconds = date
        .secs()
        .clamp(days(0, 1, 1) * 86_400, days(10_000, 1, 1) * 86_400 - 1);
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let text = format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    ber::encode(ber::GENERALIZED_TIME, &[text.as_bytes()])
}

/// Whether the date survives.
pub(super) fn is_exact(date: Timestamp) -> bool {
    let content = encode(date);
    content.get(2..).and_then(parse) == Some(date)
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar; a year starts in March, so that the leap day ends it.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * DAYS_OF_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - TO_1970
}

/// The opposite.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + TO_1970;
    let (era, of_era) = (days.div_euclid(DAYS_OF_ERA), days.rem_euclid(DAYS_OF_ERA));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = era * 400 + year + i64::from(month <= 2);
    (year, month, day)
}

/// Of 400 years.
const DAYS_OF_ERA: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01.
const TO_1970: i64 = 719_468;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_dates() {
        for (text, millis) in [
            ("19700101000000Z", 0),
            ("20000229120000Z", 951_825_600_000),
            ("20261121103331Z", 1_795_257_211_000),
            ("19691231235959Z", -1000),
            ("20261121103331.5Z", 1_795_257_211_500),
            ("20261121103331.1239Z", 1_795_257_211_123),
        ] {
            let date = Timestamp::from_millis(millis);
            assert_eq!(parse(text.as_bytes()), Some(date), "{text}");
            if millis % 1000 == 0 {
                assert_eq!(encode(date)[2..], *text.as_bytes());
            }
        }
        for wrong in [
            "",
            "2026",
            "20261321000000Z",
            "20260101000000+0100",
            "2026010100000ÄZ",
        ] {
            assert_eq!(parse(wrong.as_bytes()), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn seconds_come_back(millis in any::<i64>(), seconds in -60_000_000_000..250_000_000_000_i64) {
            let date = Timestamp::from_secs(seconds);
            prop_assert!(is_exact(date));
            let _ = is_exact(Timestamp::from_millis(millis));
        }
    }
}
