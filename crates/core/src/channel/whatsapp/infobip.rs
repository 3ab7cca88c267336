//! WhatsApp through Infobip (domain notes 5.4).

use crate::channel::field::{Field, Need, Section};
use crate::channel::model::{Channel, Container};
use crate::channel::rules::{callback, finding};
use crate::channel::secret::shown;
use crate::channel::steps::{self, Delivered, Phase, Step, Who};
use crate::channel::url;
use crate::channel::{HostRequirement, UnknownRoot, Variant};
use crate::endpoint::Endpoint;
use crate::report::{Finding, Severity};

pub(in crate::channel) static VARIANT: Variant = Variant {
    title: "WhatsApp / infobip",
    fields: FIELDS,
    // Prerequisites: "Combine the two certificates into a JKS certificate."
    container: Container::Jks,
    identity: Need::NotListed,
    public_hosts: true,
    unknown_root: UnknownRoot {
        id: "MITM-SUSPECT",
        severity: Severity::Warning,
        message: "the chain ends in no public root: a proxy may have answered instead of the provider",
        hint: "fetch again from a network without an inspecting proxy, or give the provider's certificate files",
    },
    hosts,
    rules,
    before,
    after,
    change: "If the information provided by the WhatsApp service path provider is changed: sign in as a tenant \
             administrator, choose Configuration Center > Access Configuration > Channel Configuration, click Edit in \
             the Operation column of the channel, and update UserName, Password, BaseUrl, and AccountKey.",
};

static FIELDS: &[Field] = &[
    Field {
        key: "phone_number",
        section: Section::Info,
        label: "Phone Number",
        need: Need::Required,
        secret: false,
        from: "Infobip: phone number for registering a WhatsApp service path provider user",
        example: "+441134960000",
    },
    Field {
        key: "username",
        section: Section::Info,
        label: "UserName",
        need: Need::Required,
        secret: false,
        from: "Infobip: username for registering with the WhatsApp service path provider",
        example: "example_user",
    },
    Field {
        key: "password",
        section: Section::Info,
        label: "Password",
        need: Need::Required,
        secret: true,
        from: "Infobip: password for registering with the WhatsApp service path provider",
        example: "the password",
    },
    Field {
        key: "base_url",
        section: Section::Info,
        label: "BaseUrl",
        need: Need::Required,
        secret: false,
        from: "Infobip: API URL prefix of your account; must be on the address trustlist",
        example: "https://abc123.api-us.infobip.com/",
    },
    Field {
        key: "account_key",
        section: Section::Info,
        label: "AccountKey",
        need: Need::Required,
        secret: true,
        from: "Infobip: account key for authentication",
        example: "the account key",
    },
    Field {
        key: "webhook_password",
        section: Section::Info,
        label: "Webhook password",
        need: Need::Required,
        secret: true,
        from: "your choice; Infobip must be told, it is the account key of the webhook API there",
        example: "the webhook password",
    },
    Field {
        key: "message_url",
        section: Section::Outputs,
        label: "url used to send message to agent",
        need: Need::Optional,
        secret: false,
        from: "Channel Integration page, after The next step",
        example: "https://192.0.2.10:18446/social/on/whatsapp/infobip/message/1234567890",
    },
    Field {
        key: "report_url",
        section: Section::Outputs,
        label: "url used to send report to agent",
        need: Need::Optional,
        secret: false,
        from: "Channel Integration page, after The next step",
        example: "https://192.0.2.10:18446/social/on/whatsapp/infobip/report/1234567890",
    },
];

/// The first of the two sites of the newer copy of the document (domain notes 2.2; 7, A8).
const API_HOST: &str = "api.infobip.com";

fn hosts(channel: &Channel) -> Vec<HostRequirement> {
    let mut hosts = vec![HostRequirement {
        endpoint: Endpoint::new(API_HOST, 443),
        why: "https://api.infobip.com/, the first of the two certificates of the document",
    }];
    // An unfilled or wrong BaseUrl is the rules' business.
    if let Some(Ok(url)) = channel.values.text("base_url").map(url::https) {
        hosts.push(HostRequirement {
            endpoint: Endpoint::new(url.host.to_ascii_lowercase(), url.port_or_default()),
            why: "BaseUrl: the API URL prefix provided by Infobip",
        });
    }
    hosts
}

