//! Recording what the product has generated: the rows that are there only later, judged before they are written.

use serde::Serialize;
use time::OffsetDateTime;

use super::field::{Field, Need, Section};
use super::model::Spec;
use super::rules::{SpecFinding, leaking, validate};
use super::steps::shown;
use super::{Kind, SecretRef, Value};
use crate::facts::Facts;

/// What the page shows before the key is generated: "If scenario key:NO is displayed, click Generate."
const NOT_GENERATED: &str = "NO";

/// Recorded values, not yet written.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Recorded {
    /// What becomes of each key, in the order of the rows.
    pub changes: Vec<RecordedChange>,
    /// What is wrong with the new values; a critical one is not to be written.
    pub findings: Vec<SpecFinding>,
}

/// What becomes of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordedChange {
    /// The key with its tables.
    pub key: String,
    /// The document's label.
    pub label: &'static str,
    /// What stood there, as sheets show it.
    pub before: String,
    /// What stands there now; of a secret, where it is.
    pub after: String,
    /// The text to be written.
    #[serde(skip)]
    pub text: String,
}

impl Kind {
    /// What the product generates for such a channel.
    pub fn outputs(self) -> impl Iterator<Item = &'static Field> {
        let outputs = self.fields_of(Section::Outputs);
        outputs.filter(|field| field.need == Need::Later)
    }
}

/// Whether a text is the state of a key that is not generated yet, as the page shows it.
pub fn is_not_generated(text: &str) -> bool {
    let state = text.rsplit(':').next().unwrap_or_default();
    state.trim().eq_ignore_ascii_case(NOT_GENERATED)
}

/// Puts values into a channel of a specification, by their paths, and judges them there. A text that could be a secret where
/// none may stand, or a literal where a reference must stand, is not put anywhere: only its key is told. Paths that the kind
/// has not are left out.
pub fn record(
    spec: &mut Spec,
    index: usize,
    values: &[(String, String)],
    facts: &Facts,
    at: OffsetDateTime,
) -> Recorded {
    let mut recorded = Recorded::default();
    let Some(mut channel) = spec.channels.get(index).cloned() else {
        return recorded;
    };
    for (path, text) in values {
        let Some(field) = channel.kind.field_at(path) else {
            continue;
        };
        if let Some(found) = leaking(field, text) {
            recorded.findings.push(found.placed(spec, index, &channel));
            continue;
        }
        let before = shown(&channel, path);
        let value = match field.is_secret() {
            true => Value::Secret(SecretRef::parse(text)),
            false => Value::Text(text.clone()),
        };
        channel.put(path, value);
        recorded.changes.push(RecordedChange {
            key: path.clone(),
            label: field.label,
            before,
            after: shown(&channel, path),
            text: text.clone(),
        });
    }
    if let Some(there) = spec.channels.get_mut(index) {
        *there = channel;
    }
    let is_new = |found: &SpecFinding| {
        let key = found.key.as_ref();
        let changed = key.is_some_and(|key| recorded.changes.iter().any(|one| one.key == *key));
        found.index == Some(index) && changed
    };
    let found = validate(spec, facts, at).into_iter();
    let found: Vec<SpecFinding> = found.filter(is_new).collect();
    recorded.findings.extend(found);
    recorded
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::channel::{INFOBIP, TELEGRAM};

    const NOW: OffsetDateTime = datetime!(2026-11-21 00:00 UTC);
    const URL: &str = "https://192.0.2.10:18446/social/on/whatsapp/infobip/message/7";

    fn recorded(spec: &str, path: &str, text: &str) -> Recorded {
        let values = [(path.to_owned(), text.to_owned())];
        record(
            &mut Spec::read(spec).unwrap(),
            0,
            &values,
            &Facts::builtin(),
            NOW,
        )
    }

    fn ids(recorded: &Recorded) -> Vec<&str> {
        recorded.findings.iter().map(|found| &*found.id).collect()
    }

    #[test]
    fn a_good_url_is_a_change() {
        let recorded = recorded(INFOBIP, "outputs.message_url", URL);
        assert_eq!(ids(&recorded), [""; 0]);
        assert_eq!(recorded.changes[0].after, URL);
    }

    #[test]
    fn faults_are_told() {
        let id = |spec, path, text: &str| {
            let recorded = recorded(spec, path, text);
            ids(&recorded).join(" ")
        };
        assert_eq!(id(INFOBIP, "outputs.report_url", URL), "CB-SHAPE");
        let port = "https://192.0.2.10:18446/apiaccess/api/telegram/message/7";
        assert_eq!(id(TELEGRAM, "outputs.message_url", port), "TG-PORT");
        let extra = format!("{URL}?token=x");
        assert_eq!(id(INFOBIP, "outputs.message_url", &extra), "URL-FORM");
    }

    #[test]
    fn a_literal_is_not_repeated() {
        for (path, text) in [
            ("outputs.scenario_key", "Hunter2SecretXyz"),
            (
                "outputs.message_url",
                "https://u:Hunter2SecretXyz@h.example/",
            ),
        ] {
            let recorded = recorded(INFOBIP, path, text);
            assert_eq!(ids(&recorded), ["SECRET-INLINE"]);
            assert!(!format!("{recorded:?}").contains("Hunter2"));
        }
    }

    #[test]
    fn the_state_before_the_key_is_generated() {
        for text in ["NO", "no", "scenario key:NO", "scenario key: NO"] {
            assert!(is_not_generated(text), "{text}");
        }
        assert!(!is_not_generated("env:SCENARIO_KEY"));
    }
}
