//! How close to its end a certificate may come before somebody must know, where that differs, and what is left alone.

use std::str::FromStr;

use time::{Date, Duration, OffsetDateTime, UtcOffset};

use crate::facts::Facts;
use crate::report::{Finding, Role, Severity};

use super::threshold::{Threshold, ThresholdError};

mod file;
mod fits;

pub use file::PolicyError;
pub use fits::{About, Fits};

/// Thresholds, rules for some certificates, silences, and the facts that certificates are judged by.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// For everything that no rule is about.
    pub thresholds: Thresholds,
    /// The first that fits counts.
    pub rules: Vec<Rule>,
    /// What is known and accepted for a time.
    pub silences: Vec<Silence>,
    /// What is known of public CAs and of clients.
    pub facts: Facts,
}

/// When to warn; what is not said is `auto`, see [`limits`](Self::limits).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Thresholds {
    /// Below this much time left: a warning.
    pub warn: ByRole,
    /// Below this much time left: critical.
    pub crit: ByRole,
}

/// A threshold for every role, or for some.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ByRole {
    all: Told,
    end_entity: Told,
    intermediate: Told,
    anchor: Told,
    crl: Told,
}

/// What was said of a role, if anything; what was said may be `auto`.
type Told = Option<Option<Threshold>>;

/// A threshold with the role that it is for: `30d`, `anchor=90d`, `auto`. Roles are `end-entity`, `intermediate`, `anchor`, `crl`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoleThreshold {
    /// `None`: for all certificates that are not named otherwise.
    pub role: Option<Role>,
    /// The threshold; `None` is `auto`.
    pub threshold: Option<Threshold>,
}

/// What the thresholds mean for one certificate; `None` where they are no lower limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// With less than this left: a warning.
    pub warning: Option<Duration>,
    /// With less than this left: critical.
    pub critical: Option<Duration>,
}

/// Thresholds for the certificates that it fits.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which ones.
    pub fits: Fits,
    /// Theirs; what they leave open is `auto`, not what the policy says elsewhere.
    pub thresholds: Thresholds,
}

/// Findings that are known.
#[derive(Clone, Debug)]
pub struct Silence {
    /// Which ones.
    pub fits: Fits,
    /// The identifier of the finding; `None`: any.
    pub id: Option<String>,
    /// Why it is all right.
    pub reason: String,
    /// The last day on which it is, in UTC.
    pub until: Date,
}

impl Silence {
    /// Whether its last day is over.
    pub fn has_ended(&self, at: OffsetDateTime) -> bool {
        self.until < at.to_offset(UtcOffset::UTC).date()
    }
}

impl From<Thresholds> for Policy {
    fn from(thresholds: Thresholds) -> Self {
        Self {
            thresholds,
            ..Self::default()
        }
    }
}

impl Policy {
    /// The thresholds that count for a certificate.
    pub fn thresholds(&self, about: &About<'_>) -> &Thresholds {
        let rule = self.rules.iter().find(|rule| rule.fits.matches(about));
        rule.map_or(&self.thresholds, |rule| &rule.thresholds)
    }

    /// The silence over a finding at a time, with its place: the first that fits and has not ended.
    pub fn silence(
        &self,
        finding: &Finding,
        about: &About<'_>,
        at: OffsetDateTime,
    ) -> Option<(usize, &Silence)> {
        let fits = |(_, silence): &(usize, &Silence)| {
            let id = silence.id.as_deref();
            id.is_none_or(|id| id == finding.id)
                && !silence.has_ended(at)
                && silence.fits.matches(about)
        };
        self.silences.iter().enumerate().find(fits)
    }
}

impl Thresholds {
    /// The limits for a certificate of this role and lifetime L.
    ///
    /// | `auto` | warning below | critical below |
    /// |---|---|---|
    /// | end entity | min(30 d, L/4) | min(7 d, L/8) |
    /// | end entity, L ≤ 10 d | L/3 | L/6 |
    /// | intermediate, anchor | 90 d | 30 d |
    /// | revocation list, L from one update to the next | L/4 | when it is over |
    ///
    /// A renewal is due with a third left (half for L ≤ 10 d), so one that is on time never warns, while a fixed
    /// number of days would be red for half the life of a 45-day certificate.
    ///
    /// An explicit warning also caps an automatic critical limit: who says "warn me 3 days before" does not expect an
    /// alarm 7 days before.
    pub fn limits(&self, role: Role, lifetime: Duration) -> Limits {
        let (warning, critical) = auto(role, lifetime);
        let below = |threshold: Threshold| threshold.below(lifetime);
        match (self.warn.of(role), self.crit.of(role)) {
            (None, None) => Limits {
                warning: Some(warning),
                critical: Some(critical),
            },
            (warn, Some(crit)) => Limits {
                warning: warn.map_or(Some(warning), below),
                critical: below(crit),
            },
            (Some(warn), None) => Limits {
                warning: below(warn),
                critical: below(warn).map(|warn| warn.min(critical)),
            },
        }
    }

