//! What is found in specifications, and what is told of it.

mod twins;

use std::collections::BTreeMap;

use proptest::prelude::*;

use time::macros::datetime;

use super::*;
use crate::channel::{Field, Kind, SecretRef, SpecErrorKind, hosts};

pub(crate) const TELEGRAM: &str = r#"
[[channel]]
type = "Telegram"
name = "support_tg"
[channel.info]
app_key = "env:TG_APP_KEY"
app_secret = "file:/run/secrets/tg app"
base_url = "https://192.0.2.10:28090"
api_fabric_address = "192.0.2.10:28090"
[channel.basic]
ou = "Support"
skill_queue = "telegram_queue"
transfer_keywords = ["agent", "human"]
[channel.basic.work_time]
workday = ["09:00-12:00", "13:00-24:00"]
[channel.robot]
intelligent_robot = true
[channel.identity]
file = "identity.cer"
[channel.outputs]
message_url = "https://aicc.example.com:8443/apiaccess/api/telegram/message/42"
[channel.handover]
bot_name = "Example Support"
bot_username = "AICCCustomize_TWbot"
bot_token = "env:TG_TOKEN"
"#;

pub(crate) const INFOBIP: &str = r#"
[[channel]]
type = "whatsapp"
provider = "InfoBip"
name = "support_wa"
[channel.info]
phone_number = 441134960000
username = "example"
password = "env:WA_PASSWORD"
base_url = "https://abc123.api-us.infobip.com/"
account_key = "env:WA_ACCOUNT_KEY"
webhook_password = "env:WA_WEBHOOK_PASSWORD"
[channel.basic]
ou = "Support"
skill_queue = "whatsapp_queue"
[channel.basic.work_time]
workday = ["00:00-24:00"]
[channel.trust]
password = "env:WA_TRUST_PASSWORD"
[channel.outputs]
message_url = "https://192.0.2.10:18446/social/on/whatsapp/infobip/message/42"
report_url = "https://192.0.2.10:18446/social/on/whatsapp/infobip/report/42"
"#;

const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

fn by_id(findings: &[SpecFinding]) -> BTreeMap<&str, Vec<&SpecFinding>> {
    let mut map: BTreeMap<&str, Vec<&SpecFinding>> = BTreeMap::new();
    for found in findings {
        map.entry(&*found.id).or_default().push(found);
    }
    map
}

fn findings(text: &str) -> Vec<SpecFinding> {
    validate(&Spec::read(text).unwrap(), &Facts::builtin(), NOW)
}

#[test]
fn the_good_specifications_have_no_findings() {
    assert_eq!(findings(TELEGRAM), []);
    assert_eq!(findings(INFOBIP), []);
    assert_eq!(findings(&format!("{TELEGRAM}{INFOBIP}")), []);
}

#[test]
fn names_are_unique_over_the_whole_file() {
    let other = INFOBIP.replace("support_wa", "support_tg");
    let same = findings(&format!("{TELEGRAM}{other}"));
    assert_eq!(
        (&*same[0].id, same[0].severity),
        ("NAME-DUP", Severity::Critical)
    );
    let other = INFOBIP.replace("support_wa", "Support_TG");
    let case = findings(&format!("{TELEGRAM}{other}"));
    assert_eq!(
        (&*case[0].id, case[0].severity),
        ("NAME-DUP", Severity::Critical)
    );
}

#[test]
fn a_name_can_be_judged_before_there_is_a_specification() {
    assert_eq!(name_problem("support_tg"), None);
    assert_eq!(name_problem("").unwrap().id, "FIELD-MISSING");
    for bad in ["9support", "a b", "../x", "u:hunter2@h", &"a".repeat(65)] {
        let found = name_problem(bad).unwrap();
        assert_eq!(
            (&*found.id, found.severity),
            ("NAME-FORM", Severity::Critical)
        );
        assert!(!format!("{found:?}").contains(bad), "{found:?}");
    }
}

#[test]
fn one_webhook_password_for_two_channels_is_a_warning() {
    let other = INFOBIP.replace("support_wa", "other_wa");
    let found = findings(&format!("{INFOBIP}{other}"));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&*found[0].id, found[0].severity),
        ("SECRET-REUSED", Severity::Warning)
    );
}

