//! An explicit limit of a policy: a time, a part of the lifetime, or a range of days as monitoring plugins write it.

use std::fmt;
use std::str::FromStr;

use time::Duration;

/// An explicit threshold: `30d`, `72h`, `33%`, or `30d,33%`, of which the lower wins; or a range of days left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// Of a time and a part of the lifetime, whichever is shorter for the certificate at hand.
    Lower(Duration, u8),
    /// A part of the lifetime, 0 to 100.
    Percent(u8),
    /// A range of days left, with a colon or an `@`: `30:` is passed below 30 days.
    Range(Range),
    /// A time.
    Time(Duration),
}

impl Threshold {
    /// The time that it means for a certificate of this lifetime; `None` for a range that has no lower end.
    pub fn below(self, lifetime: Duration) -> Option<Duration> {
        match self {
            Self::Lower(time, percent) => Some(time.min(part(lifetime, percent))),
            Self::Percent(percent) => Some(part(lifetime, percent)),
            Self::Range(range) => range.below(),
            Self::Time(time) => Some(time),
        }
    }

    /// Whether it is passed by a certificate of this lifetime with so much of it left.
    pub fn is_passed(self, lifetime: Duration, left: Duration) -> bool {
        match self {
            Self::Range(range) => range.alerts(left),
            other => other.below(lifetime).is_some_and(|limit| left < limit),
        }
    }
}

fn part(lifetime: Duration, percent: u8) -> Duration {
    // Saturates at the ends of what a duration can be; lifetimes there mean nothing anyway.
    let seconds = i128::from(lifetime.whole_seconds()) * i128::from(percent) / 100;
    Duration::seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
}

impl FromStr for Threshold {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |why| ThresholdError {
            text: text.to_owned(),
            why,
        };
        if text.contains(':') || text.starts_with('@') {
            return Range::parse(text).map(Self::Range).map_err(error);
        }
        let (mut time, mut percent) = (None, None);
        for part in text.split(',') {
            let twice = match parse(part.trim()).map_err(error)? {
                Part::Percent(value) => percent.replace(value).is_some(),
                Part::Time(value) => time.replace(value).is_some(),
            };
            if twice {
                return Err(error("a time and a percentage can be combined, each once"));
            }
        }
        match (time, percent) {
            (Some(time), Some(percent)) => Ok(Self::Lower(time, percent)),
            (None, Some(percent)) => Ok(Self::Percent(percent)),
            (Some(time), None) => Ok(Self::Time(time)),
            (None, None) => Err(error(FORMS)),
        }
    }
}

enum Part {
    Percent(u8),
    Time(Duration),
}

fn parse(part: &str) -> Result<Part, &'static str> {
    let unit = part.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = &part[..part.len() - unit.len()];
    if digits.is_empty() {
        return Err(FORMS);
    }
    // 32 bits of days are 11 million years; nothing below can overflow.
    let number: u32 = digits.parse().map_err(|_| "the number is too big")?;
    match unit {
        "%" => match u8::try_from(number) {
            Ok(percent @ 0..=100) => Ok(Part::Percent(percent)),
            _ => Err("more than 100 percent"),
        },
        "d" => Ok(Part::Time(Duration::days(number.into()))),
        "h" => Ok(Part::Time(Duration::hours(number.into()))),
        "" => Err("a number needs a unit: d, h or %"),
        _ => Err(FORMS),
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |time: Duration| match time.whole_hours() {
            hours if hours % 24 == 0 => format!("{}d", hours / 24),
            hours => format!("{hours}h"),
        };
        match self {
            Self::Lower(value, percent) => write!(formatter, "{},{percent}%", time(*value)),
            Self::Percent(percent) => write!(formatter, "{percent}%"),
            Self::Range(range) => range.fmt(formatter),
            Self::Time(value) => formatter.write_str(&time(*value)),
        }
    }
}

/// Why a text is no threshold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no threshold: {why}")]
pub struct ThresholdError {
    /// What was written.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// `[@]start:end` of the plugin guidelines (monitoring-plugins, "Threshold and ranges"): passed outside of start and end, with
/// `@` inside. No start is 0, `~` is minus infinity, no end is infinity. A bare number has no unit, so it is none here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    start: f64,
    end: f64,
    inside: bool,
}

impl Range {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (inside, ends) = match text.strip_prefix('@') {
            Some(ends) => (true, ends),
            None => (false, text),
        };
        let (start, end) = match ends.split_once(':') {
            Some(both) => both,
            None if ends.is_empty() => return Err(RANGE),
            None => ("", ends),
        };
        let number = |text: &str| match text.parse::<f64>() {
            Ok(number) if number.is_finite() && number.abs() < MAX_DAYS => Ok(number),
            _ => Err(RANGE),
        };
        let range = Self {
            start: match start {
                "" => 0.0,
                "~" => f64::NEG_INFINITY,
                start => number(start)?,
            },
            end: match end {
                "" => f64::INFINITY,
                end => number(end)?,
            },
            inside,
        };
        match range.start <= range.end {
            true => Ok(range),
            false => Err("the range ends before it starts"),
        }
    }

    fn alerts(self, left: Duration) -> bool {
        let days = left.as_seconds_f64() / 86_400.0;
        let is_inside = (self.start..=self.end).contains(&days);
        is_inside == self.inside
    }

    /// `30:` and `@0:30` are about what is left from below; others are not.
    fn below(self) -> Option<Duration> {
        let days = match (self.inside, self.start, self.end) {
            (false, start, f64::INFINITY) if start.is_finite() => start,
            (true, _, end) if end.is_finite() => end,
            _ => return None,
        };
        Some(Duration::seconds_f64(days * 86_400.0))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.inside { "@" } else { "" };
        let start = match self.start {
            f64::NEG_INFINITY => "~".to_owned(),
            start => start.to_string(),
        };
        let end = match self.end {
            f64::INFINITY => String::new(),
            end => end.to_string(),
        };
        write!(formatter, "{at}{start}:{end}")
    }
}

const RANGE: &str = "a range of days is written [@]START:END";

/// 27,000 years; a time of that many days can still be computed with.
const MAX_DAYS: f64 = 1e7;

const FORMS: &str = "the forms are 30d, 72h, 33%, 30d,33% and ranges of days such as 30:";

#[cfg(test)]
mod tests;
