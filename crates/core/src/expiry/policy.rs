//! How close to its end a certificate may come before somebody must know.

use std::fmt;
use std::str::FromStr;

use time::Duration;

use crate::report::Role;

/// When to warn. `None` is `auto`: a rule that depends on role and lifetime, see [`Policy::limits`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Below this much time left: a warning.
    pub warn: Option<Threshold>,
    /// Below this much time left: critical.
    pub crit: Option<Threshold>,
}

/// What a policy means for one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// With less than this left: a warning.
    pub warning: Duration,
    /// With less than this left: critical.
    pub critical: Duration,
}

impl Policy {
    /// The limits for a certificate of this role and lifetime L.
    ///
    /// | `auto` | warning below | critical below |
    /// |---|---|---|
    /// | end entity | min(30 d, L/4) | min(7 d, L/8) |
    /// | end entity, L ≤ 10 d | L/3 | L/6 |
    /// | intermediate, anchor | 90 d | 30 d |
    ///
    /// A renewal is due with a third left (half for L ≤ 10 d), so one that is on time never warns, while a fixed
    /// number of days would be red for half the life of a 45-day certificate.
    ///
    /// An explicit threshold replaces `auto` for all roles. An explicit warning also caps an automatic critical
    /// limit: who says "warn me 3 days before" does not expect an alarm 7 days before.
    pub fn limits(&self, role: Role, lifetime: Duration) -> Limits {
        let auto = auto(role, lifetime);
        let below = |threshold: &Option<Threshold>| threshold.map(|one| one.below(lifetime));
        let warning = below(&self.warn);
        let critical = below(&self.crit);
        Limits {
            warning: warning.unwrap_or(auto.warning),
            critical: match (critical, warning) {
                (Some(critical), _) => critical,
                (None, Some(warning)) => auto.critical.min(warning),
                (None, None) => auto.critical,
            },
        }
    }
}

fn auto(role: Role, lifetime: Duration) -> Limits {
    match role {
        Role::EndEntity if lifetime <= Duration::days(10) => Limits {
            warning: lifetime / 3,
            critical: lifetime / 6,
        },
        Role::EndEntity => Limits {
            warning: Duration::days(30).min(lifetime / 4),
            critical: Duration::days(7).min(lifetime / 8),
        },
        Role::Anchor | Role::Intermediate => Limits {
            warning: Duration::days(90),
            critical: Duration::days(30),
        },
    }
}

/// An explicit threshold: `30d`, `72h`, `33%`, or `30d,33%`, of which the lower wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// Of a time and a part of the lifetime, whichever is shorter for the certificate at hand.
    Lower(Duration, u8),
    /// A part of the lifetime, 0 to 100.
    Percent(u8),
    /// A time.
    Time(Duration),
}

impl Threshold {
    /// The time that it means for a certificate of this lifetime.
    pub fn below(self, lifetime: Duration) -> Duration {
        match self {
            Self::Lower(time, percent) => time.min(part(lifetime, percent)),
            Self::Percent(percent) => part(lifetime, percent),
            Self::Time(time) => time,
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

const FORMS: &str = "the forms are 30d, 72h, 33% and 30d,33%";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn explicit_forms() {
        let days = Duration::days;
        let cases = [
            ("30d", Threshold::Time(days(30))),
            ("72h", Threshold::Time(days(3))),
            ("33%", Threshold::Percent(33)),
            ("30d,33%", Threshold::Lower(days(30), 33)),
            ("33% , 30d", Threshold::Lower(days(30), 33)),
            ("0d", Threshold::Time(days(0))),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in [
            "",
            "30",
            "d",
            "30d,7d",
            "101%",
            "-3d",
            "30 d",
            "3w",
            "99999999999d",
            "30d,",
            "٣d",
        ] {
            assert!(text.parse::<Threshold>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_lower_of_both_wins() {
        let both: Threshold = "30d,33%".parse().unwrap();
        assert_eq!(both.below(Duration::days(398)), Duration::days(30));
        assert_eq!(both.below(Duration::days(100)), Duration::days(30));
        assert_eq!(both.below(Duration::days(50)), Duration::hours(396));
    }

    #[test]
    fn auto_by_lifetime() {
        let table: String = [398, 200, 100, 90, 64, 47, 45]
            .map(Duration::days)
            .into_iter()
            .chain([Duration::hours(160)])
            .map(|lifetime| {
                let limits = Policy::default().limits(Role::EndEntity, lifetime);
                let hours = |time: Duration| time.as_seconds_f64() / 3600.0;
                format!(
                    "{:6.0} h: warning below {:6.2} h, critical below {:6.2} h\n",
                    hours(lifetime),
                    hours(limits.warning),
                    hours(limits.critical)
                )
            })
            .collect();
        insta::assert_snapshot!(table, @r#"
        9552 h: warning below 720.00 h, critical below 168.00 h
        4800 h: warning below 720.00 h, critical below 168.00 h
        2400 h: warning below 600.00 h, critical below 168.00 h
        2160 h: warning below 540.00 h, critical below 168.00 h
        1536 h: warning below 384.00 h, critical below 168.00 h
        1128 h: warning below 282.00 h, critical below 141.00 h
        1080 h: warning below 270.00 h, critical below 135.00 h
         160 h: warning below  53.33 h, critical below  26.67 h
        "#);
    }

    #[test]
    fn explicit_replaces_auto_for_all_roles() {
        let policy = Policy {
            warn: "3d".parse().ok(),
            crit: None,
        };
        for role in [Role::EndEntity, Role::Intermediate, Role::Anchor] {
            let limits = policy.limits(role, Duration::days(398));
            assert_eq!(limits.warning, Duration::days(3));
            assert_eq!(limits.critical, Duration::days(3));
        }
    }

    proptest! {
        #[test]
        fn a_renewal_on_time_never_warns(seconds in 1_i64..100 * 366 * 86_400) {
            let lifetime = Duration::seconds(seconds);
            let left = if lifetime <= Duration::days(10) { lifetime / 2 } else { lifetime / 3 };
            let limits = Policy::default().limits(Role::EndEntity, lifetime);
            prop_assert!(left >= limits.warning);
            prop_assert!(limits.warning >= limits.critical);
        }

        #[test]
        fn any_text_is_a_threshold_or_an_error(text in any::<String>(), seconds in any::<i64>()) {
            if let Ok(threshold) = text.parse::<Threshold>() {
                let _ = threshold.below(Duration::seconds(seconds));
            }
        }

        #[test]
        fn display_parses_back(hours in 0_u32.., percent in 0_u8..=100) {
            let time = Duration::hours(hours.into());
            for threshold in [Threshold::Lower(time, percent), Threshold::Percent(percent), Threshold::Time(time)] {
                prop_assert_eq!(threshold.to_string().parse(), Ok(threshold));
            }
        }
    }
}