#[test]
fn files_say_where_they_are_wrong() {
    let place = |text: &str| Spec::read(text).unwrap_err();
    let error = place("[[channel]]\ntype = \"telegram\"\n[channel.basic]\nskil_queue = \"x\"\n");
    assert_eq!(
        error.to_string(),
        "line 4, column 1: unknown key `skil_queue`; the nearest known key is `skill_queue`"
    );
    let error = place(
        "[[channel]]\ntype = \"telegram\"\n[channel.info]\napp_key = \"env:A\"\nbase_ulr = 1\n",
    );
    assert_eq!(
        error.to_string(),
        "line 5, column 1: unknown key `base_ulr`; the nearest known key is `base_url`"
    );
    let error = place("[[channel]]\ntype = \"telegram\"\n[channel.info]\nbase_url = [1]\n");
    assert_eq!(
        error.to_string(),
        "line 4, column 12: `info.base_url` is a list, and a text is needed"
    );
    let error = place("[[channels]]\n");
    assert!(
        error
            .to_string()
            .contains("`channels`; the nearest known key is `channel`"),
        "{error}"
    );
    let error = place("[[channel]]\ntype = \"telegram\"\nname = = 1\n");
    assert_eq!(error.line, 3);
    assert_eq!(place("").kind, SpecErrorKind::Empty);
    let error =
        place("[[channel]]\ntype = \"telegram\"\n[channel.robot]\nrobot_assistant = \"MARK\"");
    assert!(
        error.to_string().starts_with(
            "line 4, column 19: `robot.robot_assistant` is a text, and true or false is needed"
        ),
        "{error}"
    );
}

#[test]
fn kinds_are_told_apart() {
    let kind = |lines: &str| Spec::read(&format!("[[channel]]\n{lines}\n"));
    for (lines, key) in [
        ("type = \"whatsapp\"\nprovider = \"acme\"", "provider"),
        (
            "type = \"whatsapp\"\nprovider = \"other\"\nverification_method = \"digest\"",
            "verification_method",
        ),
        ("type = \"line\"", "type"),
    ] {
        let error = kind(lines).unwrap_err();
        let unknown =
            matches!(&error.kind, SpecErrorKind::WordUnknown { key: found, .. } if *found == key);
        assert!(unknown, "{error}");
        assert_eq!(error.line, lines.lines().count() + 1);
    }
    let missing = |lines: &str| match kind(lines).unwrap_err().kind {
        SpecErrorKind::WordMissing { key, options } => (key, options),
        other => panic!("{other}"),
    };
    assert_eq!(missing("name = \"a\"").0, "type");
    assert_eq!(
        missing("type = \"whatsapp\""),
        ("provider", vec!["infobip", "other", "cloud-api", "twilio"])
    );
    assert_eq!(
        missing("type = \"whatsapp\"\nprovider = \"other\""),
        ("verification_method", vec!["basic", "oAuth"])
    );
    let error = kind("type = \"telegram\"\nprovider = \"infobip\"").unwrap_err();
    assert_eq!(error.kind, SpecErrorKind::WordUnused { key: "provider" });
    let oauth = kind("TYPE = 1").unwrap_err();
    assert!(oauth.to_string().contains("`type`"), "{oauth}");
    let spec =
        kind("type = \"WhatsApp\"\nprovider = \"Other\"\nverification_method = \"OAUTH\"").unwrap();
    assert_eq!(spec.channels[0].kind.title(), "WhatsApp / other / oAuth");
}

#[test]
fn a_model_survives_being_written_and_read() {
    for text in [TELEGRAM, INFOBIP] {
        let written = Spec::read(text).unwrap().to_toml().unwrap();
        let again = Spec::read(&written).unwrap();
        assert_eq!(validate(&again, &Facts::builtin(), NOW), []);
        assert_eq!(again.to_toml().unwrap(), written);
    }
    let written = Spec::read(&format!("{TELEGRAM}{INFOBIP}"))
        .unwrap()
        .to_toml()
        .unwrap();
    insta::assert_snapshot!("model", written);
}

