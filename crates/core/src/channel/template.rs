//! The commented specification that `channel new` writes.

use std::fmt::Write as _;

use super::Kind;
use super::field::{Field, Need, Section};
use super::model::Container;

/// A specification for one channel with the document's labels, where each value comes from, and an example.
///
/// It can be read as it is; [`validate`](super::validate()) then names every placeholder (`"<…>"`) that must be filled.
pub fn template(kind: Kind, name: &str) -> String {
    let variant = kind.variant();
    let variable = variable_prefix(name);
    let mut text = format!("# {} channel for AICC\n", variant.title);
    text.push_str(HEAD);
    text.push_str("\n[[channel]]\n# Channel Selection\n");
    let _ = writeln!(text, "type = {}", quoted(kind.word()));
    if let Some(provider) = kind.provider() {
        let _ = writeln!(
            text,
            "# Business Solution Provider\nprovider = {}",
            quoted(provider.word())
        );
    }
    text.push_str(NAME);
    let _ = writeln!(text, "name = {}", quoted(name));

    text.push_str("\n# Table 1: channel information parameters\n[channel.info]\n");
    text.push_str(&rows(kind, Section::Info, &variable));
    text.push_str(BASIC);
    text.push_str(ROBOT);
    text.push_str(&trust(kind, &variable));
    if variant.identity != Need::NotListed {
        text.push_str(IDENTITY);
        let _ = writeln!(text, "# password = \"env:{variable}_IDENTITY_PASSWORD\"");
    }
    text.push_str("\n# What AICC generates; record it when it is there\n[channel.outputs]\n");
    text.push_str(&rows(kind, Section::Outputs, &variable));
    if kind
        .fields()
        .iter()
        .any(|field| field.section == Section::Handover)
    {
        text.push_str(
            "\n# What is agreed with third parties; AICC never sees it\n[channel.handover]\n",
        );
        text.push_str(&rows(kind, Section::Handover, &variable));
    }
    text
}

const HEAD: &str = "#
# Replace every \"<...>\", then run: trustpack channel validate SPEC
# A secret is never written here: \"env:NAME\" or \"file:PATH\" says where it is.
";

const NAME: &str =
    "# Channel Name: unique; at most 64 letters, digits and underscores, not starting with a digit
";

const BASIC: &str = r#"
# Table 2: basic configuration parameters
[channel.basic]
# OU Configuration: an OU created in Configuring OUs
ou = "<OU Configuration>"
# Skill Queue: a multimedia called route of the tenant space
skill_queue = "<Skill Queue>"
# Keyword for Transfer to Agent: compulsory when the intelligent robot is on
transfer_keywords = []
# Non-Working Time Notification: what customers read outside working time
# non_working_time_notification = "We are back at 09:00."

# Agent Work Time: up to four segments each, from 00:00 to 24:00
[channel.basic.work_time]
# Workday
workday = ["09:00-18:00"]
# Non-workday: the days are set under Configuration Center > Workbench Configuration > Service Time
non_workday = []

# More
[channel.basic.more]
# Last Agent Mode
last_agent_mode = false
# Session End Due to No Customer Reply
session_end_no_customer_reply = false
# Session Transfer Due to No Agent Reply
session_transfer_no_agent_reply = false
# Session Transfer
session_transfer = false
# Offline Messages
offline_messages = false
"#;

const ROBOT: &str = "
# Table 3: robot configuration parameters
[channel.robot]
# Connecting to the Intelligent Robot
intelligent_robot = false
# Access Robot Assistant
robot_assistant = false
";

const IDENTITY: &str = r#"
# Identity certificate of the current system, uploaded in Managing a Certificate; never packed
[channel.identity]
# from the current system, for example exported by a browser
file = "<path of the identity certificate>"
# its name in Managing a Certificate; default: the channel name with _identity
# name = "my_identity"
# only when the file has one
"#;

