//! The rules for a specification (domain notes 8.3): what would be refused, or would go wrong later, and what to do.
//!
//! Most come from the rows: what must be there, and what it must look like. Rules that need what servers present
//! belong to [`bundle`](crate::bundle), those about certificate files to [`files`], those about what is behind a reference to
//! [`secrets`]. E, W and I of the notes are critical, warning and note here.

mod callbacks;
mod fields;
mod files;
mod finding;
mod secrets;
mod together;
mod trust;

use time::OffsetDateTime;

use super::field::Field;
use super::form::NAME;
use super::model::{Channel, Spec};
use super::secret::SecretRef;
use crate::facts::Facts;
use crate::parallel;
use crate::report::{Finding, Severity};

pub(super) use callbacks::unreachable;
pub(crate) use files::judge_identity_file;
pub use files::{FileOpener, judge_files};
pub(super) use finding::Found;
pub use finding::SpecFinding;
pub use secrets::{Resolver, behind_references};

/// Judges a specification: every channel, and all of them together. Versions and tokens end, and facts grow old, so the time
/// counts.
pub fn validate(spec: &Spec, facts: &Facts, at: OffsetDateTime) -> Vec<SpecFinding> {
    let pieces: Vec<(usize, &[Channel])> = spec.channels.chunks(AT_ONCE).enumerate().collect();
    let judged = parallel::map(
        pieces,
        || (),
        |(), (place, piece)| {
            let numbered = (place * AT_ONCE..).zip(piece);
            let found = numbered.flat_map(|(index, channel)| {
                let found = judge(channel, facts, at).into_iter();
                found.map(move |found| found.placed(spec, index, channel))
            });
            found.collect::<Vec<_>>()
        },
    );
    let mut findings: Vec<SpecFinding> = judged.into_iter().flatten().collect();
    findings.extend(together::judge(spec));
    findings.extend(facts.age_problem(at).map(SpecFinding::from));
    findings
}

/// So many channels are judged before a thread looks for more.
const AT_ONCE: usize = 256;

/// Judges one channel alone.
pub fn validate_channel(channel: &Channel, facts: &Facts, at: OffsetDateTime) -> Vec<Finding> {
    let found = judge(channel, facts, at).into_iter();
    found.map(|found| found.of(channel)).collect()
}

fn judge(channel: &Channel, facts: &Facts, at: OffsetDateTime) -> Vec<Found> {
    let mut found = Vec::new();
    found.extend(name(channel));
    found.extend(secrets::inline(channel));
    found.extend(fields::judge(channel));
    found.extend(trust::judge(channel));
    found.extend(callbacks::judge(channel, facts));
    found.extend((channel.kind.variant().rules)(channel, facts, at));
    without_echoes(channel, found)
}

/// Whether a value has not the form of its field.
pub(super) fn has_unfit_value(channel: &Channel) -> bool {
    let found = fields::forms(channel).chain(trust::judge(channel));
    let mut grave = found.filter(|found| found.severity == Severity::Critical);
    grave.any(|found| found.id != "FIELD-MISSING")
}

/// Where values stand that have not the form of their field, or carried what must not be kept.
pub(super) fn unfit_paths(channel: &Channel) -> Vec<String> {
    let critical = fields::forms(channel).filter(|found| found.severity == Severity::Critical);
    let paths = critical.map(|found| found.path.into_owned());
    let withheld = channel.withheld.iter().map(|one| one.field.path());
    paths.chain(withheld).collect()
}

/// One thing to do is said once: a placeholder is no URL either, and a text that was not kept is not missing.
fn without_echoes(channel: &Channel, mut found: Vec<Found>) -> Vec<Found> {
    let unfilled = |found: &Found| found.message.starts_with(fields::UNFILLED);
    if found.iter().any(unfilled) {
        let paths: Vec<String> = found
            .iter()
            .filter(|found| unfilled(found))
            .map(|found| found.path.to_string())
            .collect();
        found.retain(|found| unfilled(found) || !paths.contains(&found.path.to_string()));
    }
    if !channel.withheld.is_empty() {
        let is_withheld = |path: &str| channel.withheld.iter().any(|one| one.field.is_at(path));
        let is_about_absence =
            |found: &Found| matches!(found.id, "FIELD-MISSING" | "KEYWORD-MISSING" | "WORKTIME");
        found.retain(|found| !(is_about_absence(found) && is_withheld(&found.path)));
    }
    found
}

/// What is wrong with a text as a Channel Name; nothing when it can be one. For names that are in no specification yet.
/// The text is not repeated.
pub fn name_problem(name: &str) -> Option<Finding> {
    name_fault(name, false).map(|found| found.about("Channel Name".to_owned()))
}

/// What is wrong with a text as the value at a path such as `info.base_url` of a kind, as [`validate`] would say it;
/// nothing when it can be one. For values that are in no specification yet; facts and the time do not count.
pub fn value_problem(kind: super::Kind, path: &str, text: &str) -> Option<Finding> {
    let field = kind.field_at(path)?;
    let fault = || {
        let fault = (!field.is_secret()).then(|| field.form.judge(text))??;
        Some(Found::fault(path.to_owned(), fault))
    };
    let found = leaking(field, text).or_else(fault)?;
    Some(found.about(field.label.to_owned()))
}

/// Why a text is not to be kept under a field, whatever its form.
pub(super) fn leaking(field: &Field, text: &str) -> Option<Found> {
    if field.is_secret() {
        let is_literal = SecretRef::parse(text).is_inline();
        return is_literal.then(|| secrets::literal(&field.path()));
    }
    let leak = super::secret::leak(text)?;
    Some(secrets::leaked(&field.path(), leak))
}

fn name(channel: &Channel) -> Option<Found> {
    name_fault(&channel.name, channel.unfit_name)
}

fn name_fault(name: &str, unfit: bool) -> Option<Found> {
    let unfit_name = || (NAME.judge)(if unfit { " " } else { name });
    if name.is_empty() && !unfit {
        return Some(Found::new(
            "FIELD-MISSING",
            Severity::Critical,
            "name",
            "Channel Name is missing",
            "use at most 64 letters, digits and underscores, starting with a letter or an underscore",
        ));
    }
    unfit_name().map(|fault| Found::fault("name", fault))
}

/// The password of a trust file, judged where it is known.
pub(crate) fn jks_password_problem(password: &str) -> Option<(&'static str, Severity, String)> {
    let fault = (super::form::JKS_PASSWORD.judge)(password)?;
    Some((fault.id, fault.severity, fault.message))
}

#[cfg(test)]
pub(crate) mod tests;
