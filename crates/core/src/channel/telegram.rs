//! Telegram, as *Configuring AICC Information* describes it (2025-01-23; domain notes 5.3).

use super::field::{Field, Need, Section};
use super::model::{Channel, Container};
use super::rules::{callback, finding};
use super::secret::shown;
use super::steps::{self, Delivered, Phase, Step, Who};
use super::url::{self, HttpsUrl};
use super::{HostRequirement, UnknownRoot, Variant};
use crate::endpoint::Endpoint;
use crate::report::{Finding, Severity};

pub(super) static VARIANT: Variant = Variant {
    title: "Telegram",
    fields: FIELDS,
    // Prerequisites: "openssl x509 -in mycertfile.pem -outform der -out mycert.cer".
    container: Container::Der,
    identity: Need::Required,
    // BaseUrl is the customer's own AICC.
    public_hosts: false,
    // Bot API, setWebhook: "certificate", needed when no public root is behind the callback URL.
    unknown_root: UnknownRoot {
        id: "TG-SELF-SIGNED",
        severity: Severity::Note,
        message: "the chain ends in no public root: Telegram will not trust this server by itself",
        hint: "if the callback URL leads to this server, upload its certificate with setWebhook, as PEM and not as DER",
    },
    hosts,
    rules,
    before,
    after,
    change: "If the app ID and app secret provided by the API Fabric are changed: sign in as a tenant administrator, \
             choose Configuration Center > Access Configuration > Channel Configuration, click Edit in the Operation \
             column of the channel, and update APP Key and APP Secret.",
};

static FIELDS: &[Field] = &[
    Field {
        key: "app_key",
        section: Section::Info,
        label: "APP Key",
        need: Need::Required,
        secret: true,
        from: "system administrator: app ID (AK) of the app in the API Fabric",
        example: "the AK",
    },
    Field {
        key: "app_secret",
        section: Section::Info,
        label: "APP Secret",
        need: Need::Required,
        secret: true,
        from: "system administrator: app secret (SK) of the same app",
        example: "the SK",
    },
    Field {
        key: "base_url",
        section: Section::Info,
        label: "BaseUrl",
        need: Need::Required,
        secret: false,
        from: "IP address and port number for logging in to the system frontend; a domain name is not supported",
        example: "https://192.0.2.10:28090",
    },
    Field {
        key: "api_fabric_address",
        section: Section::Info,
        label: "ApiFabric interface Address",
        need: Need::Optional,
        secret: false,
        from: "system administrator: a system parameter, format IP address:Port number, without https://",
        example: "192.0.2.10:28090",
    },
    Field {
        key: "message_url",
        section: Section::Outputs,
        label: "url used to send message to agent",
        need: Need::Optional,
        secret: false,
        from: "Channel Integration page, after The next step",
        example: "https://aicc.example.com/apiaccess/api/telegram/message/1234567890",
    },
    Field {
        key: "bot_name",
        section: Section::Handover,
        label: "robot name",
        need: Need::Optional,
        secret: false,
        from: "your choice: the display name that @BotFather asks for first",
        example: "Example Support",
    },
    Field {
        key: "bot_username",
        section: Section::Handover,
        label: "robot name (username)",
        need: Need::Optional,
        secret: false,
        from: "your choice: the username that @BotFather asks for next; must end with bot",
        example: "AICCCustomize_TWbot",
    },
    Field {
        key: "bot_token",
        section: Section::Handover,
        label: "token",
        need: Need::Optional,
        secret: true,
        from: "@BotFather, answer to /newbot",
        example: "the token",
    },
];

/// "Webhook can be set up only on ports 80, 88, 443 or 8443" (Bot API, setWebhook).
const WEBHOOK_PORTS: [u16; 4] = [443, 80, 88, 8443];

fn hosts(channel: &Channel) -> Vec<HostRequirement> {
    let Some(Ok((url, port))) = channel.values.text("base_url").map(base_url) else {
        return Vec::new();
    };
    vec![HostRequirement {
        endpoint: Endpoint::new(url.host, port),
        why: "BaseUrl: the API Fabric behind the system frontend",
    }]
}