fn trust(kind: Kind, variable: &str) -> String {
    let container = kind.container();
    let mut text = "
# Trust certificate, uploaded in Managing a Certificate; trustpack makes it
[channel.trust]
# its name in Managing a Certificate; default: the channel name with _trust
# name = \"my_trust\"
"
    .to_owned();
    match container {
        Container::Jks => {
            text.push_str("# the document asks for a JKS; \"der\" holds one certificate only\n# container = \"jks\"\n");
            text.push_str("# your choice, at least 6 characters\n");
            let _ = writeln!(text, "password = \"env:{variable}_TRUST_PASSWORD\"");
        }
        Container::Der => {
            text.push_str("# the document asks for DER, one certificate; \"jks\" holds several and needs a password\n# container = \"der\"\n");
            let _ = writeln!(text, "# password = \"env:{variable}_TRUST_PASSWORD\"");
        }
    }
    text.push_str(
        "# root+intermediates survives renewals; also: root, leaf (breaks at the next renewal)\n# policy = \"root+intermediates\"\n",
    );
    let host = if kind.has_public_hosts() {
        "api.infobip.com"
    } else {
        text.push_str("# where to connect instead of the BaseUrl host, such as the server of the NSLB\n# connect = \"192.0.2.11:28090\"\n");
        "192.0.2.10:28090"
    };
    let _ = writeln!(
        text,
        "# certificate files that stand for fetching\n# files = {{ \"{host}\" = \"chain.pem\" }}"
    );
    text
}

fn rows(kind: Kind, section: Section, variable: &str) -> String {
    let mut text = String::new();
    for field in kind
        .fields()
        .iter()
        .filter(|field| field.section == section)
    {
        let _ = writeln!(text, "# {}: {}", field.label, field.from);
        let mark = if field.need == Need::Required {
            ""
        } else {
            "# "
        };
        if mark.is_empty() && !field.secret {
            let _ = writeln!(text, "# example: {}", quoted(field.example));
        }
        let _ = writeln!(
            text,
            "{mark}{} = {}",
            field.key,
            quoted(&value(field, variable))
        );
    }
    text
}

fn value(field: &Field, variable: &str) -> String {
    if field.secret {
        return format!("env:{variable}_{}", field.key.to_ascii_uppercase());
    }
    match field.need {
        Need::Required => format!("<{}>", field.label),
        Need::NotListed | Need::Optional => field.example.to_owned(),
    }
}

/// `support_tg` becomes `SUPPORT_TG`; whatever cannot stand in a variable name becomes an underscore.
fn variable_prefix(name: &str) -> String {
    let letters = name.chars().map(|letter| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_uppercase()
        } else {
            '_'
        }
    });
    let prefix: String = letters.collect();
    if prefix.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        prefix
    } else {
        format!("_{prefix}")
    }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{Provider, Spec, validate};
    use super::*;
    use crate::report::Severity;

    #[test]
    fn a_template_is_read_and_lacks_only_its_placeholders() {
        for kind in Kind::ALL {
            let text = template(*kind, "support");
            let spec = Spec::from_toml(&text).unwrap();
            let findings = validate(&spec);
            let placeholders: Vec<&str> = text
                .lines()
                .filter(|line| !line.starts_with('#') && line.contains("\"<"))
                .map(|line| line.split(' ').next().unwrap())
                .collect();
            assert_eq!(findings.len(), placeholders.len(), "{findings:#?}");
            for key in placeholders {
                let found = findings
                    .iter()
                    .find(|found| found.subject.ends_with(&format!(".{key}")));
                let found = found.unwrap_or_else(|| panic!("{key} is not named"));
                assert_eq!(
                    (&*found.id, found.severity),
                    ("FIELD-MISSING", Severity::Critical)
                );
            }
        }
    }

    #[test]
    fn any_name_gives_a_readable_template() {
        for name in ["", "9 lives", "a\"b\\c\nd", "ünï", "'''"] {
            let text = template(Kind::Telegram, name);
            let spec = Spec::from_toml(&text).unwrap();
            // None of these can be a Channel Name, and so none is kept.
            assert_eq!(spec.channels[0].name, "");
            assert!(
                spec.channels[0]
                    .secrets()
                    .iter()
                    .all(|(_, secret)| !secret.is_inline())
            );
        }
    }

    #[test]
    fn optional_lines_are_valid_too() {
        let text = template(Kind::WhatsApp(Provider::Infobip), "support");
        let text: Vec<&str> = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest) if rest.contains(" = ") => rest,
                _ => line,
            })
            .collect();
        Spec::from_toml(&text.join("\n")).unwrap();
    }

    #[test]
    fn the_templates_stay_as_they_are() {
        insta::assert_snapshot!("telegram", template(Kind::Telegram, "support_tg"));
        insta::assert_snapshot!(
            "infobip",
            template(Kind::WhatsApp(Provider::Infobip), "support_wa")
        );
    }
}
