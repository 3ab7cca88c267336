//! Telegram, as *Configuring AICC Information* describes it (2025-01-23; domain notes 5.3).

use super::common::{AICC, BASIC_AND_ROBOT, CHANNEL, IDENTITY, TRUST};
use super::field::{Change, Document, Field, Need, Section, Source};
use super::form::{BOT_TOKEN, BOT_USERNAME, Callback, Fault, Form, IP_AND_PORT, Shape};
use super::kind::{Host, Selection, TYPE, UnknownRoot, Variant};
use super::model::{Channel, Container};
use super::secret::{SecretRef, shown};
use super::steps::{self, Known, Phase, Step, Who};
use super::url::{self, NoFrontEnd};
use crate::facts::Facts;
use crate::report::Severity;

pub(super) static VARIANT: Variant = Variant {
    title: "Telegram",
    selection: &[Selection::new(
        TYPE,
        "Channel Selection",
        "telegram",
        "Telegram",
    )],
    document: &AICC,
    tables: &[
        CHANNEL,
        INFO,
        BASIC_AND_ROBOT,
        TRUST,
        IDENTITY,
        OUTPUTS,
        HANDOVER,
    ],
    // Prerequisites: "openssl x509 -in mycertfile.pem -outform der -out mycert.cer".
    container: Container::Der,
    trust_file: "trust.cer",
    trust_word: "authentication certificate",
    by_hand: BY_HAND,
    hosts: &[Host::BaseUrl {
        why: "BaseUrl: the API Fabric behind the system frontend",
    }],
    // BaseUrl is the customer's own AICC.
    public_hosts: false,
    // Bot API, setWebhook: "certificate", needed when no public root is behind the callback URL.
    unknown_root: &UnknownRoot {
        id: "TG-SELF-SIGNED",
        severity: Severity::Note,
        message: "the chain ends in no public root: Telegram will not trust this server by itself",
        hint: "if the callback URL leads to this server, upload its certificate with setWebhook, as PEM and not as DER",
    },
    rules: |_, _, _| Vec::new(),
    before,
    after,
    change: "If the app ID and app secret provided by the API Fabric are changed: sign in as a tenant administrator, \
             choose Configuration Center > Access Configuration > Channel Configuration, click Edit in the Operation \
             column of the channel, and update APP Key and APP Secret.",
    changes_with: Change::App,
};

/// *Prerequisites*: "Contact O&M personnel to log in to the system backend and run the following command".
pub(super) const BY_HAND: &str = "In place of the two openssl commands that O&M personnel run on the active container node. To take the \
     certificate from the server where the NSLB is located, name that server in trust.connect.";

static BOT_FEATURES: Document = Document::new(
    "Telegram Bot Features",
    "read 2026-11-20",
    "https://core.telegram.org/bots/features",
);

const TABLE_1: Source = AICC.at("Table 1 Channel information parameters");
const PREREQUISITES: Source = AICC.at("Prerequisites");

/// Where the message is said to come from and go to.
const BOT_FATHER: &str = "@BotFather";

const fn info(key: &'static str, label: &'static str) -> Field {
    Field::new(Section::Info, key, label, TABLE_1)
}

static INFO: &[Field] = &[
    info("app_key", "APP Key")
        .changes(Change::App)
        .says("App ID information obtained from the API Fabric, which is the AK.")
        .from("system administrator: app ID (AK) of the app in the API Fabric")
        .secret("the AK"),
    info("app_secret", "APP Secret")
        .changes(Change::App)
        .says("App secret information obtained from the API Fabric, which is the SK.")
        .from("system administrator: app secret (SK) of the same app")
        .secret("the SK"),
    info("base_url", "BaseUrl")
        .form(Form::Shaped(&BASE_URL))
        .says("IP address and port number for logging in to the system frontend. The value must start with https://, for example, https://*.*.*.*:28090. A domain name is not supported.")
        .from("IP address and port number for logging in to the system frontend; a domain name is not supported")
        .to("Configuration Center > Access Configuration > Channel Configuration; address trustlist")
        .example("https://192.0.2.10:28090"),
    Field::new(Section::Info, "api_fabric_address", "ApiFabric interface Address", PREREQUISITES)
        .form(Form::Shaped(&IP_AND_PORT))
        .optional()
        .says("The format must be IP address:Port number.")
        .from("system administrator: a system parameter, format IP address:Port number, without https://")
        .to(steps::FABRIC_PARAMETER)
        .example("192.0.2.10:28090"),
];