/// `https://<IPv4>:<port>` and nothing else (domain notes 7, A2).
fn base_url(text: &str) -> Result<(HttpsUrl<'_>, u16), (&'static str, &'static str)> {
    let bad = |why| ("TG-BASEURL", why);
    let url = url::https(text).map_err(bad)?;
    if url.is_ipv6() {
        return Err(("TG-IPV6", "an IPv6 address is not supported"));
    }
    if url.ipv4().is_none() {
        return Err(bad("a domain name is not supported"));
    }
    if url.path == "/" && !url.has_extra {
        return Err(bad("the trailing slash must go"));
    }
    if !url.path.is_empty() || url.has_extra {
        return Err(bad("nothing may follow the port"));
    }
    let port = url.port.ok_or_else(|| bad("the port is missing"))?;
    Ok((url, port))
}

fn rules(channel: &Channel) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut report = |id, severity, key, message: String, hint: &str| {
        findings.push(finding(channel, id, severity, key, message, hint));
    };
    if let Some(text) = channel.values.text("base_url")
        && let Err((id, why)) = base_url(text)
    {
        report(
            id,
            Severity::Critical,
            "info.base_url",
            format!("{} is no BaseUrl of a Telegram channel: {why}", shown(text)),
            "write https://, the IPv4 address and the port of the system frontend, such as https://192.0.2.10:28090",
        );
    }
    if let Some(text) = channel.values.text("api_fabric_address")
        && let Err(why) = ip_and_port(text)
    {
        report(
            "URL-FORM",
            Severity::Critical,
            "info.api_fabric_address",
            format!("this is no ApiFabric interface Address: {why}"),
            "write IP address:Port number without https://, such as 192.0.2.10:28090",
        );
    }
    if let Some(name) = channel.values.text("bot_username")
        && let Err(why) = bot_username(name)
    {
        report(
            "BOTNAME",
            Severity::Critical,
            "handover.bot_username",
            format!("this is no bot username: {why}"),
            "choose 5 to 32 Latin letters, digits and underscores that end with bot",
        );
    }
    if let Some(text) = channel.values.text("message_url")
        && let Ok(url) = url::https(text)
        && !WEBHOOK_PORTS.contains(&url.port_or_default())
    {
        report(
            "TG-PORT",
            Severity::Critical,
            "outputs.message_url",
            format!(
                "Telegram refuses a webhook on port {}",
                url.port_or_default()
            ),
            "expose the address on port 443 or 8443 (also possible: 80, 88) and have AICC show that URL",
        );
    }
    findings.extend(callback(
        channel,
        "message_url",
        "/apiaccess/api/telegram/message/",
    ));
    findings
}

/// "The format must be IP address:Port number": no scheme, unlike BaseUrl (domain notes 7, A4).
fn ip_and_port(text: &str) -> Result<(), &'static str> {
    if text.contains("//") {
        return Err("it must have no scheme");
    }
    let (host, port) = url::host_and_port(text)?;
    if host.parse::<std::net::Ipv4Addr>().is_err() {
        return Err("it must be an IPv4 address");
    }
    port.map(drop).ok_or("the port is missing")
}

/// The document: "The value must end with bot"; the rest is Telegram's (`core.telegram.org/bots/features`).
fn bot_username(name: &str) -> Result<(), &'static str> {
    if !name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    {
        return Err("only Latin letters, digits and underscores are possible");
    }
    if !(5..=32).contains(&name.len()) {
        return Err("it must have 5 to 32 characters");
    }
    if !name.to_ascii_lowercase().ends_with("bot") {
        return Err("it must end with bot");
    }
    Ok(())
}