#[test]
fn a_literal_secret_is_never_repeated() {
    const MARK: &str = "hunter2MARK";
    let secret_keys = [
        "app_key",
        "app_secret",
        "bot_token",
        "password",
        "account_key",
        "webhook_password",
    ];
    for good in [TELEGRAM, INFOBIP] {
        for line in good.lines() {
            let Some((key, _)) = line.split_once(" = ") else {
                continue;
            };
            if matches!(key, "type" | "provider") {
                continue;
            }
            let forms = [
                format!("{key} = \"{MARK}\""),
                format!("{key} = {MARK}"),
                format!("{key} = [\"{MARK}\"]"),
                format!("{key} = {{ a = \"{MARK}\" }}"),
                format!("{key} = \"{MARK}"),
                format!("{key}x = \"{MARK}\""),
                format!("{key} = \"https://user:{MARK}@192.0.2.10:28090\""),
                format!("{key} = '{MARK}' trailing"),
                format!("{line}\n{key} = \"{MARK}\""),
            ];
            for form in forms {
                let text = good.replacen(line, &form, 1);
                let output = match Spec::read(&text) {
                    Err(error) => format!("{error} {error:?}"),
                    Ok(spec) if secret_keys.contains(&key) || form.contains("://user:") => {
                        let findings = validate(&spec, &Facts::builtin(), NOW);
                        let ids = by_id(&findings);
                        assert!(
                            ids.contains_key("SECRET-INLINE") || key == "name",
                            "{form}: {ids:?}"
                        );
                        let debug = if secret_keys.contains(&key) {
                            format!("{spec:?}")
                        } else {
                            String::new()
                        };
                        format!("{findings:?} {debug} {:?}", spec.to_toml().err())
                    }
                    Ok(_) => continue,
                };
                assert!(!output.contains("MARK"), "{form}: {output}");
            }
        }
    }
}

#[test]
fn hosts_follow_the_document() {
    let hosts = |text: &str| -> Vec<String> {
        let spec = Spec::read(text).unwrap();
        hosts(&spec.channels[0])
            .iter()
            .map(|host| host.endpoint.to_string())
            .collect()
    };
    assert_eq!(hosts(TELEGRAM), ["192.0.2.10:28090"]);
    assert_eq!(
        hosts(INFOBIP),
        ["api.infobip.com:443", "abc123.api-us.infobip.com:443"]
    );
    let one = INFOBIP.replace("abc123.api-us.infobip.com/", "API.infobip.com");
    assert_eq!(hosts(&one), ["api.infobip.com:443"]);
}

#[test]
fn given_files_are_found_by_host_or_by_host_and_port() {
    let files = "files = { \"API.infobip.com\" = \"a\", \"api.infobip.com:443\" = \"b\" }\n[channel.outputs]";
    let spec = Spec::read(&INFOBIP.replace("[channel.outputs]", files)).unwrap();
    let channel = &spec.channels[0];
    let hosts = hosts(channel);
    assert_eq!(channel.given_file(&hosts[0]), Some("b"));
    assert_eq!(channel.given_file(&hosts[1]), None);
    assert_eq!(validate(&spec, &Facts::builtin(), NOW), []);
}

#[test]
fn the_rows_of_a_kind_are_unique() {
    for kind in Kind::all() {
        let rows: Vec<String> = kind.fields().map(Field::path).collect();
        for (place, row) in rows.iter().enumerate() {
            assert!(!rows[..place].contains(row), "{kind:?}: {row}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,200}") {
        let _ = Spec::read(&text);
    }

    #[test]
    fn any_damage_is_read_without_panic(at in 0_usize..900, cut in 0_usize..40, put in "\\PC{0,20}") {
        for good in [TELEGRAM, INFOBIP] {
            let at = at.min(good.len());
            let end = (at + cut).min(good.len());
            let text = format!("{}{put}{}", &good[..at], &good[end..]);
            if let Ok(spec) = Spec::read(&text) {
                let _ = validate(&spec, &Facts::builtin(), NOW);
                let _ = spec.to_toml();
                for channel in &spec.channels {
                    let _ = super::super::checklist(channel, &Facts::builtin(), None);
                }
            }
        }
    }

    #[test]
    fn any_value_is_judged_without_panic(value in "\\PC{0,60}") {
        let quoted = toml::Value::String(value).to_string();
        for good in [TELEGRAM, INFOBIP] {
            for line in good.lines().filter(|line| line.contains(" = ") && !line.starts_with("type") && !line.starts_with("provider")) {
                let key = line.split(" = ").next().unwrap();
                if let Ok(spec) = Spec::read(&good.replacen(line, &format!("{key} = {quoted}"), 1)) {
                    let _ = validate(&spec, &Facts::builtin(), NOW);
                    let _ = super::super::checklist(&spec.channels[0], &Facts::builtin(), None);
                }
            }
        }
    }
}
