//! One good specification per kind and one broken twin per rule.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::channel::{Kind, SpecErrorKind, hosts};

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

fn by_id(findings: &[Finding]) -> BTreeMap<&str, Vec<&Finding>> {
    let mut map: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for found in findings {
        map.entry(&*found.id).or_default().push(found);
    }
    map
}

fn findings(text: &str) -> Vec<Finding> {
    validate(&Spec::from_toml(text).unwrap())
}

#[test]
fn the_good_specifications_have_no_findings() {
    assert_eq!(findings(TELEGRAM), []);
    assert_eq!(findings(INFOBIP), []);
    assert_eq!(findings(&format!("{TELEGRAM}{INFOBIP}")), []);
}

#[test]
fn every_broken_twin_is_found() {
    use Severity::{Critical, Note, Warning};
    let long = format!("name = \"{}\"", "a".repeat(65));
    let token = format!("ou = \"123456789:{}\"", "A".repeat(35));
    let segments = "workday = [\"00:00-01:00\", \"01:00-02:00\", \"02:00-03:00\", \"03:00-04:00\", \"04:00-05:00\"]";
    let url = "base_url = \"https://192.0.2.10:28090\"";
    let bot = "bot_username = \"AICCCustomize_TWbot\"";
    let name = "name = \"support_tg\"";
    let callback = "aicc.example.com:8443/apiaccess/api/telegram/message/42";
    let table = [
        // from, to, id, severity, key
        (name, "name = \"9support\"", "NAME-FORM", Critical, "name"),
        (name, "name = \"sup-port\"", "NAME-FORM", Critical, "name"),
        (name, "name = \"süpport\"", "NAME-FORM", Critical, "name"),
        (name, &long, "NAME-FORM", Critical, "name"),
        (name, "", "FIELD-MISSING", Critical, "name"),
        (
            "[\"agent\", \"human\"]",
            "[]",
            "KEYWORD-MISSING",
            Critical,
            "basic.transfer_keywords",
        ),
        (
            "[\"agent\", \"human\"]",
            "[\" \"]",
            "KEYWORD-MISSING",
            Critical,
            "basic.transfer_keywords",
        ),
        (
            "[\"agent\", \"human\"]",
            "[\"agent\", \"\"]",
            "KEYWORD-FORM",
            Critical,
            "basic.transfer_keywords",
        ),
        (
            "[\"agent\", \"human\"]",
            "[\"agent\", \"agent\"]",
            "KEYWORD-FORM",
            Warning,
            "basic.transfer_keywords",
        ),
        (
            "13:00-24:00",
            "13:00-24:30",
            "WORKTIME",
            Critical,
            "basic.work_time.workday",
        ),
        (
            "13:00-24:00",
            "11:00-24:00",
            "WORKTIME",
            Critical,
            "basic.work_time.workday",
        ),
        (
            "workday = [\"09:00-12:00\", \"13:00-24:00\"]",
            segments,
            "WORKTIME",
            Critical,
            "basic.work_time.workday",
        ),
        (
            "workday = [\"09:00-12:00\", \"13:00-24:00\"]",
            "",
            "WORKTIME",
            Warning,
            "basic.work_time.workday",
        ),
        ("ou = \"Support\"", "", "FIELD-MISSING", Warning, "basic.ou"),
        (
            "ou = \"Support\"",
            &token,
            "SECRET-INLINE",
            Critical,
            "basic.ou",
        ),
        (
            "skill_queue = \"telegram_queue\"",
            "",
            "FIELD-MISSING",
            Warning,
            "basic.skill_queue",
        ),
        (url, "", "FIELD-MISSING", Critical, "info.base_url"),
        (
            url,
            "base_url = \"\"",
            "FIELD-MISSING",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = [1]",
            "FIELD-MISSING",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"http://192.0.2.10:28090\"",
            "TG-BASEURL",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://aicc.example.com:28090\"",
            "TG-BASEURL",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://192.0.2.300:28090\"",
            "TG-BASEURL",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://192.0.2.10\"",
            "TG-BASEURL",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://192.0.2.10:28090/\"",
            "TG-BASEURL",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://192.0.2.10:28090/a\"",
            "TG-BASEURL",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://192.0.2.10:28090?a\"",
            "URL-FORM",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://*.*.*.*:28090\"",
            "TG-BASEURL",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://u:p@192.0.2.10:28090\"",
            "SECRET-INLINE",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://[2001:db8::1]:28090\"",
            "TG-IPV6",
            Critical,
            "info.base_url",
        ),
        (
            "api_fabric_address = \"",
            "api_fabric_address = \"https://",
            "URL-FORM",
            Critical,
            "info.api_fabric_address",
        ),
        (
            "api_fabric_address = \"192.0.2.10:28090\"",
            "api_fabric_address = \"192.0.2.10\"",
            "URL-FORM",
            Critical,
            "info.api_fabric_address",
        ),
        (
            "env:TG_APP_KEY",
            "hunter2",
            "SECRET-INLINE",
            Critical,
            "info.app_key",
        ),
        (
            "\"env:TG_TOKEN\"",
            "12345",
            "SECRET-INLINE",
            Critical,
            "handover.bot_token",
        ),
        (
            "app_key = \"env:TG_APP_KEY\"",
            "",
            "FIELD-MISSING",
            Critical,
            "info.app_key",
        ),
        (
            bot,
            "bot_username = \"AICC_robots\"",
            "BOTNAME",
            Critical,
            "handover.bot_username",
        ),
        (
            bot,
            "bot_username = \"abot\"",
            "BOTNAME",
            Critical,
            "handover.bot_username",
        ),
        (
            bot,
            "bot_username = \"my-support-bot\"",
            "BOTNAME",
            Critical,
            "handover.bot_username",
        ),
        (
            ":8443/apiaccess",
            ":28090/apiaccess",
            "TG-PORT",
            Critical,
            "outputs.message_url",
        ),
        (
            callback,
            "aicc.example.com/social/42",
            "CB-SHAPE",
            Warning,
            "outputs.message_url",
        ),
        (
            callback,
            "aicc.example.com/apiaccess/api/telegram/message/",
            "CB-SHAPE",
            Warning,
            "outputs.message_url",
        ),
        (
            "https://aicc.example.com",
            "http://aicc.example.com",
            "URL-FORM",
            Critical,
            "outputs.message_url",
        ),
        (
            "[channel.identity]\nfile = \"identity.cer\"",
            "",
            "FIELD-MISSING",
            Critical,
            "identity.file",
        ),
        (
            "[channel.identity]",
            "[channel.trust]\ncontainer = \"jks\"\n[channel.identity]",
            "FIELD-MISSING",
            Critical,
            "trust.password",
        ),
        (
            "[channel.identity]",
            "[channel.trust]\ncontainer = \"jks\"\n[channel.identity]",
            "CERT-FORMAT",
            Note,
            "trust.container",
        ),
        (
            "[channel.identity]",
            "[channel.trust]\nconnect = \"192.0.2.11\"\n[channel.identity]",
            "URL-FORM",
            Critical,
            "trust.connect",
        ),
        (
            "[channel.identity]",
            "[channel.trust]\nfiles = { \"a.example\" = \"a.pem\" }\n[channel.identity]",
            "FIELD-UNUSED",
            Warning,
            "trust.files",
        ),
        (
            "[channel.basic]",
            "account_key = \"env:A\"\n[channel.basic]",
            "FIELD-UNUSED",
            Warning,
            "info.account_key",
        ),
    ];
    for (from, to, id, severity, key) in table {
        twin(TELEGRAM, from, to, id, severity, key);
    }
    let url = "base_url = \"https://abc123.api-us.infobip.com/\"";
    let table = [
        (
            url,
            "base_url = \"http://abc123.api-us.infobip.com/\"",
            "URL-FORM",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://***.api-us.infobip.com/\"",
            "URL-FORM",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://abc123.api-us.infobip.com/?a=b\"",
            "URL-FORM",
            Critical,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://abc123.api-us.infobip.com/v1\"",
            "URL-FORM",
            Warning,
            "info.base_url",
        ),
        (
            url,
            "base_url = \"https://api.example.com/\"",
            "URL-FORM",
            Warning,
            "info.base_url",
        ),
        (
            "441134960000",
            "\"44\"",
            "PHONE-FORM",
            Warning,
            "info.phone_number",
        ),
        (
            "infobip/message/",
            "infobip/report/",
            "CB-SHAPE",
            Warning,
            "outputs.message_url",
        ),
        (
            "infobip/report/",
            "twilio/report/",
            "CB-SHAPE",
            Warning,
            "outputs.report_url",
        ),
        (
            "password = \"env:WA_TRUST_PASSWORD\"",
            "",
            "FIELD-MISSING",
            Critical,
            "trust.password",
        ),
        (
            "env:WA_TRUST_PASSWORD",
            "changeit",
            "SECRET-INLINE",
            Critical,
            "trust.password",
        ),
        (
            "[channel.outputs]",
            "container = \"der\"\n[channel.outputs]",
            "CERT-FORMAT",
            Note,
            "trust.container",
        ),
        (
            "[channel.outputs]",
            "connect = \"a:443\"\n[channel.outputs]",
            "FIELD-UNUSED",
            Warning,
            "trust.connect",
        ),
        (
            "[channel.outputs]",
            "[channel.identity]\nfile = \"a\"\n[channel.outputs]",
            "FIELD-UNUSED",
            Warning,
            "identity",
        ),
    ];
    for (from, to, id, severity, key) in table {
        twin(INFOBIP, from, to, id, severity, key);
    }
}