/// Domain notes 6, Telegram (1) to (7); the source is the document's *Prerequisites*.
fn before(channel: &Channel, delivered: Option<&Delivered>) -> Vec<Step> {
    let administrator = |title| Step::new(Phase::Before, Who::SystemAdministrator, title);
    let mut steps = vec![
        administrator("Subscribe the app to the APIs and bind it to the tenant space")
            .place(
                "Configuration Center > Expansion and Integration > API Management > APP Service > APP Management",
            )
            // The misspelling is the product's (domain notes 7, A21).
            .given("API", "ccmessage_telegram_north_v1.0.0")
            .given("API", "telegram_north_v1.0.0")
            .given("API", "file_donload_get-v1.0.0-manual - v1.0.0")
            .value(channel, "app_key")
            .value(channel, "app_secret")
            .done("the app lists the three APIs as subscribed and the tenant space as bound; AK and SK are behind the references"),
        administrator("Set the address of the API Fabric")
            .place(
                "Configuration Center > System Management > System Parameter > System parameters > Service Channels > Common",
            )
            .value(channel, "api_fabric_address")
            .note("The format is IP address:Port number, without https://.")
            .done("the parameter shows the value after the page is reloaded"),
        steps::trustlist(channel, "The value must start with https://; a domain name is not supported."),
        steps::trust_ready(channel, delivered, "authentication certificate"),
        steps::identity_ready(channel),
    ];
    steps.extend(steps::uploads(channel, delivered));
    steps.push(
        Step::new(
            Phase::Before,
            Who::Operator,
            "Install the Telegram software",
        )
        .done("you can sign in to Telegram with any account"),
    );
    steps
}

/// The document's *Procedure*, steps 6 to 8.
fn after(channel: &Channel, delivered: Option<&Delivered>) -> Vec<Step> {
    let bot_father = Step::new(Phase::Create, Who::Operator, "Generate the token of the bot")
        .place("Telegram > @BotFather > /newbot")
        .value(channel, "bot_name")
        .value(channel, "bot_username")
        .note("@BotFather asks for a display name first and for a username next; the username must end with bot.")
        .note("The token is entered in no AICC field; it is needed for setWebhook only. Save it behind the reference, nowhere else.")
        .value(channel, "bot_token")
        .done("@BotFather answers with the token");
    let mut webhook = Step::new(Phase::Create, Who::Operator, "Set the callback URL for message forwarding")
        .place("https://api.telegram.org/bot<Token>/setWebhook")
        .given("<Token>", steps::shown(channel, "bot_token"))
        .given("url", steps::shown(channel, "message_url"))
        .note("Telegram accepts the ports 443, 80, 88 and 8443 only, over IPv4, with TLS 1.2 or later and all intermediates served.")
        .note("The token stands in the path: keep the call out of logs, shell histories and argument lists.");
    webhook = match delivered {
        Some(delivered) if !delivered.is_publicly_trusted() => webhook
            .note(
                "The certificate of the BaseUrl host ends in no public root. If the callback URL leads to the same server, \
                 Telegram needs that certificate too: as PEM (the file in chains/), uploaded as multipart parameter \
                 `certificate`. The DER file made for AICC cannot be used there.",
            ),
        _ => webhook.note(
            "If the certificate of the callback URL is self-signed or from a private CA, upload it with the call as PEM \
             (multipart parameter `certificate`), not as DER.",
        ),
    };
    let info = Step::new(
        Phase::Create,
        Who::Operator,
        "Ask Telegram what it has recorded",
    )
    .place("https://api.telegram.org/bot<Token>/getWebhookInfo")
    .given("<Token>", steps::shown(channel, "bot_token"))
    .note("Not in the document; added because it is the only proof.")
    .done("`url` is the callback URL and there is no `last_error_message`");
    vec![
        Step::new(Phase::Create, Who::TenantAdministrator, "Copy the callback URL")
            .place("Channel Integration")
            .value(channel, "message_url")
            .note("Record it in the specification under outputs.message_url; trustpack channel validate then checks its port.")
            .done("the URL is recorded"),
        bot_father,
        webhook.done("the answer is `\"ok\":true`"),
        info,
    ]
}