static OUTPUTS: &[Field] = &[Field::new(
    Section::Outputs,
    "message_url",
    "url used to send message to agent",
    AICC.at("Procedure, step 6"),
)
.form(Form::Callback(&MESSAGE_URL))
.later()
.says("View and copy the value of url used to send message to agent to the local PC.")
.from("Channel Integration page, after The next step")
.to("https://api.telegram.org/bot<Token>/setWebhook, parameter url")
.example("https://aicc.example.com/apiaccess/api/telegram/message/1234567890")];

static HANDOVER: &[Field] = &[
    Field::new(
        Section::Handover,
        "bot_name",
        "robot name",
        BOT_FEATURES.at("Creating a new bot"),
    )
    .need(Need::Later)
    .from("your choice: the display name that @BotFather asks for first")
    .to(BOT_FATHER)
    .example("Example Support"),
    Field::new(
        Section::Handover,
        "bot_username",
        "robot name (username)",
        AICC.at("Procedure, step 7"),
    )
    .form(Form::Shaped(&BOT_USERNAME))
    .need(Need::Later)
    .says("Send the robot name AICCCustomize_TWbot. The value must end with bot.")
    .from("your choice: the username that @BotFather asks for next; must end with bot")
    .to(BOT_FATHER)
    .example("AICCCustomize_TWbot"),
    Field::new(
        Section::Handover,
        "bot_token",
        "token",
        AICC.at("Procedure, step 7"),
    )
    .changes(Change::Provider)
    .form(Form::Shaped(&BOT_TOKEN))
    .later()
    .says("Save the generated token.")
    .from("@BotFather, answer to /newbot")
    .to("https://api.telegram.org/bot<Token>/setWebhook; no field of AICC")
    .secret("the token"),
];

/// "IP address and port number …. A domain name is not supported."
static BASE_URL: Shape = Shape {
    words: "https://, an IPv4 address and a port",
    pattern: Some(url::FRONT_END),
    judge: |text| {
        let fault = |id, why: &str| {
            Fault::new(
                id,
                Severity::Critical,
                format!("{} is no BaseUrl of a Telegram channel: {why}", shown(text)),
                "write https://, the IPv4 address and the port of the system frontend, such as https://192.0.2.10:28090",
            )
        };
        match url::front_end(text).err()? {
            NoFrontEnd::Ipv6 => Some(fault("TG-IPV6", "an IPv6 address is not supported")),
            NoFrontEnd::Other(why) => Some(fault("TG-BASEURL", why)),
        }
    },
};

/// `core.telegram.org/bots/webhooks`: self-signed and untrusted roots are taken when they are uploaded.
static PRIVATE_WEBHOOK: UnknownRoot = UnknownRoot {
    id: "TG-SELF-SIGNED",
    severity: Severity::Note,
    message: "the chain ends in no public root: Telegram will not trust this server by itself",
    hint: "upload its certificate with setWebhook, as PEM and not as DER",
};

/// Telegram calls on some ports only; the facts say which.
static MESSAGE_URL: Callback = Callback {
    caller: Some("telegram"),
    unknown_root: &PRIVATE_WEBHOOK,
    ..Callback::single(Some("/apiaccess/api/telegram/message/"))
};

const TELEGRAM: &str = "Telegram";

const OWN_CALLBACK_CERTIFICATE: &str =
    "Only if the certificate of the callback URL was uploaded to Telegram and is another one now.";