    /// How bad it is that so much of a lifetime is left.
    pub fn severity(&self, role: Role, lifetime: Duration, left: Duration) -> Option<Severity> {
        let limits = self.limits(role, lifetime);
        // a range says for itself
        let is_passed = |explicit: Option<Threshold>, limit: Option<Duration>| match explicit {
            Some(range @ Threshold::Range(_)) => range.is_passed(lifetime, left),
            _ => limit.is_some_and(|limit| left < limit),
        };
        if is_passed(self.crit.of(role), limits.critical) {
            return Some(Severity::Critical);
        }
        is_passed(self.warn.of(role), limits.warning).then_some(Severity::Warning)
    }

    /// Two explicit thresholds of one kind, of which the critical one comes before the warning.
    ///
    /// # Errors
    /// Both, in words.
    pub fn check(&self) -> Result<(), String> {
        for role in Role::ALL {
            let (Some(warn), Some(crit)) = (self.warn.of(role), self.crit.of(role)) else {
                continue;
            };
            let is_turned = match (warn, crit) {
                (Threshold::Time(warn), Threshold::Time(crit)) => crit > warn,
                (Threshold::Percent(warn), Threshold::Percent(crit)) => crit > warn,
                _ => false,
            };
            if is_turned {
                return Err(format!(
                    "critical below {crit} would leave nothing to warn of below {warn}"
                ));
            }
        }
        Ok(())
    }
}

fn auto(role: Role, lifetime: Duration) -> (Duration, Duration) {
    match role {
        Role::EndEntity if lifetime <= Duration::days(10) => (lifetime / 3, lifetime / 6),
        Role::EndEntity => (
            Duration::days(30).min(lifetime / 4),
            Duration::days(7).min(lifetime / 8),
        ),
        Role::Anchor | Role::Intermediate => (Duration::days(90), Duration::days(30)),
        Role::Crl => (lifetime / 4, Duration::ZERO),
    }
}

impl ByRole {
    /// Sets it for a role, or for all certificates that are not named.
    pub fn set(&mut self, role: Option<Role>, threshold: Option<Threshold>) {
        let place = match role {
            None => &mut self.all,
            Some(Role::EndEntity) => &mut self.end_entity,
            Some(Role::Intermediate) => &mut self.intermediate,
            Some(Role::Anchor) => &mut self.anchor,
            Some(Role::Crl) => &mut self.crl,
        };
        *place = Some(threshold);
    }

    /// What counts for a role; `None` is `auto`.
    pub fn of(&self, role: Role) -> Option<Threshold> {
        let own = match role {
            Role::EndEntity => self.end_entity,
            Role::Intermediate => self.intermediate,
            Role::Anchor => self.anchor,
            // What is meant for certificates would be red for the whole life of a list.
            Role::Crl => return self.crl.flatten(),
        };
        own.or(self.all).flatten()
    }
}

impl FromStr for RoleThreshold {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((role, threshold)) = text.split_once('=') else {
            return Ok(Self {
                role: None,
                threshold: parse_or_auto(text)?,
            });
        };
        let found = Role::ALL.into_iter().find(|one| one.word() == role);
        let Some(role) = found else {
            return Err(ThresholdError {
                text: text.to_owned(),
                why: "the roles are end-entity, intermediate, anchor and crl",
            });
        };
        Ok(Self {
            role: Some(role),
            threshold: parse_or_auto(threshold)?,
        })
    }
}

fn parse_or_auto(text: &str) -> Result<Option<Threshold>, ThresholdError> {
    match text {
        "auto" => Ok(None),
        text => text.parse().map(Some),
    }
}

#[cfg(test)]
mod tests;
