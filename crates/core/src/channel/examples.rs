//! The examples of `docs/examples`: one of each kind, valid, in both formats, and what the schema says of them.

use time::OffsetDateTime;
use time::macros::datetime;

use super::{Kind, Spec, validate};
use crate::facts::Facts;
use crate::report::Severity;

/// Each example by its name.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    (
        "telegram",
        include_str!("../../../../docs/examples/telegram.toml"),
    ),
    (
        "instagram",
        include_str!("../../../../docs/examples/instagram.toml"),
    ),
    (
        "whatsapp-infobip",
        include_str!("../../../../docs/examples/whatsapp-infobip.toml"),
    ),
    (
        "whatsapp-other-basic",
        include_str!("../../../../docs/examples/whatsapp-other-basic.toml"),
    ),
    (
        "whatsapp-other-oauth",
        include_str!("../../../../docs/examples/whatsapp-other-oauth.toml"),
    ),
    (
        "whatsapp-cloud-api",
        include_str!("../../../../docs/examples/whatsapp-cloud-api.toml"),
    ),
    (
        "whatsapp-twilio",
        include_str!("../../../../docs/examples/whatsapp-twilio.toml"),
    ),
];

const JSON: &[&str] = &[
    include_str!("../../../../docs/examples/telegram.json"),
    include_str!("../../../../docs/examples/instagram.json"),
    include_str!("../../../../docs/examples/whatsapp-infobip.json"),
    include_str!("../../../../docs/examples/whatsapp-other-basic.json"),
    include_str!("../../../../docs/examples/whatsapp-other-oauth.json"),
    include_str!("../../../../docs/examples/whatsapp-cloud-api.json"),
    include_str!("../../../../docs/examples/whatsapp-twilio.json"),
];

const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

pub(super) fn example(name: &str) -> &'static str {
    let found = EXAMPLES.iter().find(|(there, _)| *there == name);
    found.unwrap_or_else(|| panic!("{name}")).1
}

#[test]
fn there_is_a_valid_example_of_every_kind() {
    let mut kinds = Vec::new();
    for (name, text) in EXAMPLES {
        let spec = Spec::read(text).unwrap();
        let findings = validate(&spec, &Facts::builtin(), NOW);
        let grave = findings
            .iter()
            .find(|found| found.severity > Severity::Note);
        assert_eq!(grave, None, "{name}");
        kinds.extend(spec.channels.iter().map(|channel| channel.kind));
    }
    for kind in Kind::all() {
        assert!(kinds.contains(kind), "{kind:?}");
    }
}

#[test]
fn the_examples_in_json_say_the_same() {
    for ((name, toml), json) in EXAMPLES.iter().zip(JSON) {
        let toml = Spec::read(toml).unwrap().to_json().unwrap();
        assert_eq!(format!("{toml}\n"), **json, "{name}");
        assert_eq!(Spec::read(json).unwrap().to_json().unwrap(), toml, "{name}");
    }
}

#[test]
fn defaults_are_taken_where_they_fit() {
    let text = include_str!("../../../../docs/examples/defaults.toml");
    let spec = Spec::read(text).unwrap();
    let findings = validate(&spec, &Facts::builtin(), NOW);
    let grave = findings
        .iter()
        .find(|found| found.severity > Severity::Note);
    assert_eq!(grave, None);
    let queues = spec.channels.iter().map(|channel| {
        let text = channel.values.text(super::Section::Basic, "skill_queue");
        (channel.name.as_str(), channel.kind.title(), text.unwrap())
    });
    let expected = [
        ("support_bot", "Telegram", "Chat"),
        ("sales_bot", "Telegram", "Sales"),
        ("wa_twilio", "WhatsApp / twilio", "Chat"),
    ];
    assert_eq!(queues.collect::<Vec<_>>(), expected);
    // A default stands where it stands.
    let place = spec.channels[1].place_of("info.base_url");
    let line = text.lines().nth(place.line as usize - 1).unwrap();
    assert_eq!(line, "base_url = \"https://192.0.2.10:28090\"");
}

#[test]
fn the_document_is_made_from_the_rows() {
    let written = include_str!("../../../../docs/channels.md");
    assert!(
        written == super::document(),
        "docs/channels.md is not of these tables: `cargo pages` writes it"
    );
}
