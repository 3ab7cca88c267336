//! A policy as a file for people: TOML.
//!
//! ```toml
//! [thresholds]
//! warn = "30d,25%"              # or by role: warn = { end-entity = "21d", anchor = "90d" }
//! crit = "7d"
//!
//! [[rule]]                      # the first that fits counts
//! host = "*.internal"           # also: path, issuer, subject; all that are given have to fit
//! warn = "10d"
//!
//! [[silence]]
//! id = "CERT-EXPIRED"           # without it: every finding
//! path = "/srv/old/*"
//! reason = "switched off with the old site, CHG-4711"
//! until = 2027-01-31
//! ```

use std::collections::BTreeMap;

use glob::{Pattern, PatternError};
use serde::Deserialize;
use time::{Date, Month};
use toml::value::Datetime;

use crate::facts::Facts;
use crate::path::PathPattern;
use crate::text::toml_error;

use super::{ByRole, Fits, Policy, RoleThreshold, Rule, Silence, Thresholds};

/// Why a text is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Not TOML, or a field that is not known or of a wrong type.
    #[error("{0}")]
    Syntax(String),
    /// A field whose value makes no sense.
    #[error("{place}: {why}")]
    Value {
        /// Which one: `rule 2: warn`.
        place: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// [`PolicyError`], with the place.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let document: Document =
            toml::from_str(text).map_err(|error| PolicyError::Syntax(toml_error(text, &error)))?;
        let numbered = |what: &'static str| (1..).map(move |number| format!("{what} {number}"));
        let rules = document.rule.into_iter().zip(numbered("rule"));
        let silences = document.silence.into_iter().zip(numbered("silence"));
        let Thresholded { warn, crit } = document.thresholds;
        Ok(Self {
            thresholds: thresholds(warn, crit, "thresholds")?,
            rules: rules
                .map(|(rule, place)| rule.read(&place))
                .collect::<Result<_, _>>()?,
            silences: silences
                .map(|(silence, place)| silence.read(&place))
                .collect::<Result<_, _>>()?,
            facts: Facts::builtin(),
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    thresholds: Thresholded,
    #[serde(default)]
    rule: Vec<RuleText>,
    #[serde(default)]
    silence: Vec<SilenceText>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Thresholded {
    warn: Option<Limit>,
    crit: Option<Limit>,
}

/// One for all, or a table by role.
#[derive(Deserialize)]
#[serde(untagged)]
enum Limit {
    All(String),
    Roles(BTreeMap<String, String>),
}

// serde tells no unknown field beside a flattened struct, so the patterns stand twice.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    path: Option<String>,
    host: Option<String>,
    issuer: Option<String>,
    subject: Option<String>,
    warn: Option<Limit>,
    crit: Option<Limit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SilenceText {
    path: Option<String>,
    host: Option<String>,
    issuer: Option<String>,
    subject: Option<String>,
    id: Option<String>,
    reason: String,
    until: Datetime,
}

impl RuleText {
    fn read(self, place: &str) -> Result<Rule, PolicyError> {
        let patterns = [self.path, self.host, self.issuer, self.subject];
        if patterns.iter().all(Option::is_none) {
            let why = "it needs path, host, issuer or subject; for all certificates there is [thresholds]";
            return Err(value(place, why));
        }
        Ok(Rule {
            fits: fits(patterns, place)?,
            thresholds: thresholds(self.warn, self.crit, place)?,
        })
    }
}

impl SilenceText {
    fn read(self, place: &str) -> Result<Silence, PolicyError> {
        let patterns = [self.path, self.host, self.issuer, self.subject];
        if patterns.iter().all(Option::is_none) && self.id.is_none() {
            return Err(value(place, "it needs id, path, host, issuer or subject"));
        }
        if self.reason.trim().is_empty() {
            return Err(value(place, "it needs a reason"));
        }
        let until = day(&self.until).ok_or_else(|| {
            value(
                place,
                "until is the last day of the silence, written 2027-01-31",
            )
        })?;
        Ok(Silence {
            fits: fits(patterns, place)?,
            id: self.id,
            reason: self.reason,
            until,
        })
    }
}

fn value(place: &str, why: impl Into<String>) -> PolicyError {
    PolicyError::Value {
        place: place.to_owned(),
        why: why.into(),
    }
}

fn fits(patterns: [Option<String>; 4], place: &str) -> Result<Fits, PolicyError> {
    let [path, host, issuer, subject] = patterns;
    Ok(Fits {
        path: pattern(path, PathPattern::new, &format!("{place}: path"))?,
        host: pattern(host, Pattern::new, &format!("{place}: host"))?,
        issuer: pattern(issuer, Pattern::new, &format!("{place}: issuer"))?,
        subject: pattern(subject, Pattern::new, &format!("{place}: subject"))?,
    })
}

fn pattern<T>(
    text: Option<String>,
    read: impl Fn(&str) -> Result<T, PatternError>,
    place: &str,
) -> Result<Option<T>, PolicyError> {
    let pattern = text.map(|text| read(&text)).transpose();
    pattern.map_err(|error| value(place, error.to_string()))
}

fn thresholds(
    warn: Option<Limit>,
    crit: Option<Limit>,
    place: &str,
) -> Result<Thresholds, PolicyError> {
    let read = Thresholds {
        warn: limit(warn, &format!("{place}: warn"))?,
        crit: limit(crit, &format!("{place}: crit"))?,
    };
    read.check().map_err(|why| value(place, why))?;
    Ok(read)
}

fn limit(limit: Option<Limit>, place: &str) -> Result<ByRole, PolicyError> {
    let texts = match limit {
        None => Vec::new(),
        Some(Limit::All(text)) => vec![text],
        Some(Limit::Roles(roles)) => {
            let roles = roles.into_iter();
            roles.map(|(role, text)| format!("{role}={text}")).collect()
        }
    };
    let mut read = ByRole::default();
    for text in texts {
        let one: RoleThreshold = text
            .parse()
            .map_err(|error: super::ThresholdError| value(place, error.to_string()))?;
        read.set(one.role, one.threshold);
    }
    Ok(read)
}

fn day(written: &Datetime) -> Option<Date> {
    let date = written.date.filter(|_| written.time.is_none())?;
    let month = Month::try_from(date.month).ok()?;
    Date::from_calendar_date(date.year.into(), month, date.day).ok()
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::date;

    use super::*;
    use crate::expiry::About;
    use crate::report::{Role, Severity};

    #[test]
    fn what_is_no_toml_is_told_on_one_line() {
        let told = |text| Policy::from_toml(text).unwrap_err().to_string();
        let open = told("# mine\n[[rule]\n");
        assert!(open.starts_with("line 2, column 8: "), "{open}");
        assert!(!open.contains('\n'), "{open}");
        let unknown = told("[[rule]]\nwran = \"30d\"\n");
        assert!(
            unknown.starts_with("line 2, column 1: unknown field `wran`"),
            "{unknown}"
        );
    }

    #[test]
    fn the_example_is_a_policy() {
        let source = include_str!("file.rs");
        let example: String = source
            .lines()
            .skip_while(|line| !line.starts_with("//! ```toml"))
            .skip(1)
            .take_while(|line| !line.starts_with("//! ```"))
            .map(|line| format!("{}\n", line.trim_start_matches("//!").trim_start()))
            .collect();
        let policy = Policy::from_toml(&example).unwrap();
        assert_eq!(policy.silences[0].until, date!(2027 - 01 - 31));
        let about = |name| About {
            name,
            is_endpoint: true,
            names: Some(("CN=CA", "CN=a")),
        };
        let severity = |name, left| {
            let thresholds = policy.thresholds(&about(name));
            thresholds.severity(Role::EndEntity, Duration::days(90), Duration::days(left))
        };
        assert_eq!(severity("a.internal:443", 11), None);
        assert_eq!(severity("a.example:443", 11), Some(Severity::Warning));
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_place() {
        let error = |text: &str| Policy::from_toml(text).unwrap_err().to_string();
        for (text, expected) in [
            (
                "[thresholds]\nwarn = \"3w\"",
                "thresholds: warn: \"3w\" is no threshold",
            ),
            (
                "[thresholds]\nwarn = \"7d\"\ncrit = \"30d\"",
                "critical below 30d",
            ),
            ("[[rule]]\nwarn = \"3d\"", "rule 1: it needs path, host"),
            ("[[rule]]\nhost = \"[\"", "rule 1: host: "),
            (
                "[[silence]]\nid = \"X\"\nreason = \" \"\nuntil = 2027-01-01",
                "silence 1: it needs a reason",
            ),
            (
                "[[silence]]\nid = \"X\"\nreason = \"r\"\nuntil = 2027-01-01T00:00:00Z",
                "until is the last day",
            ),
            (
                "[[silence]]\nid = \"X\"\nuntil = 2027-01-01",
                "missing field `reason`",
            ),
            (
                "[[silence]]\nid = \"X\"\nreason = \"r\"",
                "missing field `until`",
            ),
            ("warm = 1", "unknown field `warm`"),
        ] {
            let error = error(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