/// The call for a shell, with the token from where the reference says; nothing while the token is not there, or no URL that
/// Telegram can get to.
fn call(channel: &Channel, facts: &Facts) -> Option<String> {
    let url = steps::look(channel, "outputs.message_url").ok()?;
    if MESSAGE_URL.unreachable(&url, facts).is_some() {
        return None;
    }
    let (before, token) = match channel.values.secret(Section::Handover, "bot_token")? {
        SecretRef::Env(name) => ("", format!("${name}")),
        SecretRef::File(path) => ("", format!("$(cat -- {})", quoted(path))),
        SecretRef::Prompt => ("read -rs TOKEN; ", "$TOKEN".to_owned()),
        SecretRef::Inline => return None,
    };
    let url = quoted(&format!("url={url}"));
    Some(format!(
        "{before}printf 'url = \"https://api.telegram.org/bot%s/setWebhook\"\\n' \"{token}\" | curl --config - --form-string {url}"
    ))
}

/// A word of a POSIX shell (2.2.2).
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Domain notes 6, Telegram (1) to (7); the source is the document's *Prerequisites*.
fn before(channel: &Channel, known: Known<'_>) -> Vec<Step> {
    let apis = [
        "ccmessage_telegram_north_v1.0.0",
        "telegram_north_v1.0.0",
        // The misspelling is the product's (domain notes 7, A21).
        "file_donload_get-v1.0.0-manual - v1.0.0",
    ];
    let mut steps = steps::fabric(channel, known, &apis);
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
fn after(channel: &Channel, known: Known<'_>) -> Vec<Step> {
    let bot_father = Step::new(Phase::Create, Who::Operator, "Generate the token of the bot")
        .tells(TELEGRAM)
        .place("Telegram > @BotFather > /newbot")
        .value(channel, "handover.bot_name")
        .value(channel, "handover.bot_username")
        .note("Use any account to log in to Telegram, search for @BotFather, add it as a contact, and send the /newbot command.")
        .note("@BotFather asks for a display name first and for a username next; the username must end with bot.")
        .note("The token is entered in no AICC field; it is needed for setWebhook only. Save it behind the reference, nowhere else.")
        .gives(channel, "handover.bot_token")
        .done("@BotFather answers with the token");
    let mut webhook = Step::new(Phase::Create, Who::Operator, "Set the callback URL for message forwarding")
        .tells(TELEGRAM)
        .again(Change::Provider, "")
        .again(Change::Certificates, OWN_CALLBACK_CERTIFICATE)
        .place("https://api.telegram.org/bot<Token>/setWebhook")
        .value_as("<Token>", channel, "handover.bot_token")
        .value_as("url", channel, "outputs.message_url")
        .fact(known.facts, "telegram-webhook")
        .note("The token stands in the path: keep the call out of logs, shell histories and argument lists.");
    webhook = webhook.note("`trustpack telegram set-webhook SPEC --send` makes the call without showing the token, and uploads the certificate when it is needed.");
    if let Some(call) = call(channel, known.facts) {
        webhook = webhook
            .given("call, in a shell", call)
            .note("The call hands the token to curl by stdin. A relative file: path starts at the folder of the specification.");
    }
    webhook = match known.delivered {
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
    .tells(TELEGRAM)
    .again(Change::Provider, "")
    .again(Change::Certificates, OWN_CALLBACK_CERTIFICATE)
    .place("https://api.telegram.org/bot<Token>/getWebhookInfo")
    .value_as("<Token>", channel, "handover.bot_token")
    .note("Not in the document; added because it is the only proof. `trustpack telegram status SPEC --send` asks, and explains the last error.")
    .done("`url` is the callback URL and there is no `last_error_message`");
    vec![
        Step::new(
            Phase::Create,
            Who::TenantAdministrator,
            "Copy the callback URL",
        )
        .place("Channel Integration")
        .gives(channel, "outputs.message_url")
        .note("View and copy the value of url used to send message to agent to the local PC.")
        .recorded_by(
            channel,
            "--message-url URL",
            "it into the specification and checks its port",
        )
        .done("the URL is recorded"),
        bot_father,
        webhook.done("the answer is `\"ok\":true`"),
        info,
    ]
}
