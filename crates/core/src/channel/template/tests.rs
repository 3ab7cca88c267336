use time::macros::datetime;

use super::super::{Spec, validate};
use super::*;
use crate::facts::Facts;
use crate::report::Severity;

const NOW: time::OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

fn plain(kind: Kind, name: &str) -> String {
    template(kind, name, &BTreeMap::new())
}

#[test]
fn a_template_is_read_and_lacks_only_its_placeholders() {
    for kind in Kind::all() {
        let text = plain(*kind, "support");
        let spec = Spec::read(&text).unwrap();
        assert_eq!(spec.channels[0].kind, *kind);
        let findings = validate(&spec, &Facts::builtin(), NOW);
        let findings: Vec<_> = findings
            .iter()
            .filter(|found| found.id != "DEMO-ONLY")
            .collect();
        let placeholders: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with('#') && line.contains("\"<"))
            .map(|line| line.split(' ').next().unwrap())
            .collect();
        assert_eq!(findings.len(), placeholders.len(), "{findings:#?}");
        for key in placeholders {
            let is_it = |path: &str| path.ends_with(&format!(".{key}"));
            let found = findings
                .iter()
                .find(|found| found.key.as_deref().is_some_and(is_it));
            let found = found.unwrap_or_else(|| panic!("{key} is not named"));
            assert_eq!(
                (&*found.id, found.severity),
                ("FIELD-MISSING", Severity::Critical)
            );
        }
    }
}

#[test]
fn a_template_with_every_answer_is_valid() {
    for kind in Kind::all() {
        let answers = questions(*kind).map(|field| {
            let value = match field.is_secret() {
                true => "env:ANSWER".to_owned(),
                false => field.example.to_owned(),
            };
            (field.path(), value)
        });
        let text = template(*kind, "support", &answers.collect());
        let findings = validate(&Spec::read(&text).unwrap(), &Facts::builtin(), NOW);
        let grave = findings
            .iter()
            .find(|found| found.severity > Severity::Note);
        assert_eq!(grave, None, "{kind:?}");
    }
}

#[test]
fn any_name_gives_a_readable_template() {
    for name in ["", "9 lives", "a\"b\\c\nd", "ünï", "'''"] {
        for kind in Kind::all() {
            let spec = Spec::read(&plain(*kind, name)).unwrap();
            // None of these can be a Channel Name, and so none is kept.
            assert_eq!(spec.channels[0].name, "");
            assert!(
                !spec.channels[0]
                    .secrets()
                    .any(|(_, secret)| secret.is_inline())
            );
        }
    }
}

#[test]
fn optional_lines_are_valid_too() {
    for kind in Kind::all() {
        let text = plain(*kind, "support");
        let lines = text.lines().map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = ") => rest,
            _ => line,
        });
        let text: Vec<&str> = lines.collect();
        let spec = Spec::read(&text.join("\n")).unwrap();
        let written: Vec<_> = spec.channels[0].values.iter().collect();
        // Every row has its line.
        assert_eq!(written.len() + 1, kind.fields().count(), "{kind:?}");
    }
}

#[test]
fn the_templates_stay_as_they_are() {
    for kind in Kind::all() {
        let name = kind.title().to_ascii_lowercase().replace(" / ", "-");
        insta::assert_snapshot!(name, plain(*kind, "support"));
    }
}