fn rules(channel: &Channel) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut report = |id, severity, key, message: String, hint: &str| {
        findings.push(finding(channel, id, severity, key, message, hint));
    };
    if let Some(text) = channel.values.text("base_url") {
        let hint =
            "copy the base URL of your Infobip account, such as https://abc123.api-us.infobip.com/";
        match url::https(text) {
            Err(why) => report(
                "URL-FORM",
                Severity::Critical,
                "info.base_url",
                format!("{} is no API URL prefix: {why}", shown(text)),
                hint,
            ),
            Ok(url) if url.has_extra => report(
                "URL-FORM",
                Severity::Critical,
                "info.base_url",
                format!(
                    "{} is no API URL prefix: it has a query or fragment",
                    shown(text)
                ),
                hint,
            ),
            // Both `xxxxx.api.infobip.com` and `***.api-us.infobip.com` occur (domain notes 7, A10).
            Ok(url) if !is_infobip(url.host) => report(
                "URL-FORM",
                Severity::Warning,
                "info.base_url",
                format!("{} has no host under infobip.com", shown(text)),
                hint,
            ),
            Ok(url) if !matches!(url.path, "" | "/") => report(
                "URL-FORM",
                Severity::Warning,
                "info.base_url",
                "the prefix has a path, Infobip's base URL has none".to_owned(),
                hint,
            ),
            Ok(_) => {}
        }
    }
    if let Some(text) = channel.values.text("phone_number")
        && !is_phone_number(text)
    {
        // Personal data: not repeated. No form is stated, so this only warns (domain notes 7, A17).
        // Letters are no number in any notation, and may be a secret under the wrong key.
        let severity = match text.chars().any(char::is_alphabetic) {
            true => Severity::Critical,
            false => Severity::Warning,
        };
        report(
            "PHONE-FORM",
            severity,
            "info.phone_number",
            "the phone number is not 8 to 15 digits with an optional plus".to_owned(),
            "write it in international form, such as +441134960000",
        );
    }
    let mut callbacks = Vec::new();
    for (key, own, other) in [
        ("message_url", "message", "report"),
        ("report_url", "report", "message"),
    ] {
        let path = |word| format!("/social/on/whatsapp/infobip/{word}/");
        let swapped = channel.values.text(key).is_some_and(|text| {
            url::https(text).is_ok_and(|url| url.path.starts_with(&path(other)))
        });
        if swapped {
            report(
                "CB-SHAPE",
                Severity::Warning,
                output_path(key),
                format!("this is the {other} url, not the {own} url"),
                "exchange outputs.message_url and outputs.report_url",
            );
        } else {
            callbacks.extend(callback(channel, key, &path(own)));
        }
    }
    findings.extend(callbacks);
    findings
}

fn output_path(key: &str) -> &'static str {
    if key == "message_url" {
        "outputs.message_url"
    } else {
        "outputs.report_url"
    }
}

fn is_infobip(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host.strip_suffix("infobip.com")
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// 8 to 15 digits (E.164 allows 15); blanks, hyphens and brackets are how people write them.
fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let plain = digits
        .chars()
        .all(|letter| letter.is_ascii_digit() || matches!(letter, ' ' | '-' | '(' | ')' | '.'));
    plain && (8..=15).contains(&count)
}

fn before(channel: &Channel, delivered: Option<&Delivered>) -> Vec<Step> {
    let mut data = Step::new(
        Phase::Before,
        Who::Operator,
        "Obtain the information of your Infobip account",
    )
    .place("Infobip")
    .note("This feature applies only to regions outside the Chinese mainland.")
    .note("The webhook password is your own choice. Infobip is told of it at the end.");
    for field in FIELDS.iter().filter(|field| field.section == Section::Info) {
        data = data.value(channel, field.key);
    }
    let mut steps = vec![
        data.done("every value is in the specification or behind its reference"),
        steps::trustlist(
            channel,
            "The API URL prefix must have been approved before the channel is created.",
        ),
        steps::trust_ready(channel, delivered, "authentication certificate"),
    ];
    steps.extend(steps::uploads(channel, delivered));
    steps
}

/// The document's *Procedure*, steps 6 and 7.
fn after(channel: &Channel, _: Option<&Delivered>) -> Vec<Step> {
    vec![
        Step::new(Phase::Create, Who::TenantAdministrator, "Copy the two callback URLs")
            .place("Channel Integration")
            .value(channel, "message_url")
            .value(channel, "report_url")
            .note("Record them in the specification under outputs; trustpack channel validate then checks their form.")
            .done("both URLs are recorded"),
        Step::new(Phase::Create, Who::Operator, "Notify Infobip of the URLs and of the webhook password")
            .place("offline, to your Infobip contact")
            .value(channel, "message_url")
            .value(channel, "report_url")
            .given("HTTP header", "AccountKey: <webhook password>")
            .value(channel, "webhook_password")
            .note("Infobip must send the webhook password as the header AccountKey with every call to either URL (POST, application/json; charset=UTF-8).")
            .note("Pass the password on by a protected way, not in the same message as the URLs.")
            .done("Infobip confirms, and a test message to the number reaches an agent"),
        Step::new(Phase::Create, Who::TenantAdministrator, "Generate the scenario key")
            .place("Channel Integration")
            .note("Only if scenario key:NO is displayed: click Generate.")
            .done("scenario key:NO is no longer displayed"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_and_hosts() {
        for good in ["+441134960000", "441134960000", "+44 (113) 496-0000"] {
            assert!(is_phone_number(good), "{good}");
        }
        for bad in ["", "+44", "1234567890123456", "44x1134960000"] {
            assert!(!is_phone_number(bad), "{bad}");
        }
        assert!(is_infobip("a.api-us.INFOBIP.com") && is_infobip("infobip.com"));
        assert!(!is_infobip("evilinfobip.com") && !is_infobip("infobip.com.example.org"));
    }
}
