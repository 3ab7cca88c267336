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
mod tests;
