use time::macros::datetime;

use super::super::{Change, INFOBIP, Spec, TELEGRAM};
use super::*;
use crate::Certificate;

fn channel(text: &str) -> Channel {
    Spec::read(text).unwrap().channels.remove(0)
}

fn delivered(channel: &Channel) -> Delivered {
    let roots = crate::trust::TrustAnchors::mozilla();
    // Any fixed certificate: only its fingerprint is shown.
    let certificate: &Certificate = &roots.certificates()[0];
    let hosts = super::super::hosts(channel).into_iter();
    Delivered {
        file: format!("{}/{}", channel.name, channel.trust_file_name()),
        container: channel.container(),
        sha256: "ab".repeat(32),
        anchors: vec![DeliveredAnchor {
            alias: "example root".to_owned(),
            fingerprint: certificate.fingerprint(),
            not_after: datetime!(2038-01-15 12:00 UTC),
        }],
        hosts: hosts
            .map(|host| DeliveredHost {
                endpoint: host.endpoint.to_string(),
                publicly_trusted: channel.kind.has_public_hosts(),
            })
            .collect(),
        identity: None,
    }
}

fn shown(channel: &Channel) -> String {
    let delivered = delivered(channel);
    let fingerprint = delivered.anchors[0].fingerprint.to_string();
    checklist(channel, &Facts::builtin(), Some(&delivered)).replace(&fingerprint, "[fingerprint]")
}

#[test]
fn the_checklists_stay_as_they_are() {
    insta::assert_snapshot!("telegram", shown(&channel(TELEGRAM)));
    insta::assert_snapshot!("infobip", shown(&channel(INFOBIP)));
}

#[test]
fn what_lacks_is_told_once_and_not_what_a_step_gives() {
    let text = TELEGRAM.split("[channel.outputs]").next().unwrap();
    let channel = channel(text);
    let keys = |instructions: Instructions| -> Vec<String> {
        let lacking = instructions.record_first.into_iter();
        lacking.map(|one| one.key).collect()
    };
    assert!(!keys(plan(&channel, &Facts::builtin())).contains(&"outputs.message_url".to_owned()));
    let told = keys(handover(&channel, &Facts::builtin()));
    let count = told.iter().filter(|key| *key == "outputs.message_url");
    assert_eq!(count.count(), 1, "{told:?}");
}

#[test]
fn the_owner_of_the_parameter_is_not_asked_to_be_told_it() {
    let told = |text: &str| {
        let sheet = requests(&channel(text), &Facts::builtin());
        (sheet.record_first.is_empty(), sheet.markdown())
    };
    let line = TELEGRAM
        .lines()
        .find(|line| line.starts_with("api_fabric_address"));
    let (is_whole, sheet) = told(&TELEGRAM.replacen(line.unwrap_or_default(), "", 1));
    assert!(is_whole, "{sheet}");
    assert!(
        sheet.contains(
            "ApiFabric interface Address: `IP address and port number of the API Fabric`"
        ),
        "{sheet}"
    );
}

#[test]
fn what_must_be_recorded_first_names_its_command() {
    let flags = |text: &str| handover(&channel(text), &Facts::builtin()).markdown();
    let text = TELEGRAM.split("[channel.outputs]").next().unwrap();
    let sheet = flags(text);
    assert!(
        sheet.contains("`trustpack channel record SPEC --channel "),
        "{sheet}"
    );
    assert!(sheet.contains(" --message-url URL`"), "{sheet}");
}

#[test]
fn every_row_that_changes_is_entered_or_told_again() {
    for kind in super::super::Kind::all() {
        let words = |key| kind.word(key).unwrap_or_default();
        let mut text = format!("[[channel]]\ntype = \"{}\"\n", words("type"));
        for key in ["provider", "verification_method"] {
            if kind.word(key).is_some() {
                text += &format!("{key} = \"{}\"\n", words(key));
            }
        }
        let channel = channel(&text);
        let sheet = rotate(&channel, &Facts::builtin(), Change::ALL);
        for (part, change) in sheet.parts.iter().zip(Change::ALL) {
            let rows = kind.fields().filter(|row| row.changes == Some(*change));
            for row in rows {
                let later = part.steps.iter().filter(|step| step.phase == Phase::Create);
                let mut values = later.flat_map(|step| &step.values);
                let path = row.path();
                assert!(
                    values.any(|value| value.key.as_ref() == Some(&path)),
                    "{kind:?} {change:?}: {path}"
                );
            }
        }
    }
}

#[test]
fn every_step_says_how_it_is_done() {
    for text in [TELEGRAM, INFOBIP] {
        for step in steps(&channel(text), &Facts::builtin(), None) {
            assert!(!step.title.ends_with('.'), "{step:?}");
            assert!(step.done.is_some() || !step.values.is_empty(), "{step:?}");
            assert!(!step.finished, "{step:?}");
        }
    }
}