fn twin(good: &str, from: &str, to: &str, id: &str, severity: Severity, key: &str) {
    assert!(good.contains(from), "{from}");
    let findings = findings(&good.replacen(from, to, 1));
    let hit = findings.iter().find(|found| {
        found.id == id && found.severity == severity && found.subject.ends_with(&format!(": {key}"))
    });
    assert!(
        hit.is_some_and(|found| found.hint.is_some()),
        "{to}: wants {id} at {key}, got {findings:#?}"
    );
    for found in &findings {
        assert!(
            !found.message.ends_with('.') && !format!("{found:?}").contains("hunter2"),
            "{found:?}"
        );
    }
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
        ("NAME-DUP", Severity::Warning)
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
fn exports_are_counted() {
    assert!(export_limit(2_000).is_none());
    assert!(export_limit(2_001).unwrap().message.contains("2 files"));
    assert!(
        export_limit(100_001)
            .unwrap()
            .message
            .contains("several exports")
    );
}

#[test]
fn files_say_where_they_are_wrong() {
    let place = |text: &str| Spec::from_toml(text).unwrap_err();
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
        error
            .to_string()
            .starts_with("line 4, column 19: invalid type: string, expected a bool"),
        "{error}"
    );
}

#[test]
fn types_and_providers_are_told_apart() {
    let kind = |lines: &str| Spec::from_toml(&format!("[[channel]]\n{lines}\n"));
    for provider in ["other", "Cloud-API", "Twilio"] {
        let error = kind(&format!("type = \"whatsapp\"\nprovider = \"{provider}\"")).unwrap_err();
        assert!(error.to_string().contains("not supported yet"), "{error}");
        assert_eq!(error.line, 3);
    }
    let error = kind("type = \"whatsapp\"\nprovider = \"acme\"").unwrap_err();
    assert!(matches!(error.kind, SpecErrorKind::ProviderUnknown(_)));
    assert_eq!(
        kind("type = \"whatsapp\"").unwrap_err().kind,
        SpecErrorKind::ProviderMissing
    );
    assert_eq!(
        kind("type = \"telegram\"\nprovider = \"infobip\"")
            .unwrap_err()
            .kind,
        SpecErrorKind::ProviderUnused
    );
    assert!(matches!(
        kind("type = \"line\"").unwrap_err().kind,
        SpecErrorKind::TypeUnknown(_)
    ));
    assert!(
        kind("name = \"a\"")
            .unwrap_err()
            .to_string()
            .contains("`type`")
    );
}

#[test]
fn a_model_survives_being_written_and_read() {
    for text in [TELEGRAM, INFOBIP] {
        let written = Spec::from_toml(text).unwrap().to_toml().unwrap();
        let again = Spec::from_toml(&written).unwrap();
        assert_eq!(validate(&again), []);
        assert_eq!(again.to_toml().unwrap(), written);
    }
    let written = Spec::from_toml(&format!("{TELEGRAM}{INFOBIP}"))
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
                let output = match Spec::from_toml(&text) {
                    Err(error) => format!("{error} {error:?}"),
                    Ok(spec) if secret_keys.contains(&key) || form.contains("://user:") => {
                        let findings = validate(&spec);
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
        let spec = Spec::from_toml(text).unwrap();
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
    let spec = Spec::from_toml(&INFOBIP.replace("[channel.outputs]", files)).unwrap();
    let channel = &spec.channels[0];
    let hosts = hosts(channel);
    assert_eq!(channel.given_file(&hosts[0]), Some("b"));
    assert_eq!(channel.given_file(&hosts[1]), None);
    assert_eq!(validate(&spec), []);
}

#[test]
fn the_rows_of_a_kind_are_unique() {
    for kind in Kind::ALL {
        let rows = kind.fields();
        for (place, row) in rows.iter().enumerate() {
            assert!(
                rows[..place].iter().all(|other| other.key != row.key),
                "{}",
                row.key
            );
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,200}") {
        let _ = Spec::from_toml(&text);
    }

    #[test]
    fn any_damage_is_read_without_panic(at in 0_usize..900, cut in 0_usize..40, put in "\\PC{0,20}") {
        for good in [TELEGRAM, INFOBIP] {
            let at = at.min(good.len());
            let end = (at + cut).min(good.len());
            let text = format!("{}{put}{}", &good[..at], &good[end..]);
            if let Ok(spec) = Spec::from_toml(&text) {
                let _ = validate(&spec);
                let _ = spec.to_toml();
                for channel in &spec.channels {
                    let _ = super::super::checklist(channel, None);
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
                if let Ok(spec) = Spec::from_toml(&good.replacen(line, &format!("{key} = {quoted}"), 1)) {
                    let _ = validate(&spec);
                    let _ = super::super::checklist(&spec.channels[0], None);
                }
            }
        }
    }
}
